import type { Tier } from "../contract/shapes.ts";

/** How attempts at the relay went, as counts that add up over nodes and over time (A9). */
export interface Vitals {
  /** Attempts whose first text has come, or is known to come too late, or will not come. */
  readonly attempts: number;
  /** Of these: later than expected by more than is bearable. */
  readonly late: number;
  /** Of these: hardly later than expected. */
  readonly quick: number;
  /** Attempts that the relay refused for want of capacity, or did not answer in time. */
  readonly failed: number;
  /** Attempts without a text for so long that the relay may not be there at all. */
  readonly stuck: number;
  /** Sum of the times to the first text, as far as they are known, and of what was expected. */
  readonly firstTextMs: number;
  readonly expectedMs: number;
}

export const vitalNames = ["attempts", "late", "quick", "failed", "stuck", "firstTextMs", "expectedMs"] as const;

export const noVitals: Vitals = {
  attempts: 0,
  late: 0,
  quick: 0,
  failed: 0,
  stuck: 0,
  firstTextMs: 0,
  expectedMs: 0,
};

/** Times to the first text: for each model how many fell on which step of {@link stepOf}. */
export type FirstTexts = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** How many fell on each step, taken together. */
export function addCounts(counts: FirstTexts[string], more: FirstTexts[string]): FirstTexts[string] {
  const sum: Record<number, number> = { ...counts };
  for (const [step, count] of Object.entries(more)) sum[Number(step)] = (sum[Number(step)] ?? 0) + count;
  return sum;
}

/** What was seen in one slot of time. */
export interface Sample {
  readonly vitals: Vitals;
  readonly firstTexts: FirstTexts;
}

/** Times are told apart by a twentieth: enough to know what is usual. */
const stepFactor = 1.05;

/** The step of a logarithmic scale on which a time lies. */
export function stepOf(ms: number): number {
  return Math.round(Math.log(Math.max(1, ms)) / Math.log(stepFactor));
}

export function msOf(step: number): number {
  return Math.round(stepFactor ** step);
}

/** Everything is counted by slots of this length. */
export const slotMs = 100;

/** What is usual for one model: the best of the last minutes. */
export interface Usual {
  /** First texts since that slot. */
  readonly since: number;
  readonly counts: Readonly<Record<number, number>>;
  readonly minute: number;
  /** What nine of ten stayed below in the best spell of this minute, in milliseconds; null before there was one. */
  readonly best: number | null;
  /** The same of the minutes before. */
  readonly bests: readonly number[];
}

/** The service level and all it takes to go on judging it: one for the whole service. */
export interface Course {
  /** Everything up to this slot, and with it, is taken in. */
  readonly slot: number;
  readonly tier: Tier;
  /** The slot in which the tier was changed last. */
  readonly changedAt: number;
  /** When it was raised last, and lowered. */
  readonly raisedAt: number | null;
  readonly loweredAt: number | null;
  /** So many slots ended a bad second, a good one, and a minute in which hardly anything was asked. */
  readonly bad: number;
  readonly good: number;
  readonly quiet: number;
  /** How much longer than usual it has to go well: grows when a tier was raised too soon. */
  readonly caution: number;
  /** The last five seconds, oldest slot first. */
  readonly recent: readonly Vitals[];
  /** So many answers may wait for their first text (A10). */
  readonly starting: number;
  readonly usual: Readonly<Record<string, Usual>>;
}

export interface Told {
  /** The slot of now, which is not over. */
  readonly slot: number;
  /** What was settled last; null at the very beginning. */
  readonly course: Course | null;
  /** What all nodes have seen in the slots after it. */
  readonly seen: ReadonlyMap<number, Sample>;
  /** Models with which nothing is to be begun, and for how many milliseconds more (A10). */
  readonly quiet: ReadonlyMap<string, number>;
}

/** What all nodes know of the relay's health, on one clock. Every node may judge; who settles a slot first is heard. */
export interface Health {
  /** Adds what this node has seen since it told last. */
  tell(sample: Sample | null): Promise<Told>;
  /** Settles the course, which was at slot `from` before; false when another node was faster. */
  settle(course: Course, from: number | null): Promise<boolean>;
  /** Tells all nodes to begin nothing with a model for so long; that only ever makes it longer. */
  quiet(model: string, ms: number): Promise<void>;
}

export function sumOf(all: readonly Vitals[]): Vitals {
  const sum: { -readonly [N in keyof Vitals]: number } = { ...noVitals };
  for (const vitals of all) for (const name of vitalNames) sum[name] += vitals[name];
  return sum;
}
