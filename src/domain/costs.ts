import type { CustomerClass, Tier } from "../contract/shapes.ts";
import { type Usage, usageNames } from "./prices.ts";
import { type AttemptEnd, type AttemptReport, failureReasons } from "./relay.ts";

/** For whom an attempt is made, and at which tier. */
export interface Account {
  /** Empty where nobody knows any more. */
  readonly customerId: string;
  readonly class: CustomerClass;
  readonly tier: Tier;
}

/**
 * Why an attempt is made: the first of a turn, the next round after tools were run, once more because one failed before its
 * text, once more for the rest of a text that broke off, or a draft for an agent.
 */
export type Purpose = "answer" | "tools" | "retry" | "continuation" | "draft";

export const attemptOutcomes = ["complete", "aborted", ...failureReasons] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export function outcomeOf(end: AttemptEnd): AttemptOutcome {
  return end.kind === "failed" ? end.failure.reason : end.kind;
}

export function usageOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: AttemptReport): Usage {
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cacheReadTokens: cacheReadTokens ?? 0,
    cacheWriteTokens: cacheWriteTokens ?? 0,
  };
}

/** What one attempt at the relay has used, whatever became of it (U6). */
export interface CostRecord extends Usage {
  /** When it ended, in epoch milliseconds. */
  readonly at: number;
  readonly conversationId: string;
  /** Of a draft, the draft's id. */
  readonly turnId: string;
  readonly epoch: number;
  /** Hashed: the same customer has the same one, and nobody is told who that is (X5). */
  readonly customer: string;
  readonly class: CustomerClass;
  readonly tier: Tier;
  readonly model: string;
  readonly purpose: Purpose;
  readonly outcome: AttemptOutcome;
  /** The relay has not told (all of) what it used: the tokens are reckoned from what was sent and what came. */
  readonly isEstimated: boolean;
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  /** The relay's own name for it. */
  readonly requestId?: string | undefined;
  /** The version of the price table by which the day's spending was counted. */
  readonly prices: string;
}

export const countNames = ["attempts", "aborted", "failed", "estimated", ...usageNames] as const;

/** Attempts added up. */
export type Counts = Readonly<Record<(typeof countNames)[number], number>>;

/** All attempts of a day that have these in common. */
export interface DayCounts extends Counts {
  /** `YYYY-MM-DD` in the time zone of the configuration. */
  readonly day: string;
  readonly model: string;
  readonly tier: Tier;
  readonly class: CustomerClass;
}

export const noCounts: Counts = {
  attempts: 0,
  aborted: 0,
  failed: 0,
  estimated: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

export function countsOf({ outcome, isEstimated, ...usage }: CostRecord): Counts {
  const [isAborted, isComplete] = [outcome === "aborted", outcome === "complete"];
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    attempts: 1,
    aborted: isAborted ? 1 : 0,
    failed: isAborted || isComplete ? 0 : 1,
    estimated: isEstimated ? 1 : 0,
    ...{ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
  };
}

export function addedUp(counts: Counts, more: Counts): Counts {
  const sum: { -readonly [N in keyof Counts]: number } = { ...noCounts };
  for (const name of countNames) sum[name] = counts[name] + more[name];
  return sum;
}

/** What one writer has to enter for one day. */
export interface CostBatch {
  /** Who writes: another one for each process. */
  readonly writer: string;
  /** Grows with each batch of a writer. */
  readonly number: number;
  readonly day: string;
  readonly records: readonly CostRecord[];
  /** What is to be added to the day's counts; `records` may be fewer. */
  readonly counts: readonly DayCounts[];
  /** What is to be added to the day's spending, in millionths of the currency. */
  readonly spentMicros: number;
}

export interface RecordPage {
  readonly records: readonly CostRecord[];
  /** Where the next page begins; null when this was the last one. */
  readonly next: string | null;
}

/**
 * The book of what attempts at the relay have used, one for the whole service. May throw `Outage`.
 *
 * - **U6** The counts of each day are exact for more than a year. Single records are kept for as long as there is room: the
 *   oldest go first.
 * - A batch is entered once, however often it is repeated.
 */
export interface Ledger {
  /** Gives what has been spent that day, in millionths of the currency. */
  enter(batch: CostBatch): Promise<number>;
  spentMicros(day: string): Promise<number>;
  counts(day: string): Promise<readonly DayCounts[]>;
  /** Oldest first, from the beginning or from where a page before has ended. */
  records(from: string | null, most: number): Promise<RecordPage>;
}
