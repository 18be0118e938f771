import type { Message } from "../contract/shapes.ts";
import type { Asked, Conversation } from "./conversations.ts";
import type { PeerMessage } from "./peers.ts";
import type { PersonWish, Responder } from "./responders.ts";
import type { Restored } from "./standby.ts";
import type { Turn } from "./turns.ts";

/** Conversations beyond so many, or beyond so much text, are forgotten, those that were quiet longest first. */
const mostKnown = 5_000;
const mostChars = 50_000_000;
/** Those in which a question waits are kept beside them, up to so many: a whole line may stand behind one node. */
const mostWaiting = 50_000;
/** As many as a page shows; the context needs fewer. */
const mostMessages = 60;

/** What was said within so long cannot have gone by itself. */
const longestFreshMs = 60_000;

/** So many conversations, and so much text, in the order in which they were put there. */
class Shelf {
  readonly #most: number;
  readonly #conversations = new Map<string, Conversation>();
  #chars = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#conversations.size > this.#most || this.#chars > mostChars;
  }

  get each(): Iterable<readonly [conversationId: string, conversation: Conversation]> {
    return this.#conversations;
  }

  get all(): Iterable<Conversation> {
    return this.#conversations.values();
  }

  get(conversationId: string): Conversation | undefined {
    return this.#conversations.get(conversationId);
  }

  put(conversation: Conversation): void {
    this.#conversations.set(conversation.conversationId, conversation);
    this.#chars += charsOf(conversation);
  }

  take(conversation: Conversation): void {
    if (this.#conversations.delete(conversation.conversationId)) this.#chars -= charsOf(conversation);
  }
}

export type Change = (conversation: Conversation) => Conversation;

/** The conversations that this node has seen lately, as it saw them: what it can go on from when the store is away. */
export class KnownConversations {
  readonly #quiet = new Shelf(mostKnown);
  /** Those in which a question waits. */
  readonly #waiting = new Shelf(mostWaiting);
  readonly #byCustomer = new Map<string, string>();
  readonly #isWritten: (turnId: string) => boolean;
  readonly #lifeMs: number;
  /** When something was said last, anywhere. */
  #latestAt = 0;

  /**
   * @param isWritten tells whether this node writes the answer to a turn: its conversation is not forgotten
   * @param lifeMs how long a conversation lives after its last message (C1)
   */
  constructor(isWritten: (turnId: string) => boolean, lifeMs: number) {
    this.#isWritten = isWritten;
    this.#lifeMs = lifeMs;
  }

  /** Gives the conversation back as it came; of a long one the latest messages are kept. */
  note(conversation: Conversation): Conversation {
    this.#keep({ ...conversation, running: this.#written(conversation) });
    return conversation;
  }

  #keep(conversation: Conversation): void {
    const { conversationId, customerId, messages } = conversation;
    this.#forget(conversationId);
    const kept =
      messages.length > mostMessages ? { ...conversation, messages: messages.slice(-mostMessages) } : conversation;
    const shelf = kept.waiting === null ? this.#quiet : this.#waiting;
    shelf.put(kept);
    this.#byCustomer.set(customerId, conversationId);
    this.#latestAt = Math.max(this.#latestAt, lastAt(kept));
    this.#forgetStale();
    while (shelf.isFull) if (!this.#forgetOldest(shelf)) break;
  }

