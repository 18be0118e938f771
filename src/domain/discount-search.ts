import { sumOf } from "./cents.ts";
import { Bound } from "./discount-bound.ts";
import type { Ceiling } from "./discount-ceiling.ts";
import type { Least } from "./discount-later.ts";
import { type Measure, noQuote, type Quote } from "./discount-quotes.ts";

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

export interface Found {
  /** Places of the choices that together leave least to pay, in the order of application. */
  readonly chosen: readonly number[];
  readonly totalCents: number;
  /** False when the search was ended by its bound: a cheaper combination may exist. */
  readonly exact: boolean;
  /** Steps of the search, the measure of its work. */
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
 *
 * `list` is what each place costs, `choices` are sorted by phase.
 */
export function findCheapest(choices: readonly Choice[], list: readonly number[], maxExplored: number): Found {
  return new Search(choices, list, maxExplored).run();
}

class Search {
  readonly #choices: readonly Choice[];
  readonly #list: readonly number[];
  readonly #maxExplored: number;
  readonly #bound: Bound;
  readonly #quotes: Quote[];
  /** How many of the chosen exclude each choice. */
  readonly #excluded: number[];
  readonly #chosen: number[] = [];
  #best: { readonly chosen: readonly number[]; readonly totalCents: number };
  /** Places come to, and what was measured for that. */
  #visited = 0;
  #explored = 0;

  constructor(choices: readonly Choice[], list: readonly number[], maxExplored: number) {
    this.#choices = choices;
    this.#list = list;
    this.#maxExplored = maxExplored;
    this.#quotes = choices.map(({ measure }) => measure(list));
    this.#bound = new Bound(choices, this.#quotes, list);
    this.#excluded = choices.map(() => 0);
    this.#best = { chosen: [], totalCents: sumOf(list) };
  }

  run(): Found {
    const claimed = this.#list.map(() => false);
    this.#visit(0, { cents: this.#list, entry: this.#list, claimed }, this.#best.totalCents);
    return { ...this.#best, exact: this.#explored <= this.#maxExplored, explored: this.#explored };
  }

  #visit(at: number, left: Left, totalCents: number): void {
    const choice = this.#choices[at];
    if (choice === undefined) return this.#keep(totalCents);
    this.#explored = ++this.#visited + this.#bound.steps;
    if (this.#explored > this.#maxExplored) return;
    const leaving = { cents: left.cents, totalCents, excluded: this.#excluded };
    if (this.#begins(at)) {
      // Measuring costs most, so what cannot win is left before.
      if (at > 0 && this.#isHopeless(at, totalCents, this.#bound.leastBefore(at, leaving))) return;
      this.#measureStage(at, left);
    }
    if (this.#isHopeless(at, totalCents, this.#bound.least(at, left, leaving))) return;
    this.#visitTaking(at, choice, left, totalCents);
    this.#visit(at + 1, left, totalCents);
  }

  #visitTaking(at: number, { phase, excludes }: Choice, left: Left, totalCents: number): void {
    const quote = this.#quotes[at];
    const taken = quote === undefined || this.#excluded[at] !== 0 ? null : take(phase, quote, left);
    if (taken === null) return;
    this.#chosen.push(at);
    for (const other of excludes) this.#excluded[other] = (this.#excluded[other] ?? 0) + 1;
    this.#visit(at + 1, taken.left, totalCents - taken.offCents);
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
