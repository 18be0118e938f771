import { most, type Report, spread, whole } from "./report.ts";
import type { Leaving, Run } from "./run.ts";
import type { Story } from "./story.ts";

export function checkReloads(report: Report, { reloads }: Run): void {
  const waited = reloads.filter(({ after }) => after !== null);
  const worse = waited.filter(({ before, after }) => (after ?? 0) > before).length;
  const shown = `${worse} of ${waited.length} were told a worse one; ${reloads.length - waited.length} served meanwhile`;
  report.check("A7: a reload on the other node keeps the place", waited.length > 0 && worse === 0, shown);
}

/** A change far back is told after 8 s at most, and looked for twice a second. */
const toldWithinMs = 9_500;
/** From here on a place that is told has been reckoned without those who left. */
const reckonedMs = 700;

export function checkMovingUp(report: Report, { stories, leaving }: Run): void {
  const { to, gone } = leaving;
  const moves = stories.map((story) => moveOf(story, leaving)).filter((move) => move !== null);
  const delays = moves.map(({ toldAt }) => toldAt - to);
  const late = delays.filter((delayMs) => delayMs > toldWithinMs).length;
  const stuck = moves.filter(({ by, atLeast }) => by < atLeast).length;
  const shown = `${whole(moves.length)} behind, ${stuck} not moved up, ${late} told late; told after ${spread(delays)}`;
  report.check(`A7: ${gone.length} left, the others move up`, moves.length > 0 && stuck + late === 0, shown);
  const stopped = gone.filter(({ end }) => end?.outcome === "stopped").length;
  report.check("A7: whoever left is told so", stopped === gone.length, `${stopped} of ${gone.length}`);
}

/** By how many places somebody moved up who stood behind some that left, when that was told, and how many these are. */
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
  const atLeast = ahead.length;
  if (after !== undefined) return { by: before.position - after.position, atLeast, toldAt: after.at };
  // Whoever begins soon need not be told any more.
  return (story.startedAt ?? 0) < to + toldWithinMs ? null : { by: 0, atLeast, toldAt: to };
}

export function checkReturn(report: Report, { stories, killing: { at } }: Run): void {
  const cut = stories.filter(({ cutAt }) => cutAt.length > 0);
  const waited = cut.filter(({ startedAt }) => (startedAt ?? 0) > at);
  const backMs = cut.map(({ openedAt }) => (openedAt.find((opened) => opened > at) ?? Number.POSITIVE_INFINITY) - at);
  const shown = `${whole(cut.length)}, of them ${whole(waited.length)} in line; ${spread(backMs)}`;
  report.check("N2: the dead node's customers are back", most(backMs) <= 5_000, shown);
  const others = stories.flatMap(({ cutAt }) => cutAt).filter((cutAt) => cutAt < at || cutAt > at + 1_000).length;
  report.check("connections that the service cut", others === 0, whole(others));
}
