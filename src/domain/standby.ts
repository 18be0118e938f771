import { TidegateError } from "../contract/errors.ts";
import type { Clock } from "./clock.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import type { Caller } from "./identity.ts";
import { inBatches } from "./in-batches.ts";
import { afterRestoring, afterStarting, type Change, isOvertaken, KnownConversations } from "./known.ts";
import { Outage } from "./outage.ts";
import type { Started, Turn, TurnRef, Turns } from "./turns.ts";

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

/** Something that may be done twice. */
export type Repeatable = (engines: Engines) => Promise<void>;

/** Keeps conversations in this process for as long as the store is away. */
export interface Custody extends Engines {
  /** Takes a conversation in as it was known last. */
  adopt(conversation: Conversation): void;
  keep(conversationId: string): Kept | null;
  forget(conversationId: string): void;
}

/** What the store knew better. */
export interface Restored {
  /** A question waits there, and nothing is being answered. */
  readonly waits: boolean;
  /** The turn that waits there. */
  readonly waiting: string | null;
  /** Turns that have been taken further: what is written of them under epochs up to that one is void. */
  readonly lost: readonly { readonly turnId: string; readonly epoch: number }[];
  /** Waiting turns whose questions wait as part of another turn now: two nodes had opened one each. */
  readonly merged: readonly string[];
  /** The node whose it is from now on what was begun there without an owner. */
  readonly owner: string;
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
  /** Told of a conversation that cannot be written back; the others are all the same. */
  readonly onFault?: (fault: unknown, conversationId: string) => void;
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
  /** What was done here alone and is done again in the store. */
  readonly #toRepeat = new Map<string, Repeatable[]>();
  readonly #returning = new Map<string, Promise<void>>();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.known = new KnownConversations(options.isWritten, options.lifeMs);
  }

  /** What is said in the conversation is kept here and not in the store, for now. */
  keeps(conversationId: string): boolean {
    return this.#kept.has(conversationId);
  }

  async open(caller: Caller): Promise<Conversation> {
    const { store, custody } = this.#options;
    const own = this.known.ofCustomer(caller.customerId);
    if (own !== null && (await this.#isKept(own))) return custody.conversations.open(caller);
    try {
      return await this.#completed(await store.conversations.open(caller));
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
      return conversation && (await this.#completed(conversation));
    } catch (fault) {
      const known = this.known.get(conversationId);
      // Whoever attends asks for what is not known here.
      if (how === "read" && fault instanceof Outage && known) return known;
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

  /** Like {@link run}; what is done here alone is no part of what is written back, and done again in the store. */
  async runTwice(conversationId: string, what: Repeatable): Promise<void> {
    await this.run(conversationId, what);
    if (!this.#kept.has(conversationId)) return;
    const repeated = this.#toRepeat.get(conversationId) ?? [];
    this.#toRepeat.set(conversationId, [...repeated, what]);
  }

  /** A turn; while the store is away, as it was known last. */
  async turn(ref: TurnRef): Promise<Turn | null> {
    const { store, custody } = this.#options;
    if (await this.#isKept(ref.conversationId)) return custody.turns.read(ref);
    try {
      return await store.turns.read(ref);
    } catch (fault) {
      const known = this.known.get(ref.conversationId);
      const turn = [known?.running, known?.waiting].find((open) => open?.turnId === ref.turnId);
      if (fault instanceof Outage && turn) return turn;
      throw fault;
    }
  }

  /** A step of a turn. Null means that the turn is another's, unless the store has lost it, or what became of it. */
  async step<T>(ref: TurnRef, what: (turns: Turns) => Promise<T | null>): Promise<T | null> {
    const { conversationId } = ref;
    const done = await this.run(conversationId, ({ turns }) => what(turns));
    if (done !== null || this.#kept.has(conversationId)) return done;
    const isBehind = await this.#isBehind(ref);
    return isBehind && (await this.#giveBack(conversationId)) ? what(this.#options.store.turns) : null;
  }

  /** What was started, with its conversation as this node knows it by now: like one that was read. */
  async started({ turn, conversation }: Started): Promise<Started> {
    const { conversationId } = turn;
    this.known.change(conversationId, afterStarting(turn));
    if (this.#kept.has(conversationId)) return { turn, conversation };
    try {
      return { turn, conversation: await this.#completed(conversation) };
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      return { turn, conversation: this.known.get(conversationId) ?? conversation };
    }
  }

  /** The store knows less of a turn than this node: another node may have given back a conversation as it knew it. */
  async #isBehind(ref: TurnRef): Promise<boolean> {
    const stored = await this.#options.store.turns.read(ref);
    const known = this.known.get(ref.conversationId);
    const own = [known?.running, known?.waiting].find((turn) => turn?.turnId === ref.turnId);
    return stored === null || (own != null && stored.epoch < own.epoch);
  }

  /**
   * Writes back everything that was kept while the store was away, and what it may have lost since: answers that are being
   * written, and conversations of the last seconds (a replica that takes over may be behind). Rejects with
   * {@link Outage} when the store is away again.
   */
  async writeBack(): Promise<void> {
    await inBatches([...this.#kept], (conversationId) => {
      const returning = this.#return(conversationId).finally(() => this.#returning.delete(conversationId));
      // Whoever waits for the conversation goes on either way.
      this.#returning.set(conversationId, returning);
      return this.#unlessBroken(conversationId, returning);
    });
    const lately = this.#options.clock.now() - tailMs;
    await inBatches(this.known.changedSince(lately), async ({ conversationId }) => {
      // As it stands by now: the others take their time.
      const conversation = this.known.get(conversationId);
      if (!conversation || this.#kept.has(conversationId)) return;
      await this.#unlessBroken(conversationId, this.#restore(asKept(conversation)));
    });
  }

  async #unlessBroken(conversationId: string, writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (fault) {
      if (fault instanceof Outage) throw fault;
      this.#options.onFault?.(fault, conversationId);
    }
  }

  async #return(conversationId: string): Promise<void> {
    const { custody } = this.#options;
    const kept = custody.keep(conversationId);
    if (kept !== null) {
      const owned = withOwner(kept, this.known.get(conversationId));
      this.known.note(owned.conversation);
      await this.#restore(owned);
    }
    for (const what of this.#toRepeat.get(conversationId) ?? []) await this.#repeat(what);
    this.#toRepeat.delete(conversationId);
    this.#kept.delete(conversationId);
    custody.forget(conversationId);
  }

  /** What it was about may be gone from the store. */
  async #repeat(what: Repeatable): Promise<void> {
    await what(this.#options.store).catch((fault: unknown) => {
      if (!isGone(fault)) throw fault;
    });
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

  /** What was read is known from now on, unless this node knows better: then the store is given that, and read again. */
  async #completed(read: Conversation): Promise<Conversation> {
    const { clock, store } = this.#options;
    const known = this.known.missingIn(read, clock.now());
    if (known === null) return this.known.note(read);
    await this.#restore(asKept(known));
    const again = await store.conversations.read(read.conversationId);
    // Lost once more meanwhile: then what is known here is all there is of it.
    if (again === null) return this.known.get(read.conversationId) ?? read;
    return this.known.missingIn(again, clock.now()) ? again : this.known.note(again);
  }

  #takeIn(conversationId: string, fault: Outage): void {
    const { fenced, custody } = this.#options;
    if (this.#kept.has(conversationId)) return;
    const known = this.known.get(conversationId);
    if (known === null || fenced()) throw fault;
    custody.adopt(known);
    this.#kept.add(conversationId);
  }

  /** Another node tells what it has stored: that question, if it is one, waits in that turn. */
  heard(conversationId: string, change: Change, turnId: string | null): void {
    const before = this.known.get(conversationId);
    this.known.change(conversationId, change);
    if (before && isOvertaken(before, { turnId })) void this.catchUp(before);
  }

  /** Gives the store what was known here before it was {@link isOvertaken}: it takes what it has lost. */
  async catchUp(before: Conversation): Promise<void> {
    if (this.#kept.has(before.conversationId)) return;
    try {
      // Where the customer is the question has told.
      await this.#restore(asKept({ ...before, page: undefined }));
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault?.(fault, before.conversationId);
    }
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
    const { conversationId } = kept.conversation;
    const what = await store.restore(kept);
    this.known.correct(conversationId, afterRestoring(kept.conversation, what));
    restored(conversationId, what);
  }
}

/** A conversation as it is known, with the turns that are open in it. */
function asKept(conversation: Conversation): Kept {
  return { conversation, turns: [conversation.running, conversation.waiting].filter((turn) => turn !== null) };
}

/** Custody does not know who writes an answer: one that goes on under the same epoch is still its owner's. */
function withOwner({ conversation, turns }: Kept, known: Conversation | null): Kept {
  const owner = known?.running?.owner;
  const isSame = ({ turnId, epoch }: Turn) => turnId === known?.running?.turnId && epoch === known.running.epoch;
  const owned = (turn: Turn) => (owner !== undefined && isSame(turn) ? { ...turn, owner } : turn);
  const running = conversation.running && owned(conversation.running);
  return { conversation: { ...conversation, running }, turns: turns.map(owned) };
}

function isGone(fault: unknown): boolean {
  return fault instanceof TidegateError && fault.code === "not-found";
}
