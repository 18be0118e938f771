import type { Ceiling } from "./discount-ceiling.ts";

/** A promotion of a later phase, as a phase before it sees it. */
export interface Prospect {
  readonly at: number;
  /** Those of one clique all exclude each other, so only the best of them counts. */
  readonly clique: number;
  readonly ceiling: Ceiling;
  /** Whether it takes off the fee. */
  readonly isFee: boolean;
}

/** What a phase leaves: of each place, the fee last, and of them all. */
export interface Leaving {
  readonly cents: readonly number[];
  readonly totalCents: number;
  /** By how many of the chosen each choice is excluded. */
  readonly excluded: readonly number[];
}

/** The first amount from which it takes anything off. */
export function fromOf({ ceiling }: Prospect): number {
  return ceiling.steps[0] ?? 0;
}

/** Prospects, and what the scope of each costs at most when its phase begins. */
export class Prospects {
  readonly all: readonly Prospect[];
  readonly #baseCents: number[];

  constructor(all: readonly Prospect[]) {
    this.all = all.toSorted((one, other) => one.clique - other.clique);
    this.#baseCents = all.map(() => 0);
  }

  /** The phase leaves so much, or less. */
  face({ cents, excluded }: Leaving): void {
    for (let one = 0; one < this.all.length; one++) {
      const { at = 0, ceiling } = this.all[one] ?? {};
      let base = excluded[at] === 0 ? 0 : Number.NEGATIVE_INFINITY;
      for (const place of ceiling?.places ?? []) base += cents[place] ?? 0;
      this.#baseCents[one] = base;
    }
  }

  /** What all of them, or some, take off together at most when goods for `goodsCents` are left. */
  offAt(goodsCents: number, some: (one: Prospect) => boolean = () => true): number {
    let off = 0;
    let clique = -1;
    let best = 0;
    for (let one = 0; one < this.all.length; one++) {
      const prospect = this.all[one];
      if (prospect === undefined || !some(prospect)) continue;
      if (prospect.clique !== clique) {
        off += best;
        best = 0;
        clique = prospect.clique;
      }
      best = Math.max(best, this.offOf(one, goodsCents));
    }
    return off + best;
  }

  offOf(one: number, goodsCents: number): number {
    const base = this.#baseCents[one] ?? 0;
    return this.all[one]?.ceiling.offAt(Math.min(base, goodsCents)) ?? 0;
  }

  /** Whether its scope may still cost as much as that when its phase begins. */
  mayReach(one: number, cents: number): boolean {
    return (this.#baseCents[one] ?? 0) >= cents;
  }
}
