import { classes } from "../../src/domain/line.ts";
import { most, quantile, type Report, spread, whole } from "./report.ts";
import { type Story, waits } from "./story.ts";
import { type Blind, findTruth, worstOvertakingMs } from "./truth.ts";

/** A page that was loaded again: the place before, and the one that was told next; null when it was served meanwhile. */
export interface Reload {
  readonly before: number;
  readonly after: number | null;
}

/** Some left the line between two moments. */
export interface Leaving {
  readonly from: number;
  readonly to: number;
  readonly gone: readonly Story[];
}

/** A node was killed. */
export interface Killing {
  readonly at: number;
  readonly node: string;
}

export function checkFirstPlace(report: Report, stories: readonly Story[]): void {
  const waited = stories.filter(({ told }) => told.length > 0);
  const ages = waited.map(({ told, askedAt }) => (told[0]?.at ?? 0) - (askedAt ?? 0));
  report.check(`A6: ${whole(waited.length)} told a place within 1 s`, most(ages) <= 1_000, spread(ages));
  const unsaid = stories.filter(({ told, startedAt }) => told.length === 0 && startedAt === null).length;
  report.check("A6: whoever does not begin is told a place", unsaid === 0, `${whole(unsaid)} were told nothing`);
}

/** Rounds of 25 ms on two nodes, and what a busy machine adds. */
const togetherMs = 100;
/** A dead node's answers are found, claimed, and its customers back after so long at most. */
const rescueMs = 4_000;

export function checkOrder(report: Report, stories: readonly Story[], { at, node }: Killing): void {
  const isStranded = (story: Story) => (story.startedAt ?? 0) > at && (story.node === node || story.cutAt.length > 0);
  const usual = worstOvertakingMs(stories, (story) => !isStranded(story));
  report.check("A2: each class begins in order", usual <= togetherMs, `overtaken by ${whole(usual)} ms at most`);
  const stranded = worstOvertakingMs(stories, isStranded);
  report.check("A8: … and those of the dead node, with it", stranded <= rescueMs, `by ${whole(stranded)} ms at most`);
}

export function checkFront(report: Report, stories: readonly Story[], { at }: Killing): void {
  const blind: Blind = { from: at, to: at + rescueMs };
  const { agesMs, tooGood } = findTruth(stories, blind);
  const sorted = agesMs.toSorted((a, b) => a - b);
  const holds = quantile(sorted, 0.99) <= 1_000;
  report.check("A6: news of places up to 100 within 1 s", holds, `${whole(agesMs.length)} of them: ${spread(agesMs)}`);
  const errors = tooGood.toSorted((a, b) => a - b);
  const shown = `p50 ${quantile(errors, 0.5)}, p99 ${quantile(errors, 0.99)}, most ${most(errors)} places`;
  report.check("A6: no place was told that was too good", most(errors) <= 10, shown);
}

/** The range told first is right for at least so many. */
const covered = 0.8;

export function checkRange(report: Report, stories: readonly Story[]): void {
  const waited = stories.filter(({ told, startedAt }) => told.length > 0 && startedAt !== null);
  const of = (some: readonly Story[]) => some.filter(isCovered).length / some.length;
  const each = classes.map((name) => `${name} ${share(of(waited.filter((story) => story.class === name)))}`);
  report.check("A6: the range told first held", of(waited) >= covered, `${share(of(waited))}: ${each.join(", ")}`);
  const widths = waited.map(
    ({ told, startedAt }) => (told[0]?.waitMs?.high ?? 0) / ((startedAt ?? 0) - (told[0]?.at ?? 0)),
  );
  report.note(
    "its end, over the true wait",
    `p50 ${quantile(
      widths.sort((a, b) => a - b),
      0.5,
    ).toFixed(1)}`,
  );
}

function isCovered({ told: [first], startedAt }: Story): boolean {
  if (!first?.waitMs || startedAt === null) return false;
  const waitedMs = startedAt - first.at;
  return first.waitMs.low <= waitedMs && waitedMs <= first.waitMs.high;
}

const share = (part: number) => `${(100 * part).toFixed(1)} %`;

export function checkReloads(report: Report, reloads: readonly Reload[]): void {
  const waited = reloads.filter(({ after }) => after !== null);
  const worse = waited.filter(({ before, after }) => (after ?? 0) > before).length;
  const shown = `${worse} of ${waited.length} were told a worse one; ${reloads.length - waited.length} served meanwhile`;
  report.check("A7: a reload on the other node keeps the place", waited.length > 0 && worse === 0, shown);
}

/** A change far back is told after 8 s at most, and looked for twice a second. */
const toldWithinMs = 9_500;
/** From here on a place that is told has been reckoned without those who left. */
const reckonedMs = 700;

export function checkMovingUp(report: Report, stories: readonly Story[], leaving: Leaving): void {
  const { to, gone } = leaving;
  const moves = stories.map((story) => moveOf(story, leaving)).filter((move) => move !== null);
  const delays = moves.map(({ toldAt }) => toldAt - to);
  const late = delays.filter((delayMs) => delayMs > toldWithinMs).length;
  const stuck = moves.filter(({ by, atLeast }) => by < atLeast).length;
  const shown = `${whole(moves.length)} behind them, ${stuck} not moved up, ${late} told late; told after ${spread(delays)}`;
  report.check(`A7: ${gone.length} left, the others move up`, moves.length > 0 && stuck + late === 0, shown);
  const stopped = gone.filter(({ end }) => end?.outcome === "stopped").length;
  report.check("A7: whoever left is told so", stopped === gone.length, `${stopped} of ${gone.length}`);
}

/** By how many places somebody moved up who stood behind some that left, when that was told, and who these were at least. */
interface Move {
  readonly by: number;
  readonly atLeast: number;
  readonly toldAt: number;
}

function moveOf(story: Story, { from, to, gone }: Leaving): Move | null {
  const ahead = gone.filter((each) => each.class === story.class && (each.acknowledgedAt ?? 0) < (story.askedAt ?? 0));
  const before = story.told.findLast(({ at }) => at < from);
  const after = story.told.find(({ at }) => at > to + reckonedMs);
  if (ahead.length === 0 || gone.includes(story) || before === undefined) return null;
  // Whoever begins soon may have nothing told any more.
  if (after === undefined)
    return (story.startedAt ?? 0) < to + toldWithinMs ? null : { by: 0, atLeast: ahead.length, toldAt: to };
  return { by: before.position - after.position, atLeast: ahead.length, toldAt: after.at };
}

export function checkReturn(report: Report, stories: readonly Story[], { at, node }: Killing): void {
  const cut = stories.filter(({ cutAt }) => cutAt.length > 0);
  const backMs = cut.map(({ openedAt }) => (openedAt.find((opened) => opened > at) ?? Number.POSITIVE_INFINITY) - at);
  const waited = cut.filter((story) =>
    waits({ ...story, startedAt: (story.startedAt ?? 0) > at ? null : story.startedAt, end: null }),
  );
  const who = `${whole(cut.length)} of ${node}, ${whole(waited.length)} in line`;
  report.check("N2: the dead node's customers are back", most(backMs) <= 5_000, `${who}; ${spread(backMs)}`);
  const others = stories.flatMap(({ cutAt }) => cutAt).filter((cutAt) => cutAt < at || cutAt > at + 1_000).length;
  report.check("connections that the service cut", others === 0, whole(others));
}
