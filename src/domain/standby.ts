import { TidegateError } from "../contract/errors.ts";
import type { Clock } from "./clock.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import type { Caller } from "./identity.ts";
import { KnownConversations } from "./known.ts";
import { Outage } from "./outage.ts";
import type { Turn, Turns } from "./turns.ts";

/** What keeps conversations and their turns. */
export interface Engines {
  readonly conversations: Conversations;
  readonly turns: Turns;
}

/** A conversation in custody: as it stands, with all turns that are known of it. */
export interface Kept {
  readonly conversation: Conversation;
  readonly turns: readonly Turn[];
}

/** Keeps conversations in this process for as long as the store is away. */
export interface Custody extends Engines {
  /** Takes a conversation in as it was known last. */
  adopt(conversation: Conversation): void;
  keep(conversationId: string): Kept | null;
  forget(conversationId: string): void;
}

/** What the store knew better. */
export interface Restored {
  /** Turns that have been taken further, up to that epoch. */
  readonly lost: readonly { readonly turnId: string; readonly epoch: number }[];
  /** Waiting turns whose questions wait as part of another turn now: two nodes had opened one each. */
  readonly merged: readonly string[];
}

/** Writes what was kept back into the store. */
export interface Restorer {
  /** Adds what is missing there, and changes nothing that is newer. Repeating it is harmless. */
  restore(kept: Kept): Promise<Restored>;
}

export interface StandbyOptions {
  readonly store: Engines & Restorer;
  readonly custody: Custody;
  readonly clock: Clock;
  /** How long a conversation lives after its last message (C1). */
  readonly lifeMs: number;
  /** True while this node may have been replaced (N1): then it decides nothing on its own. */
  readonly fenced: () => boolean;
  /** This node writes the answer to that turn. */
  readonly isWritten: (turnId: string) => boolean;
  /** The store has got back what it lacked of a conversation. */
  readonly restored: (conversationId: string, what: Restored) => void;
}

/** What was written in the last moments before the store went away may be lost with it. */
const tailMs = 15_000;

