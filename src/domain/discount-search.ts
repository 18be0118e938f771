import { sumOf } from "./cents.ts";
import { Bound } from "./discount-bound.ts";
import type { Ceiling } from "./discount-ceiling.ts";
import { type Endings, endingsOf } from "./discount-endings.ts";
import type { Least } from "./discount-later.ts";
import { type Measure, noQuote, type Quote } from "./discount-quotes.ts";
import { sizeOf } from "./discount-sums.ts";

/** Looks at a promotion, for the sake of a set before it, that take as long as one step. */
const looksPerStep = 32;
/** Where so many have not been enough, more of them are slower than to go on choice by choice. */
const maxLooks = 400_000;

/** In which order promotions are applied, and how those of one phase meet on a line. See `bestDiscount`. */
export const phases = ["claim", "unit", "shop", "coupon", "shipping"] as const;
export type Phase = (typeof phases)[number];

/** A promotion as the search sees it. */
export interface Choice {
  readonly phase: Phase;
  readonly measure: Measure;
  readonly ceiling: Ceiling;
  /** Places, in the order of all choices, of those that may not be used beside it. */
  readonly excludes: readonly number[];
}

/** When a search changes its way, and when it ends: in steps, the measure of its work. */
export interface Limits {
  readonly maxExplored: number;
  /** Most searches are over by then; in what is left of one, whole sets are looked at. */
  readonly patience: number;
}

export interface Found {
  /** Places of the choices that together leave least to pay, in the order of application. */
  readonly chosen: readonly number[];
  readonly totalCents: number;
  /** False when the search was ended by its bound: a cheaper combination may exist. */
  readonly exact: boolean;
  /** Steps of the search. */
  readonly explored: number;
}

/** What a taken quote leaves of every place, the fee last. */
export interface Left {
  readonly cents: readonly number[];
  /** What the stage began with: units are cheaper by their best price, not by several. */
  readonly entry: readonly number[];
  /** Places that a bundle or a buy-and-get has counted: no other price of a unit holds there. */
  readonly claimed: readonly boolean[];
}

/** What is left after one more promotion; null when it takes nothing off there. */
export function take(phase: Phase, quote: Quote, left: Left): { left: Left; offCents: number } | null {
  if (quote.offCents === 0) return null;
  if (phase === "claim" && quote.places.some((place) => left.claimed[place])) return null;
  const cents = left.cents.slice();
  let offCents = 0;
  for (let at = 0; at < quote.places.length; at++) {
    const place = quote.places[at] ?? 0;
    const off = offAt(phase, place, quote.cuts[at] ?? 0, left);
    cents[place] = (cents[place] ?? 0) - off;
    offCents += off;
  }
  if (offCents === 0) return null;
  const claimed =
    phase === "claim" ? left.claimed.map((is, place) => is || quote.places.includes(place)) : left.claimed;
  return { left: { cents, entry: left.entry, claimed }, offCents };
}

function offAt(phase: Phase, place: number, cut: number, { cents, entry, claimed }: Left): number {
  const now = cents[place] ?? 0;
  if (phase !== "unit") return Math.min(cut, now);
  return claimed[place] === true ? 0 : Math.max(0, cut - ((entry[place] ?? 0) - now));
}

/**
 * Branch and bound over the choices in their order of application: each is taken, then left out. A branch ends when
 * even the best that may still come cannot make it better. Where many stack freely under a threshold, that is known from
 * the sums of all sets of the phase's last ones (Horowitz and Sahni's two halves), so that only the first ones are tried.
 * Where totals tell too little, and the search goes on for long, each of these sets is looked at with all that may come
 * after it, line by line.
 *
 * `list` is what each place costs, `choices` are sorted by phase.
 */
export function findCheapest(choices: readonly Choice[], list: readonly number[], limits: Limits): Found {
  return new Search(choices, list, limits).run();
}

class Search {
  readonly #choices: readonly Choice[];
  readonly #list: readonly number[];
  readonly #limits: Limits;
  readonly #bound: Bound;
  /** Worked out when the search goes on for long. */
  #endings: Endings | null | undefined;
  readonly #quotes: Quote[];
  /** How many of the chosen exclude each choice. */
  readonly #excluded: number[];
  readonly #chosen: number[] = [];
  #best: { readonly chosen: readonly number[]; readonly totalCents: number };
  /** Places come to, and what was measured for that. */
  #visited = 0;
  #looks = 0;
  #explored = 0;

  constructor(choices: readonly Choice[], list: readonly number[], limits: Limits) {
    this.#choices = choices;
    this.#list = list;
    this.#limits = limits;
    this.#quotes = choices.map(({ measure }) => measure(list));
    this.#bound = new Bound(choices, this.#quotes, list);
    this.#excluded = choices.map(() => 0);
    this.#best = { chosen: [], totalCents: sumOf(list) };
  }

