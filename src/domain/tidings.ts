import type { Message } from "../contract/shapes.ts";
import type { Conversation } from "./conversations.ts";
import type { Responder } from "./responders.ts";

/** Something that was told of a conversation: what a page has to know that was just being given the moment before it. */
export interface Tiding {
  readonly message?: Message;
  readonly handed?: { readonly responder: Responder; readonly at: number };
  /** The turn that ended with that message. */
  readonly ended?: string;
}

/** So much is told at most between the moment at which a page asks for a conversation and the one at which it looks at it. */
const mostKept = 1_000;

/** What was told on this node lately, whether somebody looked or not: a step may be faster than a read of the moment before it. */
export class Tidings {
  #latest: { readonly conversationId: string; readonly number: number; readonly tiding: Tiding }[] = [];
  #count = 0;

  /** How much was told so far: tells {@link since} from when on. */
  get count(): number {
    return this.#count;
  }

  note(conversationId: string, tiding: Tiding): void {
    this.#latest.push({ conversationId, number: ++this.#count, tiding });
    if (this.#latest.length > 2 * mostKept) this.#latest = this.#latest.slice(-mostKept);
  }

  /** When the latest change of the responder was decided that was told lately, in epoch milliseconds; 0 for none. */
  handedAt(conversationId: string): number {
    const latest = this.#latest.findLast((each) => each.conversationId === conversationId && each.tiding.handed);
    return latest?.tiding.handed?.at ?? 0;
  }

  /** Whether that message was told lately as a turn's question. */
  isAsked(conversationId: string, messageId: string): boolean {
    return this.#latest.some(
      ({ conversationId: its, tiding: { message } }) =>
        its === conversationId && message?.messageId === messageId && message.turnId !== undefined,
    );
  }

  /** What was told of a conversation after the first `count` of all. */
  since(conversationId: string, count: number): readonly Tiding[] {
    const first = this.#latest.findLastIndex(({ number }) => number <= count) + 1;
    const later = this.#latest.slice(first).filter((each) => each.conversationId === conversationId);
    return later.map(({ tiding }) => tiding);
  }
}

/** When it was decided who answers a conversation, as far as its messages tell, in epoch milliseconds. */
export function handedAt({ messages }: Pick<Conversation, "messages">): number {
  return messages.findLast(({ notice }) => notice)?.at ?? 0;
}

/** The conversation as it stands by what was told since it was read (S11). */
export function upToDate<C extends Conversation>(conversation: C, since: readonly Tiding[]): C {
  if (since.length === 0) return conversation;
  const { messages, running, waiting } = conversation;
  // What was handed back unanswered is told again, as of another turn.
  const told = new Map(since.flatMap(({ message }) => (message ? [[message.messageId, message]] : [])));
  const known = messages.map((message) => {
    const turnId = told.get(message.messageId)?.turnId ?? message.turnId;
    return turnId === message.turnId ? message : { ...message, turnId };
  });
  for (const { messageId } of messages) told.delete(messageId);
  const ended = new Set(since.map((tiding) => tiding.ended));
  const open = <T extends { readonly turnId: string }>(turn: T | null) =>
    turn && ended.has(turn.turnId) ? null : turn;
  const responder =
    since.findLast(({ handed }) => handed && handed.at > handedAt(conversation))?.handed?.responder ??
    conversation.responder;
  return {
    ...conversation,
    responder,
    messages: [...known, ...told.values()],
    running: open(running),
    waiting: open(waiting),
  };
}
