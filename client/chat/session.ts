import type { WireError } from "../../src/contract/errors.ts";
import { attempt } from "../attempt.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import type { Connection, LinkListener } from "./link.ts";
import { lost } from "./requests.ts";
import type { Snapshot, Thread } from "./thread.ts";

/** One conversation over any number of connections. */
export interface Session extends LinkListener {
  /** A snapshot of this very connection was applied: commands may be sent. */
  readonly open: boolean;
  reconcile(): void;
  /** For how long nothing was heard, in milliseconds; asking through {@link reconcile} counts as hearing. */
  silentMs(): number;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly thread: Thread;
  link(): Connection;
  opened(): void;
  closed(refusal?: WireError): void;
}

/** A connection that seemed alive and does not answer for so long is given up. */
const aliveWithinMs = 4_000;
const openWithinMs = 10_000;
const reconcileAtMostEveryMs = 1_000;

/**
 * Opens the conversation on every connection and closes the gap between its snapshot and its facts: what arrives
 * before the snapshot is told again after it, which is harmless because facts may be told twice.
 */
export function openSession({ clock, credentials, thread, link, opened, closed }: SessionOptions): Session {
  let open = false;
  let opening = false;
  let openedAt = 0;
  let heardAt = clock.now();
  let conversationId: string | undefined;
  let recorded: [name: string, payload: unknown][] = [];

  async function enter(withinMs: number): Promise<void> {
    opening = true;
    recorded = [];
    try {
      restore(await link().request("conversation:open", { conversationId, have: thread.have() }, withinMs));
    } catch (error) {
      // CAST: requests reject with wire errors only; a snapshot that cannot be read is an error without a code.
      refusedWith(error as WireError);
    }
  }

  function restore(snapshot: Snapshot): void {
    const { guestToken } = snapshot;
    if (guestToken !== undefined && !credentials.keepGuest(guestToken)) return link().renew();
    thread.restore(snapshot);
    conversationId = snapshot.conversationId;
    open = true;
    opening = false;
    openedAt = heardAt = clock.now();
    for (const [name, payload] of recorded) apply(name, payload);
    recorded = [];
    credentials.accepted();
    link().settled();
    opened();
  }

  function refusedWith(error: WireError): void {
    opening = false;
    if (conversationId !== undefined && ["not-found", "forbidden"].includes(error.code)) {
      conversationId = undefined;
      void enter(openWithinMs);
    } else if (!open) retryOpening(error);
    // A reconnect is already on its way where the connection broke; here it only pretends to live.
    else if (error === lost && link().up) link().renew();
  }

  function retryOpening(error: WireError): void {
    if (error.code && !error.retryable) link().refuse(error);
    else if (link().up) link().renewLater(error.retryAfterMs);
  }

  function apply(name: string, payload: unknown): void {
    const handlers = thread.facts as Record<string, (fact: unknown) => void>;
    // A fact of a shape that nobody expects says nothing.
    attempt(() => {
      const isAboutNoTurn = name.startsWith("turn:") && typeof (payload as { turnId?: unknown }).turnId !== "string";
      if (Object.hasOwn(handlers, name) && !isAboutNoTurn) handlers[name]?.(payload);
    });
  }

  return {
    get open() {
      return open;
    },
    silentMs: () => clock.now() - heardAt,

    connected: () => void enter(openWithinMs),
    lost() {
      open = false;
      closed();
    },
    refused: closed,

    fact(name, payload) {
      heardAt = clock.now();
      const { reconnectInMs } = (payload ?? {}) as { reconnectInMs?: unknown };
      if (name === "node:draining" && typeof reconnectInMs === "number") return link().renewLater(reconnectInMs);
      if (opening) recorded.push([name, payload]);
      if (open) apply(name, payload);
    },

    reconcile() {
      heardAt = clock.now();
      if (!link().up) {
        if (!link().trying) link().renew();
      } else if (!opening && clock.now() - openedAt >= reconcileAtMostEveryMs) void enter(aliveWithinMs);
    },
  };
}
