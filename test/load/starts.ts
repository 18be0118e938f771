import type { StartRate } from "../../src/domain/line.ts";
import { type Report, whole } from "./report.ts";
import type { Seen } from "./run.ts";
import { type Story, startedOf } from "./story.ts";

/** In the worst of all intervals, how many more began than burst and rate allow; below zero when some were left. */
function mostBeyond(starts: readonly number[], { perSecond, burst }: StartRate): number {
  let [worst, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [before, at] of starts.entries()) {
    const ahead = before - (at * perSecond) / 1_000;
    lowest = Math.min(lowest, ahead);
    worst = Math.max(worst, ahead + 1 - lowest - burst);
  }
  return worst;
}

/** A fact that comes late looks as if its start had been later, and closer to the next ones. */
export function checkStarts(report: Report, { stories, slackMs, rate }: Seen): void {
  const starts = startedOf(stories).map(({ startedAt }) => startedAt);
  const tookMs = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
  const beyond = mostBeyond(starts, rate);
  const tolerance = 1 + (rate.perSecond * slackMs) / 1_000;
  const allowed = rate.burst + (rate.perSecond * tookMs) / 1_000;
  const used = `${whole(starts.length)} of ${whole(allowed)} in ${(tookMs / 1_000).toFixed(1)} s`;
  const limits = `worst interval ${beyond.toFixed(1)} beyond (limit ${tolerance.toFixed(1)})`;
  report.check("A1: no more begin than burst and rate allow", beyond <= tolerance, `${used}; ${limits}`);
}

/** From one start to the next, with a node that is looked at late. */
const pauseMs = ({ perSecond }: StartRate) => 2_000 / perSecond + 100;

export function checkPauses(report: Report, { stories, slackMs, rate, isClear }: Seen): void {
  const [longestMs, limitMs] = [longestPauseMs(stories, isClear), pauseMs(rate) + slackMs];
  const shown = `${whole(longestMs)} ms without a start at most (limit ${whole(limitMs)} ms)`;
  report.check("A5: a start is used as soon as somebody waits", longestMs <= limitMs, shown);
}

/** The longest time without a start in which somebody waited. */
function longestPauseMs(stories: readonly Story[], isClear: Seen["isClear"]): number {
  const lastFirst = startedOf(stories).reverse();
  let [longest, waitsFrom] = [0, Number.POSITIVE_INFINITY];
  for (const [at, { startedAt, told }] of lastFirst.entries()) {
    waitsFrom = Math.min(waitsFrom, told[0]?.at ?? Number.POSITIVE_INFINITY);
    const before = lastFirst[at + 1]?.startedAt ?? Number.NEGATIVE_INFINITY;
    if (isClear(startedAt) && isClear(before)) longest = Math.max(longest, startedAt - Math.max(before, waitsFrom));
  }
  return longest;
}
