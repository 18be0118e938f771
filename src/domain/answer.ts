import type { Activity, TurnSnapshot } from "../contract/shapes.ts";
import { type CallState, type Finding, stateOf } from "./findings.ts";
import { type EpochStart, sharedChars, type Turn, type TurnRef } from "./turns.ts";

/**
 * The answer of a running turn on the node that writes it: the truth while it lives.
 *
 * - **S3** Every piece has an offset; the text only grows, but for
 * - **S4** a raised epoch, which cuts it back to where that epoch begins.
 */
export class Answer {
  readonly ref: TurnRef;
  /** When its first question was stored, in epoch milliseconds. */
  readonly askedAt: number;
  model: string;
  /** What was looked up for it, in the order in which it was found. */
  readonly found: Finding[];
  /** What is told of its calls, in the order of telling: a later one of the same call replaces the earlier one. */
  readonly activities: CallState[];
  #text = "";
  #epoch: number;
  #starts: readonly EpochStart[];

  /**
   * @param text what was written of it before, by another node
   * @param found what that one has looked up
   */
  constructor(turn: Turn, model: string, text = "", found: readonly Finding[] = []) {
    this.ref = { conversationId: turn.conversationId, turnId: turn.turnId };
    this.askedAt = turn.askedAt;
    this.model = model;
    this.found = [...found];
    this.activities = found.map(stateOf);
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
    const text = this.#text.slice(from);
    const slice: TurnSnapshot = { turnId: this.ref.turnId, state, epoch: this.#epoch, offset: from, text };
    return this.activities.length === 0 ? slice : { ...slice, activities: this.#latest() };
  }

  /** Takes over what another node tells of its calls. */
  retell(activities: readonly CallState[] = []): void {
    this.activities.splice(0, this.activities.length, ...activities);
  }

  /** What is told of a call, as of now. */
  told(state: CallState): Activity {
    // Words that were cut away may have stood before it.
    const offset = Math.min(state.offset, this.#text.length);
    return { turnId: this.ref.turnId, epoch: this.#epoch, ...state, offset };
  }

  /** Each call as it is now. */
  #latest(): Activity[] {
    const latest = new Map(this.activities.map((state) => [state.callId, state]));
    return [...latest.values()].map((state) => this.told(state));
  }
}
