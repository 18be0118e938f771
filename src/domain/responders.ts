import type { CustomerClass, Message, Note, Responder as WireResponder } from "../contract/shapes.ts";
import type { Conversation } from "./conversations.ts";

/** Who answers a conversation: the assistant, one agent, or nobody yet because a person is sought (H1). */
export interface Responder extends WireResponder {
  /** Of an agent; never shown to the customer. */
  readonly agentId?: string | undefined;
}

/** A customer waits for a person. */
export interface PersonWish {
  /** Epoch milliseconds; the place in the line for a person goes by it. */
  readonly since: number;
  readonly reason?: string | undefined;
  /** Nobody was there: the customer has left a message, and the assistant goes on answering. */
  readonly left?: boolean | undefined;
}

/** The customer as agents see them: by the verified token alone (X1). */
export interface CustomerCard {
  readonly name?: string | undefined;
  readonly class: CustomerClass;
}

/** In whose hands a conversation may be for something to be done: `agent:<id>` for that agent's. */
export type Hands = "assistant" | "nobody" | `agent:${string}`;

/** A change of the responder. */
export interface Handing {
  /** Nothing is changed unless it is in one of these hands. */
  readonly from: readonly Hands[];
  readonly to: Responder;
  /** Null when no person is waited for any more. */
  readonly wish: PersonWish | null;
  /** The message of the system that tells of it. Its id makes the change safe to repeat. */
  readonly notice: Pick<Message, "messageId" | "text" | "notice">;
  readonly note?: Note | undefined;
  /**
   * Given where the assistant is to answer what the customer has said last and nobody has answered: the turn's id. What waited
   * when somebody took over, or was about to be answered, is among that; an answer that was cut in mid-sentence was one.
   */
  readonly reopen?: string | undefined;
}

/** What became of a change. */
export type Handed =
  | {
      readonly kind: "handed";
      /** As it stands now; what runs or waits in it is to be interrupted, unless the assistant is the responder. */
      readonly conversation: Conversation;
      readonly message: Message;
      /** It had been done before. */
      readonly repeated: boolean;
    }
  | { readonly kind: "refused"; readonly responder: Responder }
  /** Nothing was changed: the assistant was to be the responder again, and what runs or waits there is to be interrupted first. */
  | { readonly kind: "open"; readonly conversation: Conversation }
  | { readonly kind: "gone" };

/** What an agent says to the customer. */
export interface AgentWords {
  readonly messageId: string;
  readonly text: string;
  readonly name: string;
}

/** What became of it: refused unless that agent is the responder. */
export type Said =
  | { readonly kind: "said"; readonly message: Message; readonly repeated: boolean }
  | { readonly kind: "refused"; readonly responder: Responder }
  | { readonly kind: "conflict" }
  | { readonly kind: "gone" };

/**
 * In whose hands conversations are.
 *
 * - **H1** There is exactly one responder, and each change is one atomic step: from then on no turn of the assistant
 *   starts unless the assistant is it. What it writes at that moment is for the caller to interrupt.
 *   Of two changes the later one is told of at a later time, by the millisecond: that is how whoever hears of both in
 *   another order knows which one holds.
 * - **H2** Of two agents who take at once one is refused, and is told who the other one is.
 * - **C2** What an agent says is stored once, in order.
 */
export interface Responders {
  hand(conversationId: string, change: Handing): Promise<Handed>;
  say(conversationId: string, agentId: string, words: AgentWords): Promise<Said>;
  /** Keeps a note for other agents, or a whisper for the assistant, once. Throws `not-found` when the conversation is gone. */
  note(conversationId: string, note: Note): Promise<void>;
}

/** Notes of one conversation that are kept. */
export const mostNotes = 50;

/** The hands that a conversation is in. */
export function handsOf({ kind, agentId = "" }: Responder): Hands {
  return kind === "agent" ? `agent:${agentId}` : kind;
}

/** A responder as customers see it. */
export function shownTo({ kind, name }: Responder): WireResponder {
  return { kind, ...(name !== undefined && { name }) };
}
