import type { RedisState, TroubleCode } from "../contract/service.ts";
import type { CustomerClass } from "../contract/shapes.ts";

export const totalNames = [
  "starts",
  "shed",
  "refused",
  "pauses",
  "inputTokens",
  "outputTokens",
  /** In millionths of the currency, through the relay. */
  "costMicros",
] as const;

export type Totals = Readonly<Record<(typeof totalNames)[number], number>>;

export const noTotals: Totals = {
  starts: 0,
  shed: 0,
  refused: 0,
  pauses: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicros: 0,
};

/** How many fell under each name, or on each step of `stepOf`. */
export type CountsByName = Readonly<Record<string, number>>;

/** What one node has counted since its process began: only ever more. */
export interface Counted {
  readonly totals: Totals;
  /** Attempts at the relay by outcome. */
  readonly attempts: CountsByName;
  /** Times to the first token: how many fell on which step of `stepOf`. */
  readonly firstTokens: CountsByName;
}

/** A trouble as a node tells of it: spans instead of times of day, so that no two clocks are compared. */
export interface ToldTrouble {
  readonly code: TroubleCode;
  readonly about: string;
  readonly count: number;
  /** For how long it has been known, and since when it was not seen any more. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The line of one class as a node sees it. */
export interface LineFigures {
  readonly waiting: number;
  readonly oldestWaitMs: number;
}

/** What one node tells of itself, once a second. */
export interface NodeFigures {
  /** For people: host and port. */
  readonly name: string;
  readonly upMs: number;
  readonly isDraining: boolean;
  readonly customers: number;
  readonly agents: number;
  readonly openAnswers: number;
  readonly loopDelayMs: number;
  readonly memoryBytes: number;
  readonly redis: RedisState;
  /** Commands that have failed for want of Redis so far. */
  readonly redisFailures: number;
  readonly lines: Readonly<Record<CustomerClass, LineFigures>>;
  readonly counted: Counted;
  /** Models with which this node begins nothing, and for how many milliseconds more. */
  readonly quietMs: CountsByName;
  readonly troubles: readonly ToldTrouble[];
}

/** What was counted of each name beyond `before`. Nothing is ever less: a counter that began anew counts from there. */
export function countedSince(now: CountsByName, before: CountsByName): CountsByName {
  return Object.fromEntries(
    Object.entries(now)
      .map(([name, count]) => [name, Math.max(0, count - (before[name] ?? 0))] as const)
      .filter(([, count]) => count > 0),
  );
}

/** How many fell under each name, taken together. */
export function addedByName(all: readonly CountsByName[]): CountsByName {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
