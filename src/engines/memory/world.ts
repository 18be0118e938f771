import type { Message, Note, Page } from "../../contract/shapes.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Conversation } from "../../domain/conversations.ts";
import type { CustomerCard, PersonWish, Responder } from "../../domain/responders.ts";
import type { EpochStart, Turn } from "../../domain/turns.ts";
import { conversationIdOf } from "../conversation-id.ts";

export interface MemoryTurn {
  readonly turnId: string;
  state: "queued" | "starting" | "ended";
  epoch: number;
  starts: readonly EpochStart[];
  readonly askedAt: number;
  answer?: Message;
}

export interface MemoryConversation {
  readonly conversationId: string;
  readonly customerId: string;
  responder: Responder;
  messages: Message[];
  readonly turns: Map<string, MemoryTurn>;
  runningTurnId: string | null;
  waitingTurnId: string | null;
  page: Page | undefined;
  customer?: CustomerCard | undefined;
  wish?: PersonWish | undefined;
  notes?: readonly Note[] | undefined;
  score?: { score: number; comment: string | undefined };
  touchedAt: number;
  /** Everybody has left it before anything was said: it goes then, unless somebody comes back. */
  goesAt?: number | undefined;
}

export interface MemoryWorldOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  /** How long a conversation lives after its last message (C1). */
  readonly lifeMs: number;
  /** Older messages of a long conversation are let go. */
  readonly maxMessages: number;
}

/** So much longer lives a conversation in which a question waits. */
const waitingGraceMs = 3_600_000;
/** So long lives one that everybody has left before anything was said in it: whoever comes back finds no difference. */
const bareMs = 10_000;

/** What the memory engines share: everything one process knows, kept no longer than C1 says. */
export class MemoryWorld {
  readonly options: MemoryWorldOptions;
  readonly #conversations = new Map<string, MemoryConversation>();
  readonly #byCustomer = new Map<string, string>();
  /** Those that go soon, in the order in which they go. */
  readonly #going = new Map<string, MemoryConversation>();

  constructor(options: MemoryWorldOptions) {
    this.options = options;
  }

  get size(): number {
    return this.#conversations.size;
  }

  find(conversationId: string): MemoryConversation | null {
    const conversation = this.#conversations.get(conversationId);
    if (conversation === undefined) return null;
    if (this.#alive(conversation)) return conversation;
    this.#forget(conversation);
    return null;
  }

  ofCustomer(customerId: string): MemoryConversation | null {
    return this.find(this.#byCustomer.get(customerId) ?? "");
  }

  begin(customerId: string): MemoryConversation {
    const conversation: MemoryConversation = {
      conversationId: conversationIdOf(customerId),
      customerId,
      responder: { kind: "assistant" },
      messages: [],
      turns: new Map(),
      runningTurnId: null,
      waitingTurnId: null,
      page: undefined,
      touchedAt: this.options.clock.now(),
    };
    this.add(conversation);
    return conversation;
  }

  /** Takes in a conversation as it is. */
  add(conversation: MemoryConversation): void {
    this.#conversations.set(conversation.conversationId, conversation);
    this.#byCustomer.set(conversation.customerId, conversation.conversationId);
  }

  /** Appends a message, lets the oldest go when there are too many, and begins the life of the conversation anew. */
  append(conversation: MemoryConversation, message: Message): void {
    conversation.messages.push(message);
    this.touch(conversation);
    while (conversation.messages.length > this.options.maxMessages) {
      const turnId = conversation.messages.shift()?.turnId;
      const open = turnId === conversation.runningTurnId || turnId === conversation.waitingTurnId;
      if (turnId !== undefined && !open) conversation.turns.delete(turnId);
    }
  }

  /** The life of the conversation begins anew. */
  touch(conversation: MemoryConversation): void {
    conversation.touchedAt = this.options.clock.now();
    conversation.goesAt = undefined;
    this.#going.delete(conversation.conversationId);
    // The map keeps the order in which lives began, so that the sweep can end at the first young one.
    this.#conversations.delete(conversation.conversationId);
    this.#conversations.set(conversation.conversationId, conversation);
  }

  /** Everybody has left; where nothing was said the conversation goes soon. */
  leave(conversation: MemoryConversation): void {
    if (!isBare(conversation) || conversation.goesAt !== undefined) return;
    conversation.goesAt = this.options.clock.now() + bareMs;
    this.#going.set(conversation.conversationId, conversation);
  }

  /** Forgets what is too old; gives how many conversations went. */
  sweep(): number {
    let gone = 0;
    for (const conversation of this.#going.values()) {
      if (this.#alive(conversation)) break;
      this.#forget(conversation);
      gone++;
    }
    for (const conversation of this.#conversations.values()) {
      if (this.#alive(conversation)) break;
      this.#forget(conversation);
      gone++;
    }
    return gone;
  }

  #alive(conversation: MemoryConversation): boolean {
    if (conversation.runningTurnId !== null) return true;
    if (conversation.goesAt !== undefined && this.options.clock.now() >= conversation.goesAt) return false;
    // Whoever waits is not forgotten before the answer.
    const graceMs = conversation.waitingTurnId === null ? 0 : waitingGraceMs;
    return this.options.clock.now() - conversation.touchedAt < this.options.lifeMs + graceMs;
  }

  forget(conversationId: string): void {
    const conversation = this.#conversations.get(conversationId);
    if (conversation) this.#forget(conversation);
  }

  #forget({ conversationId, customerId }: MemoryConversation): void {
    this.#conversations.delete(conversationId);
    this.#going.delete(conversationId);
    if (this.#byCustomer.get(customerId) === conversationId) this.#byCustomer.delete(customerId);
  }
}

/** Nothing was said or done in it. */
function isBare({ messages, responder, wish, notes = [], score }: MemoryConversation): boolean {
  const isUntouched = wish === undefined && score === undefined && notes.length === 0;
  return messages.length === 0 && responder.kind === "assistant" && isUntouched;
}

/** A turn as it stands, for whoever asked. */
export function turnOf({ conversationId }: MemoryConversation, turn: MemoryTurn): Turn {
  const { turnId, state, epoch, starts, askedAt, answer } = turn;
  return { conversationId, turnId, state, epoch, starts, askedAt, ...(answer && { answer }) };
}

/** A conversation as it stands, for whoever asked. */
export function copy(conversation: MemoryConversation): Conversation {
  const { conversationId, customerId, responder, messages, runningTurnId, waitingTurnId, page } = conversation;
  const { customer, wish, notes } = conversation;
  const turn = (turnId: string | null) => {
    const found = conversation.turns.get(turnId ?? "");
    return found ? turnOf(conversation, found) : null;
  };
  return {
    conversationId,
    customerId,
    responder,
    messages: [...messages],
    running: turn(runningTurnId),
    waiting: turn(waitingTurnId),
    logged: "",
    found: [],
    page,
    ...(customer && { customer }),
    ...(wish && { wish }),
    ...(notes && { notes }),
  };
}
