import { fromOf, type Leaving, type Prospect, Prospects } from "./discount-prospects.ts";
import { fewestAt, placeUpTo, type Sums } from "./discount-sums.ts";

/** The least that can be left to pay, and how many more promotions that takes at least. */
export interface Least {
  readonly cents: number;
  readonly fewest: number;
}

/** What a phase can still take off. */
export interface Reach {
  readonly mostCents: number;
  /** What it really takes off is one of these, or less by up to `lostCents`; null when they are not known. */
  readonly sums: Sums | null;
  readonly lostCents: number;
}

/**
 * What the phases after one can take off at most, by what that one leaves them. They are looked at as if each were
 * measured on all that it leaves: what an offer takes off never grows while less is left.
 */
export class Later {
  readonly #goods: Prospects;
  /** Those that take off the fee. */
  readonly #fees: Prospects;
  readonly #feeCents: number;
  /** Totals from which one of them takes off more at once, ascending. */
  readonly #steps: readonly number[];
  /** Whether each cent before them is a cent in the end between two steps. */
  readonly #isPlain: boolean;
  /** By so much more may be left, of a cent less, where several percentages are rounded. */
  readonly #roundingCents: number;
  readonly #looksPerStep: number;
  #looks = 0;

  /** `feeCents` is the whole fee; it is 0 where the fee is no longer looked at. */
  constructor(prospects: readonly Prospect[], feeCents: number) {
    this.#goods = new Prospects(prospects.filter(({ isFee }) => !isFee));
    this.#fees = new Prospects(prospects.filter(({ isFee }) => isFee));
    this.#feeCents = feeCents;
    const steps = prospects.flatMap(({ ceiling }) => ceiling.steps.map((cents) => cents + feeCents));
    this.#steps = [...new Set([0, ...steps])].sort((one, other) => one - other);
    const percents = new Set(prospects.flatMap(({ clique, ceiling }) => (ceiling.percent > 0 ? [clique] : [])));
    this.#isPlain = percents.size === 0 && this.#fees.all.length === 0;
    this.#roundingCents = Math.max(0, percents.size - 1);
    this.#looksPerStep = this.#goods.all.length + this.#fees.all.length ** 2;
  }

  /** How often it has looked at what one of them takes off. */
  get looks(): number {
    return this.#looks;
  }

  /**
   * Between two steps what is left in the end does not fall when more is left before (where percentages come to more than
   * the whole, it is nothing), so that only the lowest total that the phase can reach from each step on is looked at.
   */
  least(leaving: Leaving, reach: Reach): Least {
    const { totalCents } = leaving;
    this.#goods.face(leaving);
    this.#fees.face(leaving);
    let least: Least = { cents: Number.POSITIVE_INFINITY, fewest: 0 };
    for (const fromCents of this.#steps) {
      if (fromCents > totalCents) break;
      this.#looks += this.#looksPerStep;
      const next = this.#leastFrom(fromCents, totalCents, reach);
      if (next.cents < least.cents || (next.cents === least.cents && next.fewest < least.fewest)) least = next;
    }
    return least;
  }

  #leastFrom(fromCents: number, totalCents: number, { mostCents, sums, lostCents }: Reach): Least {
    const place = sums === null ? 0 : placeUpTo(sums, totalCents + lostCents - fromCents);
    const sum = sums?.cents[place] ?? mostCents;
    const before = Math.max(fromCents, totalCents - Math.min(sum, mostCents));
    const cents = this.#leastOf(before);
    // Where nothing else leads to just as much, the set of that sum has to be taken, and one of the later ones.
    const isOnlyWay = sums !== null && lostCents === 0 && this.#isPlain && cents > this.#feeCents;
    if (isOnlyWay) return { cents, fewest: fewestAt(sums, place) + (before > cents ? 1 : 0) };
    return { cents, fewest: 0 };
  }

  #leastOf(cents: number): number {
    const goodsCents = cents - this.#feeCents;
    const off = this.#goods.offAt(goodsCents) + this.#roundingCents;
    return this.#withFee(Math.max(0, goodsCents - off), goodsCents);
  }

  /** With the fee: what takes something off it needs its threshold of the goods, of what is left of them in the end. */
  #withFee(leftCents: number, goodsCents: number): number {
    const { all } = this.#fees;
    let least = leftCents + this.#feeCents;
    for (const one of all) {
      const fromCents = fromOf(one);
      const off = this.#fees.offAt(goodsCents, (other) => fromOf(other) <= fromCents);
      if (off > 0) least = Math.min(least, Math.max(leftCents, fromCents) + Math.max(0, this.#feeCents - off));
    }
    return least;
  }
}
