import type { WireError } from "../../src/contract/errors.ts";
import type { CustomerClass, Outcome, Tier } from "../../src/contract/shapes.ts";

/** A place as a customer was told of it. */
export interface Told {
  readonly at: number;
  readonly position: number;
  readonly waitMs: { readonly low: number; readonly high: number } | null;
}

/** What one customer has seen; times are those of `performance.now()`, null for what has not happened. */
export interface Story {
  readonly class: CustomerClass;
  /** Where the question is asked. */
  readonly node: string;
  readonly told: Told[];
  readonly tiers: { readonly at: number; readonly tier: Tier }[];
  /** When the conversation was opened, and opened again. */
  readonly openedAt: number[];
  /** When the other side has ended the connection. */
  readonly cutAt: number[];
  askedAt: number | null;
  acknowledgedAt: number | null;
  /** Why the question was not taken. */
  refusal: WireError | null;
  /** When the answer was said to begin. */
  startedAt: number | null;
  end: { readonly at: number; readonly outcome: Outcome } | null;
  /** What was wrong with the text or with a fact. */
  readonly faults: string[];
}

export function openStory(of: CustomerClass, node: string): Story {
  const empty = { told: [], tiers: [], openedAt: [], cutAt: [], faults: [] };
  const nothing = { askedAt: null, acknowledgedAt: null, refusal: null, startedAt: null, end: null };
  return { class: of, node, ...empty, ...nothing };
}

export function isSettled({ askedAt, refusal, end }: Story): boolean {
  return askedAt === null || refusal !== null || end !== null;
}

/** Stands in line as far as the customer knows. */
export function waits({ told, startedAt, end }: Story): boolean {
  return told.length > 0 && startedAt === null && end === null;
}

export type Started = Story & { readonly startedAt: number };

/** Those whose answer began, in that order. */
export function startedOf(stories: readonly Story[]): Started[] {
  const started = stories.filter((story): story is Started => story.startedAt !== null);
  return started.sort((a, b) => a.startedAt - b.startedAt);
}

/** How often a place was told that is higher than one before (A6). */
export function risesOf({ told }: Story): number {
  return told.filter(({ position }, at) => position > (told[at - 1]?.position ?? Number.POSITIVE_INFINITY)).length;
}

/** The first place of all that rose, in words; null where none did. */
export function firstRise(stories: readonly Story[]): string | null {
  for (const { class: of, told, cutAt, askedAt } of stories) {
    const at = told.findIndex(
      ({ position }, index) => position > (told[index - 1]?.position ?? Number.POSITIVE_INFINITY),
    );
    const [before, after] = [told[at - 1], told[at]];
    if (!before || !after) continue;
    const cut = cutAt.findLast((moment) => moment < after.at);
    const since = (moment: number | null | undefined) => `${Math.round(after.at - (moment ?? after.at))} ms`;
    const lost = cut === undefined ? "never cut off" : `cut off ${since(cut)} before`;
    return `${of}: ${before.position}, then ${after.position} ${since(before.at)} later; asked ${since(askedAt)} before, ${lost}`;
  }
  return null;
}

/** The most who stood in line at the same time. */
export function longestLine(stories: readonly Story[]): number {
  const changes = stories.flatMap(({ told, startedAt, end }) => {
    const from = told[0]?.at;
    return from === undefined
      ? []
      : [[from, 1] as const, [startedAt ?? end?.at ?? Number.POSITIVE_INFINITY, -1] as const];
  });
  let [now, longest] = [0, 0];
  for (const [, by] of changes.sort(([a], [b]) => a - b)) {
    now += by;
    longest = Math.max(longest, now);
  }
  return longest;
}

/** The service levels that customers were told of, each with the moment at which it was news. */
export function tiersSeen(stories: readonly Story[]): { readonly at: number; readonly tier: Tier }[] {
  const all = stories.flatMap(({ tiers }) => tiers).sort((a, b) => a.at - b.at);
  return all.filter(({ tier }, at) => tier !== all[at - 1]?.tier);
}
