import { fromOf, type Leaving, type Prospect, Prospects } from "./discount-prospects.ts";

/** How much less than that has to be taken off, at least, for a choice to get `missingCents` more of its scope. */
export type LessOf = (at: number, missingCents: number) => number;

interface Scope {
  readonly places: readonly number[];
  readonly prospects: Prospects;
}

/** What later phases can take off when they look at some of the goods each: scope by scope. */
export class Scopes {
  /** Those that have no line in common. */
  readonly #apart: readonly Scope[];
  readonly #rest: Prospects;
  /** Whether there is anything to look at that totals do not tell. */
  readonly isNeeded: boolean;

  constructor(prospects: readonly Prospect[], lines: number) {
    const apart: { places: readonly number[]; prospects: Prospect[] }[] = [];
    const rest: Prospect[] = [];
    for (const one of prospects.toSorted((a, b) => a.ceiling.places.length - b.ceiling.places.length)) {
      const { places } = one.ceiling;
      const same = apart.find((scope) => scope.places.join() === places.join());
      if (one.isFee || places.length === 0) rest.push(one);
      else if (same !== undefined) same.prospects.push(one);
      else if (apart.some((scope) => scope.places.some((place) => places.includes(place)))) rest.push(one);
      else apart.push({ places, prospects: [one] });
    }
    this.#apart = apart.map((scope) => ({ places: scope.places, prospects: new Prospects(scope.prospects) }));
    this.#rest = new Prospects(rest);
    this.isNeeded = apart.some(({ places }) => places.length < lines);
  }

  /**
   * The least that can be left to pay when a phase takes off `offs` of the places, or less. A threshold that this would
   * lose is kept by taking off less within its scope; and nothing takes off more than is left of it.
   */
  leastCents(leaving: Leaving, offs: readonly number[], lessOf: LessOf): number {
    this.#rest.face(leaving);
    let least = leaving.totalCents - this.#rest.offAt(Number.POSITIVE_INFINITY);
    for (const off of offs) least -= off;
    for (const { places, prospects } of this.#apart) {
      prospects.face(leaving);
      let left = 0;
      for (const place of places) left += (leaving.cents[place] ?? 0) - (offs[place] ?? 0);
      least -= gainOf(prospects, left, lessOf);
    }
    return least;
  }
}

/** What those of one scope, of which so much is left, take off, less what is not taken off before for their sake. */
function gainOf(prospects: Prospects, leftCents: number, lessOf: LessOf): number {
  const lesses = prospects.all.map((one) => {
    const missingCents = fromOf(one) - leftCents;
    return missingCents > 0 ? lessOf(one.at, missingCents) : 0;
  });
  const gains = lesses.map((less) => {
    const off = prospects.offAt(Number.POSITIVE_INFINITY, (one) => (lesses[prospects.all.indexOf(one)] ?? 0) <= less);
    return Math.min(off, leftCents + less) - less;
  });
  return Math.max(0, ...gains);
}
