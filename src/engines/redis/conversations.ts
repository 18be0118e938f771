import { TidegateError } from "../../contract/errors.ts";
import type { Rating } from "../../contract/shapes.ts";
import type { Asked, Conversation, Conversations, Question } from "../../domain/conversations.ts";
import { type Caller, customerCard } from "../../domain/identity.ts";
import { conversationIdOf, tagOf } from "../conversation-id.ts";
import { openJson, type Place } from "./place.ts";
import { parseMessage, replies } from "./replies.ts";

export interface RedisConversationsOptions {
  readonly place: Place;
  readonly newId: () => string;
}

/** {@link Conversations} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisConversations implements Conversations {
  readonly #place: Place;
  readonly #newId: () => string;
  #visits = 0;
  /** The latest visit of this node to each conversation that it attends. */
  readonly #visitOf = new Map<string, string>();

  constructor({ place, newId }: RedisConversationsOptions) {
    this.#place = place;
    this.#newId = newId;
  }

  async open(caller: Caller): Promise<Conversation> {
    const { customerId } = caller;
    const visit = this.#visit();
    const args = [customerId, this.#place.lifeMs, this.#place.options.nodeId(), visit];
    args.push(JSON.stringify(customerCard(caller)));
    const conversation = await this.#whole("open", conversationIdOf(customerId), args, visit);
    if (conversation?.customerId !== customerId) throw new TidegateError("internal");
    return conversation;
  }

  async read(conversationId: string): Promise<Conversation | null> {
    return this.#whole("read", conversationId, ["", "", ""]);
  }

  async attend(conversationId: string): Promise<Conversation | null> {
    const visit = this.#visit();
    const args = [this.#place.options.nodeId(), visit, this.#place.lifeMs];
    return this.#whole("read", conversationId, args, visit);
  }

  async leave(conversationId: string): Promise<void> {
    const visit = this.#visitOf.get(conversationId);
    if (visit === undefined) return;
    this.#visitOf.delete(conversationId);
    const { link, keys, nodeId } = this.#place.options;
    await link.step("leave", keys.conversation(tagOf(conversationId)), [nodeId(), visit]);
  }

  /** For how long nobody on another node has looked at the conversation, in milliseconds; null while somebody does. */
  async awayElsewhereMs(conversationId: string): Promise<number | null> {
    const { link, keys, nodeId } = this.#place.options;
    const ms = replies.away.parse(await link.step("away", keys.conversation(tagOf(conversationId)), [nodeId()]));
    return ms !== null && ms < 0 ? Number.POSITIVE_INFINITY : ms;
  }

  async ask(conversationId: string, question: Question): Promise<Asked> {
    const { messageId, text, page, turnId: newTurnId = this.#newId(), opensNoTurn = false, begins = false } = question;
    const message = openJson({ messageId, author: "customer", text });
    const args = [messageId, message, JSON.stringify(text), page ? JSON.stringify(page) : "", newTurnId];
    const { lifeMs, maxMessages, options } = this.#place;
    args.push(lifeMs, maxMessages, opensNoTurn ? "1" : "", begins ? options.nodeId() : "");
    const [given, copy] = await this.#place.whole("ask", conversationId, ...args);
    const reply = replies.asked.parse(given);
    if (reply.length === 1) throw new TidegateError(reply[0] === "gone" ? "not-found" : "message-conflict");
    const [outcome, stored, watchers] = reply;
    const known = parseMessage(stored);
    const turnId = known.turnId ?? null;
    if (outcome === "repeated") return { message: known, turnId, repeated: true };
    options.attendance.note(conversationId, watchers);
    const started = reply.length === 4 && this.#place.started(reply[3], copy);
    return { message: known, turnId, repeated: false, isFirst: outcome === "first", ...(started && { started }) };
  }

  async rateMessage(conversationId: string, messageId: string, value: Rating): Promise<void> {
    await this.#must(this.#place.step("rate-message", conversationId, messageId, value));
  }

  async rate(conversationId: string, score: number, comment: string | undefined): Promise<void> {
    await this.#must(this.#place.step("rate", conversationId, JSON.stringify({ score, comment })));
  }

  async #must(step: Promise<unknown>): Promise<void> {
    if ((await step) !== 1) throw new TidegateError("not-found");
  }

  #visit(): string {
    this.#visits++;
    return String(this.#visits);
  }

  async #whole(
    step: "open" | "read",
    conversationId: string,
    args: readonly string[],
    visit?: string,
  ): Promise<Conversation | null> {
    const [reply, copy] = await this.#place.whole(step, conversationId, ...args);
    const parsed = replies.whole.parse(reply);
    if (parsed === null) return null;
    const conversation = this.#place.conversation(parsed, copy);
    if (visit !== undefined && Number(visit) > Number(this.#visitOf.get(conversationId) ?? 0)) {
      this.#visitOf.set(conversationId, visit);
    }
    return conversation;
  }
}
