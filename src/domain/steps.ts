import type { WireError } from "../contract/errors.ts";
import type { Message, Outcome, Rating } from "../contract/shapes.ts";
import type { Answer } from "./answer.ts";
import type { Arrival, Asked } from "./conversations.ts";
import type { Account, Purpose } from "./costs.ts";
import type { CallState } from "./findings.ts";
import type { Standing } from "./line.ts";
import type { AttemptEnd } from "./relay.ts";
import type { Responder } from "./responders.ts";
import type { TurnRef } from "./turns.ts";

/** What a finished turn cost in time and tries. */
export interface TurnReport {
  /** From the first question to the first text; null when none came. */
  readonly firstTextMs: number | null;
  /** From the first question to the end. */
  readonly totalMs: number;
  readonly attempts: number;
}

/** The end of a turn, as everybody is told of it. */
export interface TurnEnded {
  readonly ref: TurnRef;
  readonly epoch: number;
  readonly outcome: Outcome;
  readonly message: Message;
  readonly error: WireError | undefined;
}

/** Each thing that happens in a conversation, told once, in order. */
export type Step =
  | {
      readonly kind: "message-added";
      readonly conversationId: string;
      readonly message: Message;
      /** It is the first that the customer has asked in the conversation. */
      readonly isFirst?: boolean | undefined;
      /** It had been stored before: whoever did that may not have lived, or not have known, to tell of it. */
      readonly repeated?: boolean | undefined;
      /** Of a question that came to this node. */
      readonly arrival?: Arrival | undefined;
    }
  /** The customer has an opinion of one answer; a later one replaces it. */
  | {
      readonly kind: "message-rated";
      readonly conversationId: string;
      readonly messageId: string;
      readonly value: Rating;
    }
  /** The customer has an opinion of the conversation; a later one replaces it. */
  | {
      readonly kind: "conversation-rated";
      readonly conversationId: string;
      readonly score: number;
      readonly comment: string | undefined;
    }
  /** A turn waits: in line, or (`place` is null) for the answer before it to end. */
  | { readonly kind: "turn-queued"; readonly ref: TurnRef; readonly place: Standing | null }
  /** Somebody else answers from now on. */
  | {
      readonly kind: "responder-changed";
      readonly conversationId: string;
      readonly responder: Responder;
      /** When that was decided: of two the later one holds, whichever is heard of first. */
      readonly at: number;
    }
  | { readonly kind: "turn-started"; readonly answer: Answer; readonly offset: number }
  /** Another writer has taken the turn over (S4): this node says no more of it. */
  | { readonly kind: "turn-lost"; readonly answer: Answer }
  /** A tool is run for an answer, or has been: the latest of its `activities`. */
  | { readonly kind: "turn-activity"; readonly answer: Answer; readonly activity: CallState }
  | {
      readonly kind: "attempt-ended";
      /** Of a draft: `turnId` is the draft's id. */
      readonly ref: TurnRef;
      readonly epoch: number;
      readonly account: Account;
      readonly purpose: Purpose;
      /** What the relay was allowed to write. */
      readonly maxTokens: number;
      readonly end: AttemptEnd;
    }
  | (TurnEnded & { readonly kind: "turn-ended"; readonly model: string | undefined; readonly report: TurnReport });

/** A question, as everybody is told of it. */
export function questionAdded(
  conversationId: string,
  { message, isFirst, repeated }: Asked,
  arrival: Arrival | undefined,
): Step {
  return { kind: "message-added", conversationId, message, isFirst, repeated, arrival };
}

/** Somebody who is told of every step: sockets, log, metrics. Must not throw and must not block (S6). */
export interface Listener {
  step(step: Step): void;
  /** `piece` was appended to `answer`: the token loop, so no object is made for it. */
  text(answer: Answer, piece: string): void;
}

/** One listener for many. */
export function tellAll(listeners: readonly Listener[]): Listener {
  return {
    step: (step) => {
      for (const listener of listeners) listener.step(step);
    },
    text: (answer, piece) => {
      for (const listener of listeners) listener.text(answer, piece);
    },
  };
}
