import type { Message, Note, Notice, Page, Rating } from "../contract/shapes.ts";
import type { Finding } from "./findings.ts";
import type { Caller } from "./identity.ts";
import type { CustomerCard, PersonWish, Responder } from "./responders.ts";
import type { Started, Turn } from "./turns.ts";

/** The thread between one customer and the shop, as it stands. */
export interface Conversation {
  readonly conversationId: string;
  readonly customerId: string;
  readonly responder: Responder;
  /** In the order in which they were stored; {@link inReadingOrder} gives the order for people and models. */
  readonly messages: readonly Message[];
  /** The turn that is being answered. */
  readonly running: Turn | null;
  /** The turn that gathers what the customer sends meanwhile. */
  readonly waiting: Turn | null;
  /** What the log has of the running answer (S8); empty where the node that writes it is this one. */
  readonly logged: string;
  /** What the log has of what was looked up for it (C3). */
  readonly found: readonly Finding[];
  /** Where the customer was when asking last. */
  readonly page: Page | undefined;
  /** The customer as the latest verified token tells. */
  readonly customer?: CustomerCard | undefined;
  /** A person is waited for. */
  readonly wish?: PersonWish | undefined;
  /** What agents have noted, oldest first. */
  readonly notes?: readonly Note[] | undefined;
}

/** How and when a question came to this node. */
export interface Arrival {
  readonly way: "socket" | "http";
  /** In epoch milliseconds. */
  readonly at: number;
  /** What the caller says of a trace of its own (W3C Trace Context), as it came. */
  readonly traceparent?: string | undefined;
}

/** What a customer asks. `messageId` is the customer's own and makes sending it again harmless. */
export interface Question {
  readonly messageId: string;
  readonly text: string;
  readonly page?: Page | undefined;
  /** The id of the turn it opens, when it opens one; made up where none is given. */
  readonly turnId?: string | undefined;
  /** It is stored, and nobody is to answer it for now. */
  readonly opensNoTurn?: boolean | undefined;
  /** Its answer may begin at once: unless another one is being written there, or a person answers, its turn starts too. */
  readonly begins?: boolean | undefined;
  /** Not stored: for whoever observes. */
  readonly arrival?: Arrival | undefined;
}

/** What became of a question: its message, its turn (null while an agent is the responder), and whether it was new. */
export interface Asked {
  readonly message: Message;
  readonly turnId: string | null;
  readonly repeated: boolean;
  /** Nothing was asked in the conversation before; told of a new one alone. */
  readonly isFirst?: boolean | undefined;
  /** Its turn was started in the same step; told of a new one alone. */
  readonly started?: Started | undefined;
}

/**
 * The conversations of all customers.
 *
 * - **C1** 3,600 s (or what is configured) after its last message a conversation is gone: `read` gives null and `open`
 *   begins a new one.
 * - **C2** A message is stored once, in order, with its author.
 * - **A4** A customer has one conversation, at most one running and one waiting turn in it; questions asked while a
 *   turn waits join it.
 * - **X1** `open` never gives a conversation to anyone but its customer.
 */
export interface Conversations {
  /** The caller's conversation, begun when there is none. This node is told what happens in it from here on (S7). */
  open(caller: Caller): Promise<Conversation>;
  read(conversationId: string): Promise<Conversation | null>;
  /** Like `read`, and this node is told what happens from here on: no step between the two is missed. */
  attend(conversationId: string): Promise<Conversation | null>;
  /** Nobody on this node looks at the conversation any more. One in which nothing was said is gone soon. */
  leave(conversationId: string): Promise<void>;
  /**
   * Stores a question and joins it to the waiting turn, in one atomic step, which starts that turn where the question
   * `begins`. The same `messageId` again gives the first result, and starts nothing. Throws `not-found` when the conversation is gone, `message-conflict` when the id was used for another text.
   */
  ask(conversationId: string, question: Question): Promise<Asked>;
  /** Keeps the customer's opinion of one answer. Throws `not-found` when there is no such answer. */
  rateMessage(conversationId: string, messageId: string, value: Rating): Promise<void>;
  /** Keeps the customer's opinion of the conversation; a later one replaces it. */
  rate(conversationId: string, score: number, comment: string | undefined): Promise<void>;
}

/**
 * Messages as people and models read them: by their times, for what was kept elsewhere during an outage is stored late;
 * and each answer behind the last question of its turn, even when the customer had already sent the next question while
 * it was being written. Where the assistant was silent meanwhile, it stands behind the change that let it speak again.
 */
export function inReadingOrder(stored: readonly Message[]): Message[] {
  const messages = stored.toSorted((a, b) => a.at - b.at);
  const lastQuestionAt = new Map<string, number>();
  const handedBackAt: number[] = [];
  messages.forEach(({ author, turnId, notice }, at) => {
    if (author === "customer" && turnId !== undefined) lastQuestionAt.set(turnId, at);
    if (notice && handsBack.has(notice.kind)) handedBackAt.push(at);
  });
  const placeOf = ({ author, turnId }: Message, at: number) => {
    const asked = author === "assistant" && turnId !== undefined ? (lastQuestionAt.get(turnId) ?? at) : at;
    if (asked === at) return at;
    return Math.max(asked, handedBackAt.findLast((change) => change < at) ?? 0) + 0.5;
  };
  return messages
    .map((message, at) => ({ message, place: placeOf(message, at) }))
    .sort((a, b) => a.place - b.place)
    .map(({ message }) => message);
}

/** Until then no answer was being written. */
const handsBack: ReadonlySet<Notice["kind"]> = new Set(["agent-left", "agent-lost"]);
