/** Lets something that happens often be told seldom: the first time at once, then once in a while for as long as it goes on. */
export class Seldom {
  readonly #everyMs: number;
  /** Milliseconds that never go back. */
  readonly #now: () => number;
  #toldAt = Number.NEGATIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(everyMs: number, now: () => number) {
    this.#everyMs = everyMs;
    this.#now = now;
  }

  /** It happened. Gives how often since it was told before, when it is to be told; else null. */
  note(): number | null {
    this.#count++;
    this.#lastAt = this.#now();
    if (this.#lastAt - this.#toldAt < this.#everyMs) return null;
    const count = this.#count;
    this.#toldAt = this.#lastAt;
    this.#count = 0;
    return count;
  }

  /** It happened not longer ago than it would be told again. */
  get isRecent(): boolean {
    return this.#now() - this.#lastAt < this.#everyMs;
  }
}
