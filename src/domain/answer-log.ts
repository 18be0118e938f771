import type { Finding } from "./findings.ts";
import type { Turn, TurnRef } from "./turns.ts";

/**
 * The text of running answers, and what was looked up for them, as far as it is kept outside of the node that writes them
 * (S8): what another node goes on
 * from when that one dies, and what a page on another node is shown first.
 *
 * - Each piece has its place, so that writing it again changes nothing.
 * - Pieces of an epoch that was raised in the meantime are not read any more (S4).
 */
export interface AnswerLog {
  /** `text` is a whole number of characters: half a surrogate pair cannot be kept. */
  write(ref: TurnRef, epoch: number, offset: number, text: string): Promise<void>;
  /** Keeps what was looked up for an answer, whichever epoch it was in: it stays known for the turn (C3). */
  note(ref: TurnRef, finding: Finding): Promise<void>;
  /** The text up to the first hole. */
  read(turn: Turn): Promise<string>;
  /** What was looked up so far. */
  found(turn: Turn): Promise<readonly Finding[]>;
}

/** A piece as it was logged. */
export interface LoggedPiece {
  readonly epoch: number;
  readonly offset: number;
  readonly text: string;
}

/** Puts the pieces of a turn together: epoch after epoch, each cutting the text to where it began, up to the first hole. */
export function textOf(turn: Pick<Turn, "starts">, pieces: readonly LoggedPiece[]): string {
  let text = "";
  for (const start of turn.starts) {
    text = text.slice(0, start.offset);
    const own = pieces.filter(({ epoch }) => epoch === start.epoch).sort((a, b) => a.offset - b.offset);
    for (const piece of own) {
      if (piece.offset > text.length) break;
      text = text.slice(0, piece.offset) + piece.text + text.slice(piece.offset + piece.text.length);
    }
  }
  return text;
}
