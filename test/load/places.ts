import { classes } from "../../src/domain/line.ts";
import { most, quantile, type Report, spread, whole } from "./report.ts";
import { type Run, rescueMs, type Seen, togetherMs } from "./run.ts";
import type { Story } from "./story.ts";
import { findTruth, worstOvertakingMs } from "./truth.ts";

export function checkFirstPlace(report: Report, { stories }: Seen): void {
  const waited = stories.filter(({ told }) => told.length > 0);
  const ages = waited.map(({ told, askedAt }) => (told[0]?.at ?? 0) - (askedAt ?? 0));
  report.check(`A6: ${whole(waited.length)} told a place within 1 s`, most(ages) <= 1_000, spread(ages));
  const isLeftAlone = ({ told, startedAt, refusal }: Story) => !told[0] && startedAt === null && refusal === null;
  const unsaid = stories.filter(isLeftAlone).length;
  report.check("A6: whoever does not begin is told a place", unsaid === 0, `${whole(unsaid)} were told nothing`);
}

export function checkOrder(report: Report, { stories, slackMs, killing: { at, node } }: Run): void {
  const isStranded = (story: Story) => (story.startedAt ?? 0) > at && (story.node === node || story.cutAt.length > 0);
  const limitMs = togetherMs + slackMs;
  const usual = worstOvertakingMs(stories, (story) => !isStranded(story));
  const shown = `overtaken by ${whole(usual)} ms at most (limit ${whole(limitMs)} ms)`;
  report.check("A2: each class begins in order", usual <= limitMs, shown);
  const stranded = worstOvertakingMs(stories, isStranded);
  report.check("A8: … and the dead node's as soon as found", stranded <= rescueMs, `by ${whole(stranded)} ms at most`);
}

export function checkFront(report: Report, seen: Seen): void {
  const { ages, tooGood } = findTruth(seen);
  const agesMs = ages.map(({ ageMs }) => ageMs);
  const { slackMs, rate } = seen;
  const age = quantile(ascending(agesMs), 0.99);
  report.check("A6: news of places up to 100 within 1 s", age <= 1_000, `${whole(agesMs.length)}: ${spread(agesMs)}`);
  const errors = ascending(tooGood);
  // Starts that were given and not seen yet.
  const limit = Math.ceil(((togetherMs + slackMs) * rate.perSecond) / 1_000);
  const shown = `p50 ${quantile(errors, 0.5)}, p99 ${quantile(errors, 0.99)}, most ${most(errors)} places (limit ${limit})`;
  report.check("A6: no place is told that is too good", most(errors) <= limit, shown);
}

/** The range told first is right for at least so many. */
const covered = 0.8;

export function checkRange(report: Report, { stories }: Seen): void {
  const waited = stories.filter(({ told, startedAt }) => told.length > 0 && startedAt !== null);
  const of = (some: readonly Story[]) => some.filter(isCovered).length / some.length;
  const each = classes.map((name) => `${name} ${share(of(waited.filter((story) => story.class === name)))}`);
  report.check("A6: the range told first held", of(waited) >= covered, `${share(of(waited))}: ${each.join(", ")}`);
  const ratios = waited.map((story) => (story.told[0]?.waitMs?.high ?? 0) / waitedMs(story));
  report.note("its end, over the true wait", `p50 ${quantile(ascending(ratios), 0.5).toFixed(1)}`);
}

function isCovered(story: Story): boolean {
  const range = story.told[0]?.waitMs;
  return range != null && range.low <= waitedMs(story) && waitedMs(story) <= range.high;
}

/** From the first word of a place to the start. */
function waitedMs({ told: [first], startedAt }: Story): number {
  return (startedAt ?? 0) - (first?.at ?? 0);
}

function share(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
