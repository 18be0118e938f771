import { jsonType, send } from "./exchange.ts";
import { type Fault, faultOf } from "./faults.ts";
import type { Answer } from "./messages.ts";
import { within } from "./pace.ts";
import { toolId } from "./script.ts";
import { firstTokenDelayMs } from "./streaming.ts";

/** Sends an answer as one JSON body, after the time a stream of it would have taken. */
export function sendWholeAnswer(answer: Answer): void {
  const { relay, entry, exchange } = answer;
  relay.openStreams++;
  exchange.response.once("close", () => {
    relay.openStreams--;
    entry.endedAt = Date.now();
    if (entry.state === "open") entry.state = "aborted";
  });
  if (faultOf(answer.faults, "stall")) return;
  relay.wheel.schedule({ run: () => deliver(answer) }, relay.wheel.nowMs() + durationMs(answer));
}

function durationMs(answer: Answer): number {
  const { relay, pace, plan } = answer;
  const deltas = plan.reply.text.length / Math.max(1, within(pace.deltaChars, relay.random));
  return (
    firstTokenDelayMs(answer) + within(pace.firstTokenMs, relay.random) + deltas * within(pace.deltaMs, relay.random)
  );
}

function deliver(answer: Answer): void {
  const { exchange, entry, headers, faults } = answer;
  if (exchange.response.destroyed) return;
  entry.status = 200;
  entry.state = isCut(faults) ? "broken" : "completed";
  const json = JSON.stringify(messageOf(answer));
  const { heading, relay } = answer;
  relay.spending.begin(heading.model, heading.usage);
  relay.spending.write(heading.model, heading.usage.output_tokens);
  if (isCut(faults)) cutInside(answer);
  else send(exchange, 200, faultOf(faults, "broken") ? json.slice(0, -20) : json, { ...jsonType, ...headers });
}

/** Announces a longer body than comes. */
function cutInside({ exchange, headers }: Answer): void {
  exchange.response.writeHead(200, { ...headers, ...jsonType, "content-length": 10_000 });
  exchange.response.write('{"id":"msg_', () => exchange.response.destroy());
}

function isCut(faults: readonly Fault[]): boolean {
  return (["cut", "end", "error-event"] as const).some((kind) => faultOf(faults, kind) !== undefined);
}

function messageOf({ heading, plan: { reply } }: Answer) {
  const text = reply.text === "" ? [] : [{ type: "text", text: reply.text }];
  const calls = reply.calls.map(({ name, json }, at) => ({
    type: "tool_use",
    id: toolId(heading.id, at),
    name,
    input: wholeInput(json),
  }));
  return {
    id: heading.id,
    type: "message",
    role: "assistant",
    model: heading.model,
    content: [...text, ...calls],
    stop_reason: reply.stopReason,
    stop_sequence: reply.stopSequence,
    usage: heading.usage,
  };
}

/** The input of a call that max_tokens cut is empty, as the API gives it. */
function wholeInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
