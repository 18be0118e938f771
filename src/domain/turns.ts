import type { WireError } from "../contract/errors.ts";
import type { Card, Message, Outcome, TurnState } from "../contract/shapes.ts";
import type { Conversation } from "./conversations.ts";

/** Where an epoch began: its first character stands at `offset` of the answer. */
export interface EpochStart {
  readonly epoch: number;
  readonly offset: number;
}

/** Names a turn; the conversation is part of the name because both live in one place. */
export interface TurnRef {
  readonly conversationId: string;
  readonly turnId: string;
}

/** A turn as it is stored. `streaming` is known to the node that writes the answer; here such a turn is `starting`. */
export interface Turn extends TurnRef {
  readonly state: TurnState;
  readonly epoch: number;
  /** One entry for each epoch so far, lowest first. */
  readonly starts: readonly EpochStart[];
  /** When its first question was stored, in epoch milliseconds. */
  readonly askedAt: number;
  /** The node that writes its answer, where there are several. */
  readonly owner?: string | undefined;
  /** Set when ended: the answer as it was stored, with its outcome. */
  readonly answer?: Message;
}

/** A turn as it stands after the step that ends it. */
export interface Ended extends Turn {
  /** Nothing waits in its conversation. */
  readonly isLast: boolean;
}

/** A turn whose answer begins, and its conversation as it stands in that very step: nothing else need be read. */
export interface Started {
  readonly turn: Turn;
  readonly conversation: Conversation;
}

/** How a turn ends: the text so far is kept whatever the outcome (C2). */
export interface Ending {
  readonly outcome: Outcome;
  readonly text: string;
  /** What was found for it. */
  readonly cards?: readonly Card[] | undefined;
  /** Something could not be looked up for it. */
  readonly lookUpFailed?: boolean | undefined;
  readonly error?: WireError | undefined;
  /** The id of the stored answer; made up where none is given. */
  readonly messageId?: string | undefined;
}

/**
 * The life of turns: `queued → starting → (streaming) → ended`.
 *
 * - **S4** Epochs fence: `raise` and `end` with an epoch other than the turn's own change nothing and give null.
 * - **S5** The end is a stored state: `read` gives it to whoever asks later, for as long as the conversation lives.
 * - **H1** No turn starts while somebody else than the assistant is the responder.
 * - **A4** At most one turn of a conversation is past `queued` and not ended.
 *
 * The node that starts a turn, or raised its epoch last, owns it.
 */
export interface Turns {
  /**
   * Makes the waiting turn the running one under epoch 1. Null when nothing waits, another turn still runs, or the
   * assistant is not the responder.
   */
  start(conversationId: string): Promise<Started | null>;
  /** Begins the next epoch at `offset`, fencing the one given. Null when that one was not the turn's own any more. */
  raise(turn: TurnRef, epoch: number, offset: number): Promise<Turn | null>;
  /**
   * Ends the turn and stores its answer once; the same end again, known by its `messageId`, gives the same. A turn that
   * never started has epoch 0. Null when fenced or ended otherwise.
   */
  end(turn: TurnRef, epoch: number, ending: Ending): Promise<Ended | null>;
  read(turn: TurnRef): Promise<Turn | null>;
}

/**
 * How much of an answer two readers share, when one knows it up to `offset` under `epoch` and the other has every later
 * epoch too: a raised epoch cuts the text back to where it began.
 */
export function sharedChars(starts: readonly EpochStart[], epoch: number, offset: number): number {
  let shared = offset;
  for (const start of starts) if (start.epoch > epoch) shared = Math.min(shared, start.offset);
  return shared;
}
