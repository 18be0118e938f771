import type { Input } from "./inputs.ts";

/** Something that must never happen. */
export interface Finding {
  readonly what: string;
  /** Of the batch in which it happened: the same inputs come with it again. */
  readonly seed: number;
  /** What did it, where one input did. */
  readonly input: Input | null;
}

/** After so many nothing new is learnt. */
const mostFindings = 20;

export class Findings {
  readonly all: Finding[] = [];
  /** Of the batch that is being sent. */
  seed = 0;

  get isFull(): boolean {
    return this.all.length >= mostFindings;
  }

  /** @param what is wrong; null when nothing is */
  note(what: string | null, input: Input | null = null): void {
    if (what !== null && !this.isFull) this.all.push({ what, seed: this.seed, input });
  }
}
