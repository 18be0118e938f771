import { sumOf } from "./cents.ts";
import { Later, type Least, type Reach } from "./discount-later.ts";
import type { Leaving, Prospect } from "./discount-prospects.ts";
import { noQuote, type Quote } from "./discount-quotes.ts";
import { Scopes } from "./discount-scopes.ts";
import type { Choice, Left, Phase } from "./discount-search.ts";
import { PhaseSums, placeUpTo } from "./discount-sums.ts";

const nothing: Reach = { mostCents: 0, sums: null, lostCents: 0 };

/** Sums worked out, and looks at what a promotion takes off, that take as long as one step. */
const spentPerStep = 50;

/** The least that can be left to pay by the choices from a place on: never more than it is, seldom much less. */
export class Bound {
  readonly #choices: readonly Choice[];
  /** Choices of one clique all exclude each other, so only the best of them counts. */
  readonly #cliques: readonly number[];
  readonly #zeros: readonly number[];
  readonly #ends: readonly number[];
  /** The most that the choices from a place on take off within its phase. */
  readonly #inPhase: number[];
  /** The same with those that exclude each other all counted. */
  readonly #wholly: number[];
  /** The same for each line by itself: the best price of a unit, or all sums together. */
  readonly #perLine: (readonly number[])[];
  /** The same for every set of them. */
  readonly #sums: PhaseSums;
  /** The same for each choice of a later phase, of what they take off within its scope. */
  readonly #sumsWithin: readonly PhaseSums[];
  /** The most that one choice, two, three … from a place on take off. */
  readonly #tops: readonly (readonly number[])[];
  /** What the phases take off that begin at a place or behind it. */
  readonly #later: ReadonlyMap<number, Later>;
  readonly #scopes: ReadonlyMap<number, Scopes>;