  /** What this node writes is not forgotten for another answer that was begun there because a store was lost. */
  #written(conversation: Conversation): Turn | null {
    const own = this.get(conversation.conversationId)?.running ?? null;
    const isOpen = own !== null && this.#isWritten(own.turnId) && !isAnswered(conversation, own.turnId);
    return isOpen && conversation.running?.turnId !== own.turnId ? own : conversation.running;
  }

  change(conversationId: string, change: Change): void {
    const known = this.get(conversationId);
    if (known) this.note(change(known));
  }

  /** What the store knows better holds for what this node writes as well. */
  correct(conversationId: string, change: Change): void {
    const known = this.get(conversationId);
    if (known) this.#keep(change(known));
  }

  get(conversationId: string): Conversation | null {
    return this.#quiet.get(conversationId) ?? this.#waiting.get(conversationId) ?? null;
  }

  ofCustomer(customerId: string): string | null {
    return this.#byCustomer.get(customerId) ?? null;
  }

  /** Those in which this node writes an answer, or with a message at or after that time. */
  changedSince(at: number): readonly Conversation[] {
    return [...this.#quiet.all, ...this.#waiting.all].filter(
      (conversation) => this.isWritten(conversation) || lastAt(conversation) >= at,
    );
  }

  /** This node writes an answer there. */
  isWritten({ running }: Conversation): boolean {
    return running !== null && this.#isWritten(running.turnId);
  }

  /**
   * What is known here that `read` lacks although it should have it: a message of the last minute, the answer that this
   * node writes, a question that waits. Null when it lacks nothing.
   */
  missingIn(read: Conversation, now: number): Conversation | null {
    const known = this.get(read.conversationId);
    if (known === null) return null;
    const freshMs = Math.min(longestFreshMs, this.#lifeMs);
    const isThere = (id: string) => read.messages.findLastIndex(({ messageId }) => messageId === id) >= 0;
    if (known.messages.some(({ messageId, at }) => at >= now - freshMs && !isThere(messageId))) return known;
    const isOpen = (id: string) => read.running?.turnId === id || read.waiting?.turnId === id;
    // Where another one runs the store cannot be given it: it takes it with its end.
    const open = [this.isWritten(known) && read.running === null ? known.running : null, known.waiting];
    const isLacking = (turn: Turn | null) => turn !== null && !isOpen(turn.turnId) && !isAnswered(read, turn.turnId);
    return open.some(isLacking) ? known : null;
  }

  #forget(conversationId: string): void {
    const known = this.get(conversationId);
    if (known === null) return;
    this.#quiet.take(known);
    this.#waiting.take(known);
    if (this.#byCustomer.get(known.customerId) === conversationId) this.#byCustomer.delete(known.customerId);
  }

  /** Where nobody has told this node what became of a question, its conversation has had its life some day (C1). */
  #forgetStale(): void {
    for (const [conversationId, conversation] of this.#waiting.each) {
      if (lastAt(conversation) > this.#latestAt - this.#lifeMs || this.isWritten(conversation)) return;
      this.#forget(conversationId);
    }
  }

  #forgetOldest(shelf: Shelf): boolean {
    for (const [conversationId, conversation] of shelf.each) {
      if (this.isWritten(conversation)) continue;
      this.#forget(conversationId);
      return true;
    }
    return false;
  }
}

function lastAt({ messages }: Conversation): number {
  return messages.at(-1)?.at ?? 0;
}

function charsOf({ messages }: Conversation): number {
  return messages.reduce((sum, { text }) => sum + text.length, 0);
}

/** What was read meanwhile may include it already; a question that was handed back unanswered has another turn by now. */
function including(messages: readonly Message[], message: Message): readonly Message[] {
  const at = messages.findLastIndex(({ messageId }) => messageId === message.messageId);
  if (at < 0) return [...messages, message];
  const isSame = message.turnId === undefined || messages[at]?.turnId === message.turnId;
  return isSame ? messages : messages.with(at, message);
}

/**
 * A question has opened that turn though another waits, or has started it though another runs, as far as is known here: the
 * store may have lost the other one, and nobody could tell any more once the question is known.
 */
export function isOvertaken(known: Conversation, { turnId, started }: Pick<Asked, "turnId" | "started">): boolean {
  const { running, waiting } = known;
  if (turnId === null || turnId === running?.turnId || turnId === waiting?.turnId) return false;
  if (isAnswered(known, turnId)) return false;
  return waiting !== null || (running !== null && started !== undefined);
}

export function afterAsking({ message, turnId }: Asked): Change {
  return (conversation) => {
    const messages = including(conversation.messages, message);
    const open = [conversation.running?.turnId, conversation.waiting?.turnId];
    if (turnId === null || open.includes(turnId) || isAnswered(conversation, turnId))
      return { ...conversation, messages };
    const { conversationId } = conversation;
    const waiting = { conversationId, turnId, state: "queued", epoch: 0, starts: [], askedAt: message.at } as const;
    return { ...conversation, messages, waiting };
  };
}

