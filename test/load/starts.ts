import type { StartRate } from "../../src/domain/line.ts";
import type { Crowd } from "./crowd.ts";
import type { Report } from "./report.ts";
import { whole } from "./report.ts";
import type { Story } from "./story.ts";

/** When the answers began, ascending. */
export function startsOf(stories: readonly Story[]): number[] {
  return stories
    .map(({ startedAt }) => startedAt)
    .filter((at) => at !== null)
    .sort((a, b) => a - b);
}

/** In the worst of all intervals, how many more began than burst and rate allow (A1); below zero when some were left. */
export function mostBeyond(starts: readonly number[], { perSecond, burst }: StartRate): number {
  let [worst, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [before, at] of starts.entries()) {
    const ahead = before - (at * perSecond) / 1_000;
    lowest = Math.min(lowest, ahead);
    worst = Math.max(worst, ahead + 1 - lowest - burst);
  }
  return worst;
}

/** A1 as customers see it: a fact that comes late looks as if its start had been later, close to the next ones. */
export function checkStarts(report: Report, { stories, slackMs }: Crowd, rate: StartRate): void {
  const starts = startsOf(stories);
  const tookMs = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
  const beyond = mostBeyond(starts, rate);
  const tolerance = 1 + (rate.perSecond * slackMs) / 1_000;
  const allowed = rate.burst + (rate.perSecond * tookMs) / 1_000;
  const used = `${whole(starts.length)} of ${whole(allowed)} in ${(tookMs / 1_000).toFixed(1)} s`;
  const limits = `worst interval ${beyond.toFixed(1)} beyond (${tolerance.toFixed(1)} by facts ${whole(slackMs)} ms late)`;
  report.check("A1: no more begin than burst and rate allow", beyond <= tolerance, `${used}; ${limits}`);
}