  /** `quotes` are measured on the whole cart, which costs `list`. */
  constructor(choices: readonly Choice[], quotes: readonly Quote[], list: readonly number[]) {
    this.#choices = choices;
    this.#zeros = new Array<number>(list.length).fill(0);
    this.#cliques = cliquesOf(choices);
    this.#ends = choices.map(({ phase }) => choices.findLastIndex((choice) => choice.phase === phase) + 1);
    this.#inPhase = choices.map(() => 0);
    this.#wholly = choices.map(() => 0);
    this.#perLine = choices.map(() => []);
    this.#tops = choices.map((_, at) => topsOf(quotes.slice(at)));
    const ends = new Set(this.#ends);
    const places = choices.map(({ excludes }, at) => ({ excludes, end: this.endOfPhase(at) }));
    const free = places.map(({ end }) => ({ excludes: [], end }));
    this.#sums = new PhaseSums(places);
    this.#sumsWithin = choices.map(() => new PhaseSums(free));
    const prospects = choices.map((choice, at) => prospectOf(choice, at, this.#cliques[at] ?? 0));
    // Once the phase of the fee has begun, what is left of it is not the whole fee.
    const feeOf = (end: number) => (choices[end - 1]?.phase === "shipping" ? 0 : (list.at(-1) ?? 0));
    this.#later = new Map([...ends].map((end) => [end, new Later(prospects.slice(end), feeOf(end))]));
    this.#scopes = new Map([...ends].map((end) => [end, new Scopes(prospects.slice(end), list.length - 1)]));
    for (let at = 0; at < choices.length; at = this.endOfPhase(at)) this.renew(at, quotes);
  }

  /** What has been spent on it, as the steps of a search that take as long. */
  get steps(): number {
    let spent = this.#sums.workedOut;
    for (const sums of this.#sumsWithin) spent += sums.workedOut;
    for (const later of this.#later.values()) spent += later.looks;
    return Math.floor(spent / spentPerStep);
  }

  endOfPhase(at: number): number {
    return this.#ends[at] ?? at;
  }

  /** The quotes of the phase that begins at `from` were measured anew. */
  renew(from: number, quotes: readonly Quote[]): void {
    const end = this.endOfPhase(from);
    const best: number[] = [];
    let most = 0;
    let wholly = 0;
    let lines: readonly number[] = this.#zeros;
    for (let at = end - 1; at >= from; at--) {
      const off = quotes[at]?.offCents ?? 0;
      lines = this.#perLine[at] = withCuts(lines, quotes[at], this.#choices[at]?.phase);
      const clique = this.#cliques[at] ?? 0;
      const before = best[clique] ?? 0;
      best[clique] = Math.max(before, off);
      this.#inPhase[at] = most += best[clique] - before;
      this.#wholly[at] = wholly += off;
    }
    this.#sums.renew(from, (at) => quotes[at]?.offCents ?? 0);
    for (let later = end; later < this.#sumsWithin.length; later++) {
      const scope = this.#choices[later]?.ceiling.places ?? [];
      this.#sumsWithin[later]?.renew(from, (at) => offWithin(scope, quotes[at]));
    }
  }

  /** How many of the choices from a place on it takes at least to take off so much. */
  fewestFor(at: number, offCents: number): number {
    const tops = this.#tops[at] ?? [];
    const found = tops.findIndex((most) => most >= offCents);
    return found === -1 ? tops.length : found;
  }

  /** The phase before that of `at` is over. */
  leastBefore(at: number, leaving: Leaving): Least {
    return this.#later.get(at)?.least(leaving, nothing) ?? { cents: 0, fewest: 0 };
  }

  /** The last phase of goods, which ends at `end`, takes off so much at most of what is left before it. */
  leastWithFee(end: number, leaving: Leaving, mostCents: number): Least {
    return this.#later.get(end)?.least(leaving, { ...nothing, mostCents }) ?? { cents: 0, fewest: 0 };
  }

  /** As a phase comes to `at`: by what sets of the choices from there on take off, then by what their scopes have left. */
  least(at: number, left: Left, leaving: Leaving): Least {
    const end = this.endOfPhase(at);
    const offs = mostOffs(this.#perLine[at] ?? [], this.#choices[at]?.phase, left);
    const offCents = sumOf(offs);
    // What sets of them lose where they meet on a line is never more than what all of them lose.
    const lostCents = (this.#wholly[at] ?? 0) - offCents;
    const mostCents = Math.min(this.#inPhase[at] ?? 0, offCents);
    const least = this.#later.get(end)?.least(leaving, { mostCents, sums: this.#sums.from(at), lostCents });
    const scopes = this.#scopes.get(end);
    if (least === undefined || scopes?.isNeeded !== true) return least ?? { cents: 0, fewest: 0 };
    const cents = scopes.leastCents(leaving, offs, (later, missing) => this.#lessOf(later, at, missing, lostCents));
    return cents > least.cents ? { cents, fewest: 0 } : least;
  }

  #lessOf(later: number, at: number, missingCents: number, lostCents: number): number {
    const sums = this.#sumsWithin[later]?.from(at) ?? null;
    if (sums === null) return missingCents;
    const sum = sums.cents[placeUpTo(sums, missingCents - 1) + 1] ?? Number.POSITIVE_INFINITY;
    return Math.max(missingCents, sum - lostCents);
  }
}

function topsOf(quotes: readonly Quote[]): number[] {
  const tops = [0];
  const offs = quotes.map(({ offCents }) => offCents).sort((one, other) => other - one);
  for (const off of offs) tops.push((tops.at(-1) ?? 0) + off);
  return tops;
}

function prospectOf({ phase, ceiling }: Choice, at: number, clique: number): Prospect {
  return { at, clique, ceiling, isFee: phase === "shipping" };
}

/** For each choice the number of its clique. */
export function cliquesOf(choices: readonly Choice[]): number[] {
  const cliques: number[][] = [];
  return choices.map(({ excludes }, at) => {
    const found = cliques.findIndex((members) => members.every((member) => excludes.includes(member)));
    if (found === -1) return cliques.push([at]) - 1;
    cliques[found]?.push(at);
    return found;
  });
}

function withCuts(lines: readonly number[], { places, cuts }: Quote = noQuote, phase: Phase | undefined): number[] {
  const most = lines.slice();
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? 0;
    const before = most[place] ?? 0;
    const cut = cuts[at] ?? 0;
    most[place] = phase === "unit" ? Math.max(before, cut) : before + cut;
  }
  return most;
}

function mostOffs(most: readonly number[], phase: Phase | undefined, { cents, entry, claimed }: Left): number[] {
  const offs = most.slice();
  for (let place = 0; place < most.length; place++) {
    const now = cents[place] ?? 0;
    const off = most[place] ?? 0;
    if (phase !== "unit") offs[place] = Math.min(off, now);
    else offs[place] = claimed[place] === true ? 0 : Math.max(0, off - ((entry[place] ?? 0) - now));
  }
  return offs;
}

function offWithin(scope: readonly number[], { places, cuts }: Quote = noQuote): number {
  let off = 0;
  for (let at = 0; at < places.length; at++) if (scope.includes(places[at] ?? -1)) off += cuts[at] ?? 0;
  return off;
}
