import { addedByName, type Counted, countedSince, noTotals, type Totals, totalNames } from "./figures.ts";

/** What all nodes have counted between two looks. */
interface Span extends Counted {
  /** Milliseconds that never go back. */
  readonly from: number;
  readonly to: number;
}

export interface Counting extends Counted {
  /** How long it was counted for; 0 where nothing was. */
  readonly seconds: number;
}

/** Nothing older is asked for. */
const keptMs = 60_000;

/**
 * Adds up over all nodes what each of them has counted since it was looked at last: sums of counts, so that rates and
 * quantiles are those of the whole service. What a node had counted before it was first seen, or while it was out of sight, is not looked at.
 */
export class Tally {
  #last: ReadonlyMap<string, Counted> = new Map();
  #lookedAt: number | null = null;
  #spans: Span[] = [];

  /** @param now milliseconds that never go back */
  note(now: number, nodes: ReadonlyMap<string, Counted>): void {
    const news = [...nodes].flatMap(([nodeId, counted]) => {
      const before = this.#last.get(nodeId);
      return before === undefined ? [] : [since(counted, before)];
    });
    if (this.#lookedAt !== null) this.#spans.push({ from: this.#lookedAt, to: now, ...together(news) });
    this.#spans = this.#spans.filter(({ to }) => now - to < keptMs);
    this.#last = nodes;
    this.#lookedAt = now;
  }

  /** What was counted within the last `ms`, a minute at most. */
  over(ms: number): Counting {
    const now = this.#lookedAt ?? 0;
    const spans = this.#spans.filter(({ to }) => now - to < ms);
    const from = spans[0]?.from ?? now;
    return { seconds: (now - from) / 1_000, ...together(spans) };
  }
}

function since(now: Counted, before: Counted): Counted {
  return {
    // CAST: the names are those of the totals themselves.
    totals: { ...noTotals, ...(countedSince(now.totals, before.totals) as Partial<Totals>) },
    attempts: countedSince(now.attempts, before.attempts),
    firstTokens: countedSince(now.firstTokens, before.firstTokens),
  };
}

function together(all: readonly Counted[]): Counted {
  const totals: { -readonly [N in keyof Totals]: number } = { ...noTotals };
  for (const one of all) for (const name of totalNames) totals[name] += one.totals[name];
  return {
    totals,
    attempts: addedByName(all.map(({ attempts }) => attempts)),
    firstTokens: addedByName(all.map(({ firstTokens }) => firstTokens)),
  };
}
