import type { Rating } from "../contract/shapes.ts";
import type { Asked, Conversation, Conversations, Question } from "./conversations.ts";
import type { Caller } from "./identity.ts";
import { afterAsking, isOvertaken } from "./known.ts";
import type { Standby } from "./standby.ts";

/** {@link Conversations} whether the store can be reached or not: see {@link Standby}. */
export class StandbyConversations implements Conversations {
  readonly #standby: Standby;
  readonly #store: Conversations;
  readonly #newId: () => string;

  constructor(standby: Standby, store: Conversations, newId: () => string) {
    this.#standby = standby;
    this.#store = store;
    this.#newId = newId;
  }

  open(caller: Caller): Promise<Conversation> {
    return this.#standby.open(caller);
  }

  read(conversationId: string): Promise<Conversation | null> {
    return this.#standby.read(conversationId, "read");
  }

  attend(conversationId: string): Promise<Conversation | null> {
    return this.#standby.read(conversationId, "attend");
  }

  leave(conversationId: string): Promise<void> {
    return this.#store.leave(conversationId);
  }

  async ask(conversationId: string, given: Question): Promise<Asked> {
    // One id for both ways: what the store did before it fell silent, and what is done here, is the same turn.
    const question = { turnId: this.#newId(), ...given };
    const asked = await this.#standby.run(conversationId, (engines) =>
      engines.conversations.ask(conversationId, question),
    );
    const before = this.#standby.known.get(conversationId);
    if (before && !asked.repeated && isOvertaken(before, asked)) await this.#standby.catchUp(before);
    if (!asked.repeated) this.#know(conversationId, asked);
    return asked.started ? { ...asked, started: await this.#standby.started(asked.started) } : asked;
  }

  /** Of very many conversations not all are known any more: the one in which a question waits is read anew, beside all else. */
  #know(conversationId: string, asked: Asked): void {
    const { known } = this.#standby;
    if (known.get(conversationId) !== null) return known.change(conversationId, afterAsking(asked));
    // Without it no more is lost than what a store forgets that is emptied now.
    if (asked.turnId !== null && !asked.started) this.read(conversationId).catch(() => {});
  }

  rateMessage(conversationId: string, messageId: string, value: Rating): Promise<void> {
    return this.#standby.runTwice(conversationId, (engines) =>
      engines.conversations.rateMessage(conversationId, messageId, value),
    );
  }

  rate(conversationId: string, score: number, comment: string | undefined): Promise<void> {
    return this.#standby.runTwice(conversationId, (engines) =>
      engines.conversations.rate(conversationId, score, comment),
    );
  }
}
