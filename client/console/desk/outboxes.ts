import { attempt } from "../../attempt.ts";
import type { Clock } from "../../chat/clock.ts";
import type { Keeper } from "../../chat/keeper.ts";
import { type Letter, type Outbox, openOutbox } from "../../chat/outbox.ts";

export interface OutboxesOptions {
  readonly clock: Clock;
  readonly keeper: Keeper;
  post(conversationId: string, letter: Letter): Promise<unknown>;
  isOpen(): boolean;
  stored(conversationId: string, letter: Letter): void;
  unanswered(): void;
  changed(conversationId: string): void;
}

/**
 * What the agent has sent and the server has not acknowledged, of each conversation for itself: sent under one id until
 * it is, over any number of connections and over a reload, whichever conversation is looked at meanwhile.
 */
export interface Outboxes {
  of(conversationId: string): Outbox;
  flush(): void;
}

const kept = "writing-to";

export function openOutboxes(options: OutboxesOptions): Outboxes {
  const { clock, keeper } = options;
  const all = new Map<string, Outbox>();

  function keepNames(): void {
    const busy = [...all].filter(([, { letters }]) => letters.length > 0).map(([conversationId]) => conversationId);
    keeper.write(kept, busy.length > 0 ? JSON.stringify(busy) : null);
  }

  function open(conversationId: string): Outbox {
    const outbox = openOutbox({
      clock,
      keeper: {
        read: (name) => keeper.read(`${name}:${conversationId}`),
        write: (name, value) => keeper.write(`${name}:${conversationId}`, value),
      },
      post: (letter) => options.post(conversationId, letter).then(() => ({ turnId: null })),
      isOpen: options.isOpen,
      stored: (letter) => options.stored(conversationId, letter),
      unanswered: options.unanswered,
      changed() {
        keepNames();
        options.changed(conversationId);
      },
    });
    all.set(conversationId, outbox);
    return outbox;
  }

  const of = (conversationId: string) => all.get(conversationId) ?? open(conversationId);
  for (const conversationId of namesIn(keeper.read(kept))) open(conversationId);

  return {
    of,
    flush() {
      for (const outbox of all.values()) outbox.flush();
    },
  };
}

function namesIn(written: string | null): string[] {
  // CAST: whatever stands there is looked at before it is used.
  const names = attempt(() => JSON.parse(written ?? "[]") as unknown);
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