/**
 * Stands in for the store of a cluster while it cannot be reached.
 *
 * - **N4** While the store is away, conversations that this node has seen lately, and those of new guests, go on here;
 *   whatever was acknowledged is written to the store when it is back. Other conversations are refused as
 *   `unavailable`, to be tried again.
 * - A store that has lost a conversation which this node knows gets it back (after it was emptied, or after a failover to
 *   a replica that was behind).
 * - What may or may not have happened when the store fell silent is repeated with the same ids, so that it happens once.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly known: KnownConversations;
  readonly #kept = new Set<string>();
  readonly #returning = new Map<string, Promise<void>>();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.known = new KnownConversations(options.isWritten);
  }

  async open(caller: Caller): Promise<Conversation> {
    const { store, custody } = this.#options;
    const own = this.known.ofCustomer(caller.customerId);
    if (own !== null && (await this.#isKept(own))) return custody.conversations.open(caller);
    try {
      return this.known.note(await store.conversations.open(caller));
    } catch (fault) {
      return this.#openAlone(caller, own, fault);
    }
  }

  async read(conversationId: string, how: "read" | "attend"): Promise<Conversation | null> {
    const { store, custody } = this.#options;
    if (await this.#isKept(conversationId)) return custody.conversations.read(conversationId);
    try {
      let conversation = await store.conversations[how](conversationId);
      if (conversation === null && (await this.#giveBack(conversationId))) {
        conversation = await store.conversations[how](conversationId);
      }
      return conversation && this.known.note(conversation);
    } catch (fault) {
      const known = this.known.get(conversationId);
      if (fault instanceof Outage && known) return known;
      throw fault;
    }
  }

  /** Does something in the store, or here while it is away; and once more when the store has lost the conversation. */
  async run<T>(conversationId: string, what: (engines: Engines) => Promise<T>): Promise<T> {
    const { store, custody } = this.#options;
    if (await this.#isKept(conversationId)) return what(custody);
    try {
      return await what(store);
    } catch (fault) {
      if (isGone(fault) && (await this.#giveBack(conversationId))) return what(store);
      if (!(fault instanceof Outage)) throw fault;
      this.#takeIn(conversationId, fault);
      return what(custody);
    }
  }

  /** A step of a turn. Null means that the turn is another's, unless the store has lost it. */
  async step(conversationId: string, what: (turns: Turns) => Promise<Turn | null>): Promise<Turn | null> {
    const turn = await this.run(conversationId, ({ turns }) => what(turns));
    if (turn !== null || this.#kept.has(conversationId)) return turn;
    const { conversations, turns } = this.#options.store;
    const isLost = (await conversations.read(conversationId)) === null;
    return isLost && (await this.#giveBack(conversationId)) ? what(turns) : null;
  }

  /**
   * Writes back everything that was kept while the store was away, and what it may have lost since: answers that are being
   * written, and conversations of the last seconds (a replica that takes over may be behind). Rejects with
   * {@link Outage} when the store is away again.
   */
  async writeBack(): Promise<void> {
    for (const conversationId of [...this.#kept]) {
      const returning = this.#return(conversationId).finally(() => this.#returning.delete(conversationId));
      // Whoever waits for the conversation goes on either way.
      this.#returning.set(conversationId, returning);
      await returning;
    }
    const lately = this.#options.clock.now() - tailMs;
    for (const conversation of this.known.changedSince(lately)) {
      if (!this.#kept.has(conversation.conversationId)) await this.#restore(asKept(conversation));
    }
  }

  async #return(conversationId: string): Promise<void> {
    const { custody } = this.#options;
    const kept = custody.keep(conversationId);
    if (kept !== null) {
      await this.#restore(kept);
      this.known.note(kept.conversation);
    }
    this.#kept.delete(conversationId);
    custody.forget(conversationId);
  }

  /** True while this process keeps the conversation; one that is just being written back is waited for. */
  async #isKept(conversationId: string): Promise<boolean> {
    await this.#returning.get(conversationId)?.catch(() => {});
    return this.#kept.has(conversationId);
  }

  async #openAlone(caller: Caller, own: string | null, fault: unknown): Promise<Conversation> {
    if (!(fault instanceof Outage)) throw fault;
    const { custody } = this.#options;
    if (own !== null) this.#takeIn(own, fault);
    else if (caller.isNew !== true) throw fault;
    const conversation = await custody.conversations.open(caller);
    this.#kept.add(conversation.conversationId);
    return this.known.note(conversation);
  }

  #takeIn(conversationId: string, fault: Outage): void {
    const { fenced, custody } = this.#options;
    if (this.#kept.has(conversationId)) return;
    const known = this.known.get(conversationId);
    if (known === null || fenced()) throw fault;
    custody.adopt(known);
    this.#kept.add(conversationId);
  }

  /** Writes a conversation that is known here into a store that has lost it before its time. */
  async #giveBack(conversationId: string): Promise<boolean> {
    const { clock, lifeMs } = this.#options;
    const conversation = this.known.get(conversationId);
    if (conversation === null) return false;
    const lastAt = conversation.messages.at(-1)?.at ?? 0;
    if (!this.known.isWritten(conversation) && clock.now() - lastAt >= lifeMs) return false;
    await this.#restore(asKept(conversation));
    return true;
  }

  async #restore(kept: Kept): Promise<void> {
    const { store, restored } = this.#options;
    restored(kept.conversation.conversationId, await store.restore(kept));
  }
}

/** A conversation as it is known, with the turns that are open in it. */
function asKept(conversation: Conversation): Kept {
  return { conversation, turns: [conversation.running, conversation.waiting].filter((turn) => turn !== null) };
}

function isGone(fault: unknown): boolean {
  return fault instanceof TidegateError && fault.code === "not-found";
}
