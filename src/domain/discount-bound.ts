import { sumOf } from "./cents.ts";
import { noQuote, type Quote } from "./discount-quotes.ts";
import type { Choice, Left, Phase } from "./discount-search.ts";

/** From this total on, the later phases can take off that much. */
interface Jump {
  readonly fromCents: number;
  readonly offCents: number;
}

/** The least that can be left to pay by the choices from a place on: never more than it is, seldom much less. */
export class Bound {
  /** Choices of one clique all exclude each other, so only the best of them counts. */
  readonly #cliques: readonly number[];
  readonly #zeros: readonly number[];
  readonly #phases: readonly Phase[];
  readonly #ends: readonly number[];
  /** The most that the choices from a place on take off within its phase. */
  readonly #inPhase: number[];
  /** What the phases after that of a place take off, by the total that its phase leaves them. */
  readonly #jumps: readonly (readonly Jump[])[];
  /** The same for each line by itself: the best price of a unit, or all sums together. */
  readonly #perLine: (readonly number[])[];

  /** `quotes` are measured on the whole cart. */
  constructor(choices: readonly Choice[], quotes: readonly Quote[], places: number) {
    this.#zeros = new Array<number>(places).fill(0);
    this.#cliques = cliquesOf(choices);
    this.#ends = choices.map(({ phase }) => choices.findLastIndex((choice) => choice.phase === phase) + 1);
    this.#phases = choices.map(({ phase }) => phase);
    this.#inPhase = choices.map(() => 0);
    this.#perLine = choices.map(() => []);
    for (let at = 0; at < choices.length; at = this.endOfPhase(at)) this.renew(at, quotes);
    this.#jumps = choices.map((_, at) => this.#jumpsFrom(this.endOfPhase(at), choices, quotes));
  }

  endOfPhase(at: number): number {
    return this.#ends[at] ?? at;
  }

  /** The quotes of the phase that begins at `from` were measured anew. */
  renew(from: number, quotes: readonly Quote[]): void {
    const best: number[] = [];
    let most = 0;
    let lines: readonly number[] = this.#zeros;
    for (let at = this.endOfPhase(from) - 1; at >= from; at--) {
      lines = this.#perLine[at] = withCuts(lines, quotes[at], this.#phases[at]);
      const clique = this.#cliques[at] ?? 0;
      const before = best[clique] ?? 0;
      const now = Math.max(before, quotes[at]?.offCents ?? 0);
      best[clique] = now;
      most += now - before;
      this.#inPhase[at] = most;
    }
  }

  /**
   * The phase leaves something between `totalCents` and that minus the most it takes off. Within that range the later
   * phases take off most, for what is left, at its lower end or where one of their thresholds is just reached.
   */
  leastCents(at: number, left: Left, totalCents: number): number {
    const lineByLine = mostOff(this.#perLine[at] ?? [], this.#phases[at], left);
    const lowCents = totalCents - Math.min(this.#inPhase[at] ?? 0, lineByLine);
    return this.leastAfter(at, lowCents, totalCents);
  }

  /** The same when the phase of a place leaves something from `lowCents` to `highCents`. */
  leastAfter(at: number, lowCents: number, highCents: number): number {
    let leastCents = lowCents;
    for (const { fromCents, offCents } of this.#jumps[at] ?? []) {
      if (fromCents <= highCents) leastCents = Math.min(leastCents, Math.max(lowCents, fromCents) - offCents);
    }
    return leastCents;
  }

  /** What the choices from a place on take off, of each clique the best, where their thresholds are reached. */
  #jumpsFrom(from: number, choices: readonly Choice[], quotes: readonly Quote[]): Jump[] {
    const later = choices.flatMap(({ fromCents }, at) => (at < from ? [] : [{ at, fromCents }]));
    return [...new Set(later.map(({ fromCents }) => fromCents))].map((fromCents) => {
      const best: number[] = [];
      for (const { at } of later.filter((one) => one.fromCents <= fromCents)) {
        const clique = this.#cliques[at] ?? 0;
        best[clique] = Math.max(best[clique] ?? 0, quotes[at]?.offCents ?? 0);
      }
      return { fromCents, offCents: sumOf(best.filter((cents) => cents > 0)) };
    });
  }
}

function cliquesOf(choices: readonly Choice[]): number[] {
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

function mostOff(lines: readonly number[], phase: Phase | undefined, { cents, entry, claimed }: Left): number {
  let off = 0;
  for (let place = 0; place < lines.length; place++) {
    const most = lines[place] ?? 0;
    const now = cents[place] ?? 0;
    if (phase !== "unit") off += Math.min(most, now);
    else if (claimed[place] !== true) off += Math.max(0, most - ((entry[place] ?? 0) - now));
  }
  return off;
}
