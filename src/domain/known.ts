import type { Asked, Conversation } from "./conversations.ts";
import type { Turn } from "./turns.ts";

/** Conversations beyond so many are forgotten, those that were quiet longest first. */
const mostKnown = 5_000;

type Change = (conversation: Conversation) => Conversation;

/** The conversations that this node has seen lately, as it saw them: what it can go on from when the store is away. */
export class KnownConversations {
  readonly #conversations = new Map<string, Conversation>();
  readonly #byCustomer = new Map<string, string>();

  note(conversation: Conversation): Conversation {
    const { conversationId, customerId } = conversation;
    this.#conversations.delete(conversationId);
    this.#conversations.set(conversationId, conversation);
    this.#byCustomer.set(customerId, conversationId);
    if (this.#conversations.size > mostKnown) this.#forgetOldest();
    return conversation;
  }

  change(conversationId: string, change: Change): void {
    const known = this.#conversations.get(conversationId);
    if (known) this.note(change(known));
  }

  get(conversationId: string): Conversation | null {
    return this.#conversations.get(conversationId) ?? null;
  }

  ofCustomer(customerId: string): string | null {
    return this.#byCustomer.get(customerId) ?? null;
  }

  /** Those with an answer that is being written, or with a message at or after that time. */
  changedSince(at: number): readonly Conversation[] {
    return [...this.#conversations.values()].filter(
      ({ running, messages }) => running !== null || (messages.at(-1)?.at ?? 0) >= at,
    );
  }

  #forgetOldest(): void {
    for (const [conversationId, { customerId, running }] of this.#conversations) {
      if (running !== null) continue;
      this.#conversations.delete(conversationId);
      if (this.#byCustomer.get(customerId) === conversationId) this.#byCustomer.delete(customerId);
      return;
    }
  }
}

export function afterAsking({ message, turnId }: Asked): Change {
  return (conversation) => {
    const messages = [...conversation.messages, message];
    if (turnId === null || conversation.waiting?.turnId === turnId) return { ...conversation, messages };
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
    messages: turn.answer ? [...conversation.messages, turn.answer] : conversation.messages,
    running: isOther(conversation.running) ? conversation.running : null,
    waiting: isOther(conversation.waiting) ? conversation.waiting : null,
  });
}
