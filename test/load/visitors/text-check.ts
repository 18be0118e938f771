/** What went wrong, or had to be mended, with the text of answers. */
export const textFaults = ["lost", "doubled", "late", "held", "wrong"] as const;
export type TextFault = (typeof textFaults)[number];

export interface Piece {
  readonly epoch: number;
  readonly offset: number;
  readonly text: string;
}

/**
 * Reads one answer as the contract has it (S3, S4) and tells what does not keep to it. Written apart from the pages' own
 * reassembly, so that the two cannot share a mistake.
 *
 * - a piece at the end is appended; one under a lower epoch is dropped
 * - a piece that repeats what is there already is `doubled`, unless the page has asked or come back and so may hear it again
 * - beyond a hole pieces wait; {@link isLacking} says that `turn:resume` is due
 * - a piece that spells other characters than were there is `wrong`
 * - text that comes only as the stored message, with the end, is `held`; where a hole is left, or what the relay said is not
 *   all stored, it is `lost`
 */
export class TextCheck {
  text = "";
  epoch = 0;
  readonly #tell: (fault: TextFault, what: string) => void;
  #held: Piece[] = [];
  #mayRepeat = false;
  #isLacking = false;

  constructor(tell: (fault: TextFault, what: string) => void) {
    this.#tell = tell;
  }

  /** Text is missing that only the server can give. */
  get isLacking(): boolean {
    return this.#isLacking;
  }

  started(epoch: number, offset: number): void {
    if (epoch <= this.epoch) return;
    // An epoch in between may have cut more than this one says.
    if (offset > this.text.length || (epoch > this.epoch + 1 && offset > 0)) {
      this.#isLacking = true;
      return;
    }
    this.epoch = epoch;
    this.text = this.text.slice(0, offset);
    this.#replay();
  }

  delta(piece: Piece): void {
    if (piece.epoch < this.epoch) return;
    if (piece.epoch > this.epoch || piece.offset > this.text.length) {
      this.#held.push(piece);
      this.#isLacking = true;
      return;
    }
    const known = this.text.length - piece.offset;
    if (known > 0) this.#compare(piece, known);
    this.text += piece.text.slice(known);
  }

  /** What the server gave to somebody who asked or came back. */
  slice(piece: Piece): void {
    this.#mayRepeat = true;
    if (piece.epoch < this.epoch) return;
    if (piece.offset > this.text.length) {
      this.#isLacking = true;
      return;
    }
    const next = this.text.slice(0, piece.offset) + piece.text;
    if (piece.epoch > this.epoch || next.length > this.text.length) this.text = next;
    this.epoch = piece.epoch;
    this.#replay();
  }

  /**
   * The answer has ended and is stored so.
   *
   * @param expected what the relay was to say, where that is known
   * @param isWhole the answer was not cut short
   */
  end(stored: string, expected: string | null, isWhole: boolean): void {
    if (stored !== this.text)
      this.#tell(this.#missing(stored), `the pieces spell "${end(this.text)}", stored is "${end(stored)}"`);
    if (expected === null || stored === expected) return;
    const isBeginning = expected.startsWith(stored);
    if (isBeginning && !isWhole) return;
    this.#tell(isBeginning ? "lost" : "wrong", `stored is "${end(stored)}", said was "${end(expected)}"`);
  }

  /** Why the pieces do not spell what is stored. */
  #missing(stored: string): TextFault {
    if (!stored.startsWith(this.text)) return "wrong";
    return this.#isLacking ? "lost" : "held";
  }

  #compare(piece: Piece, known: number): void {
    const before = this.text.slice(piece.offset, piece.offset + piece.text.length);
    const again = piece.text.slice(0, known);
    if (before !== again) this.#tell("wrong", `"${end(again)}" stands where "${end(before)}" was told`);
    else if (!this.#mayRepeat && again !== "") this.#tell("doubled", `"${end(again)}" was told twice`);
  }

  #replay(): void {
    const held = this.#held;
    this.#held = [];
    this.#isLacking = false;
    for (const piece of held) this.delta(piece);
  }
}

/** The last characters, as a message shows them. */
function end(text: string): string {
  return text.length > 40 ? `…${text.slice(-40)}` : text;
}
