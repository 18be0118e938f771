import { portion } from "./cents.ts";
import { cliquesOf } from "./discount-bound.ts";
import type { Leaving } from "./discount-prospects.ts";
import type { Choice } from "./discount-search.ts";

/** A promotion of the phase ahead. */
interface Ahead {
  readonly at: number;
  readonly places: readonly number[];
  readonly offAt: (cents: number) => number;
  /** Which of the sets before it exclude it: a bit for each promotion. */
  readonly excludedBy: number;
  /** Those that all exclude each other have one number, so that only the best of them counts. */
  readonly clique: number;
}

/**
 * The least that a phase of sums can leave of the goods: what is left when all of it is taken, each line's share rounded
 * as it is in the end. A total alone does not tell that: percentages that come to the whole still leave a cent on one
 * line and lose one on another.
 */
export class Outlook {
  readonly #all: readonly Ahead[];
  /** For each line, which of them look at it. */
  readonly #ofLine: readonly (readonly number[])[];
  readonly #bases: number[];
  readonly #offs: number[];
  readonly #weights: number[];
  readonly #given: number[];
  readonly #bestOf: number[];

  /** `choices` are all; the phase ahead is from `from` up to `end`, and `bitOf` tells the bit of a promotion before it. */
  constructor(choices: readonly Choice[], from: number, end: number, bitOf: (at: number) => number, lines: number) {
    const cliques = cliquesOf(choices);
    this.#all = choices.slice(from, end).map(({ ceiling, excludes }, nth) => {
      const at = from + nth;
      const excludedBy = excludes.reduce((set, other) => set | bitOf(other), 0);
      return { at, places: ceiling.places, offAt: ceiling.offAt, excludedBy, clique: cliques[at] ?? 0 };
    });
    this.#ofLine = Array.from({ length: lines }, (_, line) =>
      this.#all.flatMap(({ places }, one) => (places.includes(line) ? [one] : [])),
    );
    this.#bases = this.#all.map(() => 0);
    this.#offs = this.#all.map(() => 0);
    this.#weights = this.#all.map(() => 0);
    this.#given = this.#all.map(() => 0);
    this.#bestOf = cliques.map(() => 0);
  }

  /** When a set before it is taken, too, and leaves so much; null where that is more than `limitCents`. */
  leastCents(set: number, { cents, excluded }: Leaving, limitCents: number): number | null {
    if (limitCents < 0) return null;
    let goodsCents = 0;
    for (let line = 0; line < this.#ofLine.length; line++) goodsCents += cents[line] ?? 0;
    const leastCents = goodsCents - this.#measure(cents, set, excluded);
    if (leastCents > limitCents) return null;
    const leftCents = this.#leftOfLines(cents, limitCents);
    return leftCents === null ? null : Math.max(leastCents, leftCents);
  }

  /** What the best of those that exclude each other take off together, at most. */
  #measure(cents: readonly number[], set: number, excluded: readonly number[]): number {
    this.#bestOf.fill(0);
    let sum = 0;
    for (let one = 0; one < this.#all.length; one++) {
      const ahead = this.#all[one];
      if (ahead === undefined) continue;
      let base = 0;
      for (const place of ahead.places) base += cents[place] ?? 0;
      const isFree = (set & ahead.excludedBy) === 0 && excluded[ahead.at] === 0;
      const off = isFree ? Math.min(base, ahead.offAt(base)) : 0;
      this.#bases[one] = base;
      this.#offs[one] = off;
      this.#weights[one] = 0;
      this.#given[one] = 0;
      const best = this.#bestOf[ahead.clique] ?? 0;
      if (off <= best) continue;
      this.#bestOf[ahead.clique] = off;
      sum += off - best;
    }
    return sum;
  }

  #leftOfLines(cents: readonly number[], limitCents: number): number | null {
    let left = 0;
    for (let line = 0; line < this.#ofLine.length; line++) {
      const now = cents[line] ?? 0;
      left += Math.max(0, now - this.#offLine(line, now));
      if (left > limitCents) return null;
    }
    return left;
  }

  #offLine(line: number, cents: number): number {
    let taken = 0;
    for (const one of this.#ofLine[line] ?? []) {
      const off = this.#offs[one] ?? 0;
      if (off === 0) continue;
      const weight = (this.#weights[one] ?? 0) + cents;
      const due = portion(off, weight, this.#bases[one] ?? 0);
      taken += due - (this.#given[one] ?? 0);
      this.#weights[one] = weight;
      this.#given[one] = due;
    }
    return taken;
  }
}