  run(): Found {
    const claimed = this.#list.map(() => false);
    this.#visit(0, { cents: this.#list, entry: this.#list, claimed }, this.#best.totalCents);
    return { ...this.#best, exact: this.#explored <= this.#limits.maxExplored, explored: this.#explored };
  }

  #visit(at: number, left: Left, totalCents: number): void {
    const choice = this.#choices[at];
    if (choice === undefined) return this.#keep(totalCents);
    this.#visited++;
    if (this.#countSteps() > this.#limits.maxExplored) return;
    const leaving = { cents: left.cents, totalCents, excluded: this.#excluded };
    if (this.#begins(at)) {
      // Measuring costs most, so what cannot win is left before.
      if (at > 0 && this.#isHopeless(at, totalCents, this.#bound.leastBefore(at, leaving))) return;
      this.#measureStage(at, left);
    }
    if (this.#isHopeless(at, totalCents, this.#bound.least(at, left, leaving))) return;
    const endings = this.#endingsInTime();
    if (endings?.isAmong(at) === true) return this.#visitSets(endings, at, left, totalCents);
    this.#visitTaking(at, choice, left, totalCents, (then, cents) => this.#visit(at + 1, then, cents));
    this.#visit(at + 1, left, totalCents);
  }

  #countSteps(): number {
    this.#explored = this.#visited + this.#bound.steps + Math.floor(this.#looks / looksPerStep);
    return this.#explored;
  }

  #endingsInTime(): Endings | null {
    if (this.#endings === undefined && this.#explored > this.#limits.patience) {
      this.#endings = endingsOf(this.#choices, this.#quotes, this.#list);
    }
    return this.#looks < maxLooks ? (this.#endings ?? null) : null;
  }

  /** Set after set, in the order in which one choice after the other would come to them, and only those that may win. */
  #visitSets(endings: Endings, at: number, left: Left, totalCents: number): void {
    for (let set = endings.wholeSetFrom(at); set >= 0; set--) {
      if (!endings.isLegal(set)) continue;
      this.#looks += endings.looksPerSet;
      if (this.#countSteps() > this.#limits.maxExplored) return;
      if (this.#mayWin(endings, set, left)) this.#visitSet(endings, set, at, left, totalCents);
    }
  }

  #mayWin(endings: Endings, set: number, left: Left): boolean {
    const { totalCents: bestCents, chosen } = this.#best;
    const leaving = { ...endings.leavingOf(set, left), excluded: this.#excluded };
    const more = this.#bound.fewestFor(endings.end, leaving.totalCents - bestCents);
    const isFewer = this.#chosen.length + sizeOf(set) + more < chosen.length;
    const limitCents = isFewer ? bestCents : bestCents - 1;
    const offCents = endings.mostOffNext(set, leaving, limitCents);
    return offCents !== null && this.#bound.leastWithFee(endings.endOfNext, leaving, offCents).cents <= limitCents;
  }

  #visitSet(endings: Endings, set: number, at: number, left: Left, totalCents: number): void {
    const choice = this.#choices[at];
    if (choice === undefined || at === endings.end) return this.#visit(at, left, totalCents);
    const onward = (then: Left, cents: number) => this.#visitSet(endings, set, at + 1, then, cents);
    if ((set & endings.bitOf(at)) === 0) onward(left, totalCents);
    else this.#visitTaking(at, choice, left, totalCents, onward);
  }

  #visitTaking(
    at: number,
    { phase, excludes }: Choice,
    left: Left,
    totalCents: number,
    onward: (then: Left, cents: number) => void,
  ): void {
    const quote = this.#quotes[at];
    const taken = quote === undefined || this.#excluded[at] !== 0 ? null : take(phase, quote, left);
    if (taken === null) return;
    this.#chosen.push(at);
    for (const other of excludes) this.#excluded[other] = (this.#excluded[other] ?? 0) + 1;
    onward(taken.left, totalCents - taken.offCents);
    for (const other of excludes) this.#excluded[other] = (this.#excluded[other] ?? 0) - 1;
    this.#chosen.pop();
  }

  /** The phases of items are one stage, measured on list prices once; each later phase is measured on what they left. */
  #begins(at: number): boolean {
    const phase = this.#choices[at]?.phase;
    return phase !== "claim" && phase !== "unit" && phase !== this.#choices[at - 1]?.phase;
  }

  #measureStage(from: number, left: Left): void {
    const end = this.#bound.endOfPhase(from);
    this.#visited += this.#choices.length - from;
    for (let at = from; at < end; at++) this.#quotes[at] = this.#choices[at]?.measure(left.cents) ?? noQuote;
    this.#bound.renew(from, this.#quotes);
    if (end === this.#endings?.end) this.#endings.renew();
  }

  #isHopeless(at: number, totalCents: number, { cents, fewest }: Least): boolean {
    const { totalCents: bestCents, chosen } = this.#best;
    if (cents !== bestCents) return cents > bestCents;
    // As cheap is better only with fewer promotions.
    const more = Math.max(fewest, this.#bound.fewestFor(at, totalCents - bestCents));
    return this.#chosen.length + more >= chosen.length;
  }

  #keep(totalCents: number): void {
    const { totalCents: bestCents, chosen } = this.#best;
    const better = totalCents < bestCents || (totalCents === bestCents && this.#chosen.length < chosen.length);
    if (better) this.#best = { chosen: this.#chosen.slice(), totalCents };
  }
}
