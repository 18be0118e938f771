import { TidegateError } from "../../contract/errors.ts";
import type { Message, Rating } from "../../contract/shapes.ts";
import type { Asked, Conversation, Conversations, Question } from "../../domain/conversations.ts";
import { type Caller, customerCard } from "../../domain/identity.ts";
import { startTurn } from "./turns.ts";
import { copy, type MemoryConversation, type MemoryWorld } from "./world.ts";

/** {@link Conversations} of one process; each call is one step because nothing in it waits. */
export class MemoryConversations implements Conversations {
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
  }

  async open(caller: Caller): Promise<Conversation> {
    const conversation = this.#world.ofCustomer(caller.customerId) ?? this.#world.begin(caller.customerId);
    conversation.customer = customerCard(caller);
    if (conversation.messages.length === 0) this.#world.touch(conversation);
    return copy(conversation);
  }

  async read(conversationId: string): Promise<Conversation | null> {
    const conversation = this.#world.find(conversationId);
    return conversation && copy(conversation);
  }

  attend(conversationId: string): Promise<Conversation | null> {
    return this.read(conversationId);
  }

  async leave(conversationId: string): Promise<void> {
    const conversation = this.#world.find(conversationId);
    if (conversation !== null) this.#world.leave(conversation);
  }

  async ask(conversationId: string, question: Question): Promise<Asked> {
    const conversation = this.#get(conversationId);
    const known = conversation.messages.find(({ messageId }) => messageId === question.messageId);
    if (known !== undefined) return repeated(known, question);
    const { turnId: newTurnId = this.#world.options.newId() } = question;
    const isAnswered = conversation.responder.kind === "assistant" && !question.opensNoTurn;
    const turnId = !isAnswered ? null : this.#waitingTurn(conversation, newTurnId);
    const message = this.#message(question, turnId);
    const isFirst = !conversation.messages.some(({ author }) => author === "customer");
    if (question.page) conversation.page = question.page;
    this.#world.append(conversation, message);
    const started = question.begins ? startTurn(conversation) : null;
    return { message, turnId, repeated: false, isFirst, ...(started && { started }) };
  }

  async rateMessage(conversationId: string, messageId: string, value: Rating): Promise<void> {
    const { messages, turns } = this.#get(conversationId);
    const at = messages.findIndex((message) => message.messageId === messageId && message.author !== "customer");
    const message = messages[at];
    if (message === undefined) throw new TidegateError("not-found");
    const rated = { ...message, rating: value };
    messages[at] = rated;
    const turn = turns.get(message.turnId ?? "");
    if (turn?.answer?.messageId === messageId) turn.answer = rated;
  }

  async rate(conversationId: string, score: number, comment: string | undefined): Promise<void> {
    this.#get(conversationId).score = { score, comment };
  }

  #get(conversationId: string): MemoryConversation {
    const conversation = this.#world.find(conversationId);
    if (conversation === null) throw new TidegateError("not-found");
    return conversation;
  }

  #waitingTurn(conversation: MemoryConversation, turnId: string): string {
    if (conversation.waitingTurnId !== null) return conversation.waitingTurnId;
    const { clock } = this.#world.options;
    conversation.turns.set(turnId, { turnId, state: "queued", epoch: 0, starts: [], askedAt: clock.now() });
    conversation.waitingTurnId = turnId;
    return turnId;
  }

  #message({ messageId, text }: Question, turnId: string | null): Message {
    const at = this.#world.options.clock.now();
    return { messageId, author: "customer", text, at, ...(turnId !== null && { turnId }) };
  }
}

function repeated(known: Message, question: Question): Asked {
  if (known.author !== "customer" || known.text !== question.text) throw new TidegateError("message-conflict");
  return { message: known, turnId: known.turnId ?? null, repeated: true };
}
