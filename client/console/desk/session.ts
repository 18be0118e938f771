import type { WireError } from "../../../src/contract/errors.ts";
import type { AgentCommandResult } from "../../../src/contract/events.ts";
import { attempt } from "../../attempt.ts";
import type { Clock } from "../../chat/clock.ts";
import type { Connection, LinkListener } from "../../chat/link.ts";
import { lost } from "../../chat/requests.ts";
import type { AgentRequest } from "./request.ts";
import type { Thread } from "./thread.ts";

export interface SessionOptions {
  readonly clock: Clock;
  readonly request: AgentRequest;
  link(): Connection;
  /** The conversation that is looked at. */
  thread(): Thread | null;
  restore(inbox: AgentCommandResult<"inbox:open">): void;
  joined(thread: Thread, snapshot: AgentCommandResult<"conversation:join">): void;
  /** One fact, told once everything before it is known. */
  apply(name: string, payload: unknown): void;
  opened(): void;
  closed(refusal?: WireError): void;
}

/** One desk over any number of connections. */
export interface Session extends LinkListener {
  /** The inbox of this very connection is known: commands may be sent. */
  readonly open: boolean;
  /** Reads the conversation that is looked at, now or as soon as there is a connection. */
  join(): void;
  reconcile(): void;
}

const openWithinMs = 10_000;
/** A connection that seemed alive and does not answer for so long is given up. */
const aliveWithinMs = 4_000;
const reconcileAtMostEveryMs = 1_000;
const againMs = 1_000;

/**
 * Opens inbox and conversation on every connection and closes the gap between what is read and what is told: facts that
 * arrive before an answer are told again after it, which is harmless because facts may be told twice.
 */
export function openSession(options: SessionOptions): Session {
  const { clock, request, link, thread, apply } = options;
  let open = false;
  let openedAt = 0;
  let entering = 0;
  const recordings = new Set<[name: string, payload: unknown][]>();

  /** Asks, and tells afterwards again what came meanwhile. */
  async function read<T>(work: () => Promise<T>, use: (result: T) => void): Promise<void> {
    const recording: [string, unknown][] = [];
    recordings.add(recording);
    try {
      use(await work());
      for (const [name, payload] of recording) attempt(() => apply(name, payload));
    } finally {
      recordings.delete(recording);
    }
  }

  async function enter(withinMs: number): Promise<void> {
    entering++;
    try {
      await read(() => request("inbox:open", { view: "all" }, withinMs), options.restore);
      open = true;
      openedAt = clock.now();
      link().settled();
      options.opened();
      join();
    } catch (error) {
      // CAST: requests reject with wire errors only; an inbox that cannot be read is an error without a code.
      notEntered(error as WireError);
    } finally {
      entering--;
    }
  }

  function notEntered(error: WireError): void {
    if (open) {
      // A reconnect is already on its way where the connection broke; here it only pretends to live.
      if (error === lost && link().up) link().renew();
    } else if (error.code && !error.retryable) link().refuse(error);
    else if (link().up) link().renewLater(error.retryAfterMs);
  }

  function join(): void {
    const wanted = thread();
    if (!wanted || !open) return;
    const { conversationId } = wanted.state;
    read(
      () => request("conversation:join", { conversationId, have: wanted.have() }, openWithinMs),
      (snapshot) => thread() === wanted && options.joined(wanted, snapshot),
    ).catch((error: WireError) => thread() === wanted && notJoined(wanted, error));
  }

  function notJoined(wanted: Thread, error: WireError): void {
    if (error.code && !error.retryable) wanted.refuse(error);
    else if (error === lost && link().up) link().renew();
    else if (link().up) clock.after(error.retryAfterMs ?? againMs, () => thread() === wanted && join());
  }

  return {
    get open() {
      return open;
    },
    join,
    connected: () => void enter(openWithinMs),
    lost() {
      open = false;
      options.closed();
    },
    refused: options.closed,

    fact(name, payload) {
      const { reconnectInMs } = (payload ?? {}) as { reconnectInMs?: unknown };
      if (name === "node:draining" && typeof reconnectInMs === "number") return link().renewLater(reconnectInMs);
      for (const recording of recordings) recording.push([name, payload]);
      // A fact of a shape that nobody expects says nothing.
      if (open) attempt(() => apply(name, payload));
    },

    reconcile() {
      if (!link().up) {
        if (!link().trying) link().renew();
      } else if (entering === 0 && clock.now() - openedAt >= reconcileAtMostEveryMs) void enter(aliveWithinMs);
    },
  };
}
