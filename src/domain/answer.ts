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

  /** @param text what was written of it before, by another node */
  constructor(turn: Turn, model: string, text = "") {
    this.ref = { conversationId: turn.conversationId, turnId: turn.turnId };
    this.model = model;
    this.#text = text;
    this.#epoch = turn.epoch;
    this.#starts = turn.starts;
  }

  get text(): string {
    return this.#text;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Where each epoch so far began. */
  get starts(): readonly EpochStart[] {
    return this.#starts;
  }

  append(piece: string): void {
    this.#text += piece;
  }

  /** Takes over the epoch of a turn that was raised; the text is cut to where it begins. */
  raise(turn: Pick<Turn, "epoch" | "starts">): void {
    this.#epoch = turn.epoch;
    this.#starts = turn.starts;
    this.#text = this.#text.slice(0, turn.starts.at(-1)?.offset ?? 0);
  }

  /** Becomes what another node says of it: its epochs, and the text from `offset` on. */
  overwrite(starts: readonly EpochStart[], offset: number, text: string): void {
    this.#starts = starts;
    this.#epoch = starts.at(-1)?.epoch ?? this.#epoch;
    this.#text = this.#text.slice(0, offset) + text;
  }

  /** What a reader lacks who has the text up to `offset` under `epoch`; from the start for one who has nothing. */
  since(epoch: number, offset: number): TurnSnapshot {
    const from = Math.min(sharedChars(this.#starts, epoch, offset), this.#text.length);
    const state = this.#text === "" ? "starting" : "streaming";
    return { turnId: this.ref.turnId, state, epoch: this.#epoch, offset: from, text: this.#text.slice(from) };
  }
}
