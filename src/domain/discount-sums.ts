/** What sets of promotions take off together, ascending, and beside each sum its set: a bit for each promotion. */
export interface Sums {
  readonly cents: Float64Array;
  readonly sets: Uint32Array;
}

/** A promotion by the places of those it may not be used beside, and by the end of its phase. */
interface Place {
  readonly excludes: readonly number[];
  readonly end: number;
}

/** One more promotion that may join sets. */
interface Joiner {
  readonly bit: number;
  /** Those of the sets that it may not be used beside. */
  readonly excludes: number;
  /** Those that one still to come may not be used beside: of sets alike in them, and of one sum, the smallest is enough. */
  readonly matter: number;
}

const noSums: Sums = { cents: Float64Array.of(0), sets: Uint32Array.of(0) };

/** Where there are more, working them out costs more than it saves. */
const maxSums = 1_024;
const bitsOfSet = 31;

/** The sums of the promotions of a phase from a place on, of all legal sets. They are worked out when asked for. */
export class PhaseSums {
  readonly #ends: readonly number[];
  readonly #joiners: readonly Joiner[];
  readonly #known: (Sums | null | undefined)[];
  #centsOf: (at: number) => number = () => 0;
  #workedOut = 0;

  constructor(places: readonly Place[]) {
    this.#ends = places.map(({ end }) => end);
    this.#joiners = places.map((place, at) => joinerAt(at, place, places));
    this.#known = places.map(() => undefined);
  }

  /** The promotions of the phase that begins at `from` take off something else now. */
  renew(from: number, centsOf: (at: number) => number): void {
    this.#centsOf = centsOf;
    this.#known.fill(undefined, from, this.#ends[from]);
  }

  /** How many sums have been worked out so far. */
  get workedOut(): number {
    return this.#workedOut;
  }

  /** Null where there are too many. */
  from(at: number): Sums | null {
    const known = this.#known[at];
    if (known !== undefined) return known;
    const sums = this.#sumsFrom(at);
    this.#known[at] = sums;
    return sums;
  }

  #sumsFrom(at: number): Sums | null {
    const end = this.#ends[at] ?? at;
    const fewer = at + 1 < end ? this.from(at + 1) : noSums;
    const joiner = this.#joiners[at];
    if (fewer === null || joiner === undefined || end - at > bitsOfSet) return null;
    this.#workedOut += fewer.cents.length * 2;
    return joined(fewer, joiner, this.#centsOf(at));
  }
}

function joinerAt(at: number, { excludes, end }: Place, places: readonly Place[]): Joiner {
  const setOf = (others: readonly number[]) =>
    others.filter((other) => other >= at && other < end).reduce((set, other) => set | (1 << (end - 1 - other)), 0);
  const before = places.slice(0, at).flatMap((place) => place.excludes);
  return { bit: setOf([at]), excludes: setOf(excludes), matter: setOf(before) };
}

/** The sums with one more promotion, which joins or not: two ascending rows become one. */
function joined({ cents, sets }: Sums, joiner: Joiner, more: number): Sums | null {
  const row = new Row(cents.length * 2, joiner.matter);
  let without = 0;
  for (let beside = 0; beside < cents.length; beside++) {
    const sum = (cents[beside] ?? 0) + more;
    for (; without < cents.length && (cents[without] ?? 0) <= sum; without++) {
      row.put(cents[without] ?? 0, sets[without] ?? 0);
    }
    const set = sets[beside] ?? 0;
    if ((set & joiner.excludes) === 0) row.put(sum, set | joiner.bit);
  }
  return row.sums();
}

class Row {
  readonly #cents: Float64Array;
  readonly #sets: Uint32Array;
  readonly #matter: number;
  #length = 0;

  constructor(most: number, matter: number) {
    this.#cents = new Float64Array(most);
    this.#sets = new Uint32Array(most);
    this.#matter = matter;
  }

  put(cents: number, set: number): void {
    for (let at = this.#length - 1; at >= 0 && this.#cents[at] === cents; at--) {
      const other = this.#sets[at] ?? 0;
      if (((other ^ set) & this.#matter) !== 0) continue;
      if (sizeOf(set) < sizeOf(other)) this.#sets[at] = set;
      return;
    }
    this.#cents[this.#length] = cents;
    this.#sets[this.#length] = set;
    this.#length++;
  }

  sums(): Sums | null {
    if (this.#length > maxSums) return null;
    return { cents: this.#cents.slice(0, this.#length), sets: this.#sets.slice(0, this.#length) };
  }
}

/** How many promotions a set has. */
export function sizeOf(set: number): number {
  let rest = set;
  let size = 0;
  for (; rest !== 0; size++) rest &= rest - 1;
  return size;
}

/** How many promotions the smallest set has of those whose sum is at a place. */
export function fewestAt({ cents, sets }: Sums, place: number): number {
  let fewest = bitsOfSet;
  for (let at = place; at >= 0 && cents[at] === cents[place]; at--) fewest = Math.min(fewest, sizeOf(sets[at] ?? 0));
  return fewest;
}

/** The place of the greatest sum that is not above a limit; of the smallest when all are. */
export function placeUpTo({ cents }: Sums, limit: number): number {
  let low = 0;
  let high = cents.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cents[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
