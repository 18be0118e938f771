import { sumOf } from "./cents.ts";
import { Outlook } from "./discount-outlook.ts";
import type { Leaving } from "./discount-prospects.ts";
import { noQuote, type Quote } from "./discount-quotes.ts";
import type { Choice, Left, Phase } from "./discount-search.ts";

/** Of more promotions the sets are too many to look at each. */
const maxLast = 10;

/** Behind the last promotion of a phase, and of the one after it. */
interface Ends {
  readonly end: number;
  readonly endOfNext: number;
}

/**
 * The sets of the last promotions of a phase, with a bit for each promotion, the lowest for the last: what each leaves of
 * the lines, and what the one phase of goods that follows can take off that.
 */
export class Endings implements Ends {
  readonly end: number;
  readonly endOfNext: number;
  readonly #from: number;
  readonly #choices: readonly Choice[];
  readonly #isOfUnits: boolean;
  readonly #lines: number;
  readonly #outlook: Outlook;
  readonly #legal: readonly boolean[];
  /** What a set takes off each line, set after set; that no line falls below zero is not seen to yet. */
  readonly #cuts: Float64Array;
  readonly #quotes: readonly Quote[];
  #isWorkedOut = false;
  /** What the set in hand leaves of each place. */
  readonly #cents: number[];
  /** The fee that is left in any case. */
  readonly #feeCents: number;

  /** `quotes` are those of the choices, which may be measured anew. */
  constructor(choices: readonly Choice[], quotes: readonly Quote[], list: readonly number[], ends: Ends) {
    const { end, endOfNext } = ends;
    const phase = choices[end - 1]?.phase;
    const beginning = choices.findIndex((choice) => choice.phase === phase);
    this.#from = Math.max(beginning, end - maxLast);
    this.end = end;
    this.endOfNext = endOfNext;
    this.#choices = choices;
    this.#quotes = quotes;
    this.#isOfUnits = phase === "unit";
    this.#lines = list.length - 1;
    this.#outlook = new Outlook(choices, end, endOfNext, (at) => this.bitOf(at), this.#lines);
    this.#legal = this.#legalSets();
    this.#cuts = new Float64Array(this.#legal.length * this.#lines);
    this.#cents = list.slice();
    const offFee = sumOf(choices.slice(endOfNext).map(({ ceiling }) => ceiling.offAt(Number.POSITIVE_INFINITY)));
    this.#feeCents = Math.max(0, (list.at(-1) ?? 0) - offFee);
  }

  /** Whether a choice and those behind it in the phase are among them, and more than one. */
  isAmong(at: number): boolean {
    return at >= this.#from && at < this.end - 1;
  }

  /** 0 for a choice that is not among them. */
  bitOf(at: number): number {
    return at >= this.#from && at < this.end ? 1 << (this.end - 1 - at) : 0;
  }

  /** What a look at a set costs: one for each promotion of the next phase, and for its own lines as much as three. */
  get looksPerSet(): number {
    return 3 + this.endOfNext - this.end;
  }

  /** All of the phase from a place on: no set from there is a greater number. */
  wholeSetFrom(at: number): number {
    return this.bitOf(at) * 2 - 1;
  }

  /** The promotions of the phase were measured anew. */
  renew(): void {
    this.#isWorkedOut = false;
  }

  isLegal(set: number): boolean {
    return this.#legal[set] === true;
  }

  /** What a set leaves; good until the next one is asked for. */
  leavingOf(set: number, { cents, entry, claimed }: Left): Omit<Leaving, "excluded"> {
    if (!this.#isWorkedOut) this.#workOut();
    const row = set * this.#lines;
    let totalCents = this.#cents.at(-1) ?? 0;
    for (let line = 0; line < this.#lines; line++) {
      const now = cents[line] ?? 0;
      const cut = this.#cuts[row + line] ?? 0;
      let then = Math.max(0, now - cut);
      if (this.#isOfUnits) then = claimed[line] === true ? now : Math.min(now, (entry[line] ?? 0) - cut);
      this.#cents[line] = then;
      totalCents += then;
    }
    return { cents: this.#cents, totalCents };
  }

  /** What the next phase takes off at most of what a set leaves; null where more than `limitCents` is then left to pay. */
  mostOffNext(set: number, leaving: Leaving, limitCents: number): number | null {
    const goodsCents = leaving.totalCents - (leaving.cents.at(-1) ?? 0);
    const leftCents = this.#outlook.leastCents(set, leaving, limitCents - this.#feeCents);
    return leftCents === null ? null : goodsCents - leftCents;
  }

  #legalSets(): boolean[] {
    const legal = [true];
    for (let at = this.end - 1; at >= this.#from; at--) {
      const excludes = (this.#choices[at]?.excludes ?? []).reduce((set, other) => set | this.bitOf(other), 0);
      legal.push(...legal.map((is, set) => is && (set & excludes) === 0));
    }
    return legal;
  }

  #workOut(): void {
    this.#isWorkedOut = true;
    this.#cuts.fill(0, 0, this.#lines);
    for (let at = this.end - 1; at >= this.#from; at--) {
      const joining = this.bitOf(at) * this.#lines;
      this.#cuts.copyWithin(joining, 0, joining);
      const { places, cuts } = this.#quotes[at] ?? noQuote;
      for (const [nth, place] of places.entries()) this.#join(joining, place, cuts[nth] ?? 0);
    }
  }

  /** Of several prices of a unit the best one holds; of sums, all. */
  #join(joining: number, place: number, cut: number): void {
    for (let at = joining + place; at < joining * 2; at += this.#lines) {
      const beside = this.#cuts[at] ?? 0;
      this.#cuts[at] = this.#isOfUnits ? Math.max(beside, cut) : beside + cut;
    }
  }
}

/** Those of the last phase of goods but one; null where what comes after a set is not known to the cent. */
export function endingsOf(choices: readonly Choice[], quotes: readonly Quote[], list: readonly number[]) {
  const phasesOfGoods = [...new Set(choices.map(({ phase }) => phase))].filter((phase) => phase !== "shipping");
  const [phase, next] = phasesOfGoods.slice(-2);
  if (phase === undefined || phase === "claim" || next === undefined) return null;
  const endOf = (one: Phase) => choices.findLastIndex((choice) => choice.phase === one) + 1;
  const ends = { end: endOf(phase), endOfNext: endOf(next) };
  const isKnown = choices.slice(ends.end, ends.endOfNext).every(({ ceiling }) => ceiling.isExact);
  return isKnown ? new Endings(choices, quotes, list, ends) : null;
}