/** A turn was started, or its epoch raised. */
export function afterStarting(turn: Turn): Change {
  return (conversation) => ({
    ...conversation,
    running: turn,
    waiting: conversation.waiting?.turnId === turn.turnId ? null : conversation.waiting,
  });
}

export function afterEnding(turn: Turn): Change {
  const isOther = (other: Turn | null) => other !== null && other.turnId !== turn.turnId;
  return (conversation) => ({
    ...conversation,
    messages: turn.answer ? including(conversation.messages, turn.answer) : conversation.messages,
    running: isOther(conversation.running) ? conversation.running : null,
    waiting: isOther(conversation.waiting) ? conversation.waiting : null,
  });
}

/** What another node tells of a conversation, which it has stored by then; null when that changes nothing of it. */
export function afterHearing(from: string, told: PeerMessage): Change | null {
  switch (told.kind) {
    case "added": {
      const { message } = told;
      return afterAsking({ message, turnId: turnAskedIn(told), repeated: false });
    }
    case "started": {
      const { ref, starts } = told;
      const epoch = starts.at(-1)?.epoch ?? 0;
      const start = (askedAt: number) =>
        afterStarting({ ...ref, state: "starting", epoch, starts, askedAt, owner: from });
      return (conversation) => {
        const { running, waiting } = conversation;
        const known = [running, waiting].find((turn) => turn?.turnId === ref.turnId);
        const question = conversation.messages.find(({ turnId }) => turnId === ref.turnId);
        const isStale = known ? known.epoch >= epoch : isAnswered(conversation, ref.turnId);
        return isStale ? conversation : start(known?.askedAt ?? question?.at ?? 0)(conversation);
      };
    }
    case "ended": {
      const { ref, epoch, message } = told.end;
      return afterEnding({ ...ref, state: "ended", epoch, starts: [], askedAt: 0, answer: message });
    }
    case "responder":
      return afterHanding(told.responder);
    default:
      return null;
  }
}

/** The turn that is to answer the question which is told of; null where it tells of none. */
export function turnAskedIn(told: PeerMessage): string | null {
  return told.kind === "added" && told.message.author === "customer" ? (told.message.turnId ?? null) : null;
}

/** An agent has said something. */
export function afterSaying(message: Message): Change {
  return (conversation) => ({ ...conversation, messages: including(conversation.messages, message) });
}

/** Somebody else answers from now on. */
export function afterHanding(responder: Responder, wish?: PersonWish): Change {
  return (conversation) => ({ ...conversation, responder, wish });
}

function isAnswered({ messages }: Conversation, turnId: string): boolean {
  return messages.some((said) => said.author === "assistant" && said.turnId === turnId);
}

/** What was given to the store and it knew better is void here too, and is read there. */
export function afterRestoring(given: Conversation, { lost, merged, waiting, owner }: Omit<Restored, "waits">): Change {
  const isVoid = (turn: Turn) =>
    merged.includes(turn.turnId) || lost.some(({ turnId, epoch }) => turnId === turn.turnId && turn.epoch <= epoch);
  const left = (turn: Turn | null) => (turn !== null && isVoid(turn) ? null : turn);
  // Also when this node has another id next time: under the same epoch nobody else's is taken.
  const owned = (turn: Turn | null) =>
    turn !== null && turn.turnId === given.running?.turnId && turn.epoch === given.running.epoch
      ? { owner, ...turn }
      : turn;
  const isLost = ({ author, turnId }: Message) => author === "assistant" && lost.some((turn) => turn.turnId === turnId);
  const joined = (message: Message) =>
    waiting !== null && merged.includes(message.turnId ?? "") ? { ...message, turnId: waiting } : message;
  // Its question waits as part of another turn: should the store be lost again, that is what is to be given back.
  const joins = (turn: Turn | null) =>
    turn !== null && waiting !== null && merged.includes(turn.turnId) ? { ...turn, turnId: waiting } : null;
  const wrong = new Set(given.messages.filter(isLost).map(({ messageId }) => messageId));
  return (conversation) => ({
    ...conversation,
    messages: conversation.messages.filter(({ messageId }) => !wrong.has(messageId)).map(joined),
    running: owned(left(conversation.running)),
    waiting: joins(conversation.waiting) ?? left(conversation.waiting),
  });
}
