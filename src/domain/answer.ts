import type { TurnSnapshot } from "../contract/shapes.ts";
import { type EpochStart, sharedChars, type Turn, type TurnRef } from "./turns.ts";

/**
 * The answer of a running turn on the node that writes it: the truth while it lives.
 *
 * - **S3** Every piece has an offset; the text only grows, but for
 * - **S4** a raised epoch, which cuts it back to where that epoch begins.
 */
export class Answer {
  readonly ref: TurnRef;
  model: string;
  #text = "";
  #epoch: number;
  #starts: readonly EpochStart[];

  constructor(turn: Turn, model: string) {
    this.ref = { conversationId: turn.conversationId, turnId: turn.turnId };
    this.model = model;
    this.#epoch = turn.epoch;
    this.#starts = turn.starts;
  }

  get text(): string {
    return this.#text;
  }

  get epoch(): number {
    return this.#epoch;
  }

  append(piece: string): void {
    this.#text += piece;
  }

  /** Takes over the epoch of a turn that was raised; the text is cut to where it begins. */
  raise(turn: Turn): void {
    this.#epoch = turn.epoch;
    this.#starts = turn.starts;
    this.#text = this.#text.slice(0, turn.starts.at(-1)?.offset ?? 0);
  }

  /** What a reader lacks who has the text up to `offset` under `epoch`; from the start for one who has nothing. */
  since(epoch: number, offset: number): TurnSnapshot {
    const from = Math.min(sharedChars(this.#starts, epoch, offset), this.#text.length);
    const state = this.#text === "" ? "starting" : "streaming";
    return { turnId: this.ref.turnId, state, epoch: this.#epoch, offset: from, text: this.#text.slice(from) };
  }
}
