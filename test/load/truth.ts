import { classes } from "../../src/domain/line.ts";
import type { Seen } from "./run.ts";
import { type Started, type Story, startedOf } from "./story.ts";

/** So soon. */
const newsMs = 1_000;
/** So near the front a place is to be told within a second (A6). */
const front = 100;

/** What the order of the starts says about the places that were told, of a class whose line nobody left near the front. */
export interface Truth {
  /** How long somebody stood better than was told, for places up to 100. */
  readonly ages: readonly Age[];
  /** By how many places somebody was told to stand better than the starts that followed have shown. */
  readonly tooGood: readonly number[];
}

/** From a start that moved somebody up to the moment at which that one knew. */
export interface Age {
  readonly at: number;
  readonly ageMs: number;
}

export function findTruth({ stories, isClear }: Pick<Seen, "stories" | "isClear">): Truth {
  const [ages, tooGood]: [Age[], number[]] = [[], []];
  for (const name of classes) {
    const line = startedOf(stories.filter((story) => story.class === name));
    const starts = line.map(({ startedAt }) => startedAt);
    for (const [index, story] of line.entries()) {
      // One that came late for the kill has an order of its own.
      if (!isClear(story.startedAt)) continue;
      ages.push(...agesOf(story, index, starts, isClear));
      tooGood.push(...errorsOf(story, index, starts, isClear));
    }
  }
  return { ages, tooGood };
}

/** With so many left before one, and oneself, the place is `position`: since the start before those. */
function agesOf(
  { told, startedAt }: Started,
  index: number,
  starts: readonly number[],
  isClear: Seen["isClear"],
): Age[] {
  const ages: Age[] = [];
  const firstTold = told[0]?.at ?? startedAt;
  for (let position = Math.min(front, index); position >= 1; position--) {
    const since = starts[index - position] ?? 0;
    // Whoever had to be told just then may have been cut off.
    if (since < firstTold || !isClear(since) || !isClear(since + newsMs)) continue;
    const known = told.find((place) => place.position <= position)?.at ?? startedAt;
    const at = Math.min(known, startedAt);
    ages.push({ at, ageMs: Math.max(0, at - since) });
  }
  return ages;
}

function errorsOf({ told }: Started, index: number, starts: readonly number[], isClear: Seen["isClear"]): number[] {
  const clear = told.filter(({ at }) => isClear(at));
  return clear.map(({ at, position }) => {
    const ahead = Math.max(0, index - startedBy(at, starts));
    return Math.max(0, ahead + 1 - position);
  });
}

/** How many of ascending starts there were by then. */
function startedBy(at: number, starts: readonly number[]): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * By how long somebody began sooner than one of the same class who had certainly entered before (A2): whose question was
 * acknowledged before the other was asked. Only those are looked at who were overtaken and satisfy `who`.
 */
export function worstOvertakingMs(stories: readonly Story[], who: (story: Story) => boolean): number {
  let worst = 0;
  for (const name of classes) {
    const line = startedOf(stories.filter((story) => story.class === name));
    const overtaken = line.filter(who).sort((a, b) => (a.acknowledgedAt ?? 0) - (b.acknowledgedAt ?? 0));
    let [next, latest] = [0, 0];
    for (const { askedAt, startedAt } of line.sort((a, b) => (a.askedAt ?? 0) - (b.askedAt ?? 0))) {
      for (; (overtaken[next]?.acknowledgedAt ?? Number.POSITIVE_INFINITY) < (askedAt ?? 0); next++)
        latest = Math.max(latest, overtaken[next]?.startedAt ?? 0);
      worst = Math.max(worst, latest - startedAt);
    }
  }
  return worst;
}
