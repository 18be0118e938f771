import type { Config } from "./config.ts";
import type { Listener } from "./domain/steps.ts";
import { systemClock } from "./engines/system-clock.ts";
import type { RelayPlace } from "./telemetry/attempt-attributes.ts";
import { openTracing, type TracingOptions } from "./telemetry/tracing.ts";
import { TurnTrace } from "./telemetry/turn-trace.ts";

/** Who is told of every step, to trace it. */
export interface Tracer {
  /** @param hash what stands for customers and conversations */
  listener(hash: (id: string) => string): Listener;
}

/** Null where no traces are wished for: then nothing of it is loaded. It is closed with the stack. */
export async function openTurnTrace(
  { tracing: settings, relayAccess }: Config,
  report: TracingOptions["report"],
  stack: AsyncDisposableStack,
): Promise<Tracer | null> {
  if (settings === null) return null;
  const { now, elapsed } = systemClock;
  const tracing = stack.use(await openTracing({ settings, now: elapsed, report }));
  const relay = relayAccess.kind === "remote" ? placeOf(relayAccess.baseUrl) : null;
  const isSampled = (traceId: string) => tracing.isSampled(traceId);
  return {
    listener: (hash) => new TurnTrace({ now, hash, relay, isSampled, emit: (span) => tracing.emit(span) }),
  };
}

function placeOf(baseUrl: string): RelayPlace {
  const { hostname, port, protocol } = new URL(baseUrl);
  return { address: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}
