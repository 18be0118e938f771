import type { TextSink } from "./chat.ts";

/** Text and where it stands: `offset` in UTF-16 units from the start of the answer, true under `epoch` alone. */
export interface Piece {
  readonly epoch: number;
  readonly offset: number;
  readonly text: string;
}

/**
 * The text of one answer, put together from whatever arrives, in whatever order, however often.
 *
 * - **S3** A piece at the end is appended, what overlaps is dropped, what lies beyond a hole waits until the hole is filled.
 * - **S4** Lower epochs are dropped; a higher one cuts the text to where it began. Where that was nobody guesses: when
 *   it was not told, the text is `lacking` until the server has said from where on it differs.
 * - `text` is at every moment a true beginning of the answer under `epoch`. Strings are only cut where the server says,
 *   so half a surrogate pair at the end finds its other half.
 */
export interface Reassembly {
  readonly text: string;
  readonly epoch: number;
  /** Known to be incomplete: `turn:resume` from `epoch` and `text.length` is needed. */
  readonly lacking: boolean;
  started(epoch: number, offset: number): void;
  delta(piece: Piece): void;
  /** What the server gave for an `epoch` and length of ours: the text from there, or from where higher epochs parted. */
  slice(piece: Piece): void;
  /** The stored text (S5) or, without one, the text as it is: nothing later changes it. */
  finish(stored?: string): void;
}

const isPiece = ({ epoch, offset, text }: Piece) =>
  Number.isInteger(epoch) && Number.isInteger(offset) && offset >= 0 && typeof text === "string";

export function reassemble(sink: TextSink): Reassembly {
  let text = "";
  let epoch = 0;
  let lacking = false;
  let finished = false;
  let held: Piece[] = [];

  function become(next: string): void {
    const rest = next.startsWith(text) ? next.slice(text.length) : null;
    text = next;
    if (rest === null) sink.reset(next);
    else if (rest) sink.append(rest);
  }

  /** Goes on under a higher epoch, whose text parts from ours at `offset`. */
  function enter(higher: number, offset: number): void {
    epoch = higher;
    if (offset < text.length) become(text.slice(0, offset));
  }

  function delta(piece: Piece): void {
    if (finished || !isPiece(piece) || piece.epoch < epoch) return;
    if (piece.epoch > epoch && piece.offset === 0) enter(piece.epoch, 0);
    if (piece.epoch > epoch || piece.offset > text.length) {
      lacking = true;
      held.push(piece);
      return;
    }
    const added = piece.text.slice(text.length - piece.offset);
    text += added;
    if (added) sink.append(added);
  }

  function replay(): void {
    const again = held;
    held = [];
    lacking = false;
    for (const piece of again) delta(piece);
  }

  return {
    get text() {
      return text;
    },
    get epoch() {
      return epoch;
    },
    get lacking() {
      return lacking;
    },
    delta,

    started(higher, offset) {
      if (finished || higher <= epoch) return;
      // An epoch between ours and this one may have changed text before `offset`.
      const told = higher === epoch + 1 || offset === 0;
      if (told) {
        enter(higher, offset);
        replay();
      }
      if (!told || offset > text.length) lacking = true;
    },

    slice(piece) {
      if (finished || !isPiece(piece) || piece.epoch < epoch) return;
      if (piece.offset > text.length) {
        lacking = true;
        return;
      }
      const next = text.slice(0, piece.offset) + piece.text;
      // Under our own epoch a shorter text is only a staler one.
      if (piece.epoch > epoch || next.length > text.length) become(next);
      epoch = piece.epoch;
      replay();
    },

    finish(stored = text) {
      become(stored);
      finished = true;
      lacking = false;
      held = [];
    },
  };
}
