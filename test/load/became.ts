import { classes } from "../../src/domain/line.ts";
import {
  acknowledgedMs,
  type Findings,
  firstTextMs,
  isShed,
  othersShare,
  percentilesOf,
  tierCourse,
  waitMs,
} from "./findings.ts";
import type { Percentiles } from "./percentiles.ts";
import { type Report, whole } from "./report.ts";
import { longestLine, startedOf } from "./story.ts";
import type { Asked } from "./visitors/asked.ts";

/** Figures of a run of which nothing is asked. */
export function tellWhatBecame(report: Report, findings: Findings): void {
  const { asked, tally, from } = findings;
  const begun = startedOf(asked);
  const each = (of: readonly Asked[]) =>
    `${whole(of.length)}: ${classes.map((name) => `${name} ${whole(of.filter((one) => one.class === name).length)}`).join(", ")}`;
  const some = (test: (one: Asked) => boolean) => each(asked.filter(test));
  report.note("asked", each(asked));
  report.note(
    "begun at once",
    some(({ told, startedAt }) => told.length === 0 && startedAt !== null),
  );
  report.note(
    "waited and begun",
    some(({ told, startedAt }) => told.length > 0 && startedAt !== null),
  );
  report.note("shed", some(isShed));
  report.note(
    "answered",
    some(({ end }) => end?.outcome === "completed"),
  );
  report.note(
    "cut short by the tier",
    some(({ end }) => end?.outcome === "truncated"),
  );
  report.note("longest line", whole(longestLine(asked)));
  report.note("most starts in a second", whole(busiestSecond(begun.map(({ startedAt }) => startedAt))));
  report.note("first words, less the time in line", shown(percentilesOf(asked, firstTextMs)));
  for (const name of classes) {
    const waits = percentilesOf(
      asked.filter((one) => one.class === name),
      waitMs,
    );
    if (waits.count > 0) report.note(`time in line, ${name}`, shown(waits));
  }
  report.note("a question is acknowledged", shown(percentilesOf(asked, acknowledgedMs)));
  report.note("texts mended by turn:resume or a reload", whole(tally.mended));
  const tiers = tierCourse(findings).map(
    ({ at, tier }) => `${tier} from ${Math.max(0, (at - from) / 1_000).toFixed(1)} s`,
  );
  report.note("tier", tiers.join(", "));
  tellCost(report, findings);
  tellRemarks(report, findings);
  for (const line of findings.nodeFaults.slice(0, 5)) report.note("a node has logged", line.slice(0, 400));
}

const shownRemarks = 3;

/** Of each kind the first few: one may bury another. */
function tellRemarks(report: Report, { remarks }: Findings): void {
  for (const [kind, all] of Map.groupBy(remarks, (remark) => remark.kind))
    for (const what of new Set(all.slice(0, shownRemarks).map((remark) => remark.what))) report.note(kind, what);
}

function shown(times: Percentiles): string {
  const summary = times.summary;
  if (summary === null) return "none";
  return `p50 ${whole(summary.p50)} ms, p90 ${whole(summary.p90)} ms, p99 ${whole(summary.p99)} ms, most ${whole(summary.most)} ms`;
}

function busiestSecond(times: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const at of times) counts.set(Math.floor(at / 1_000), (counts.get(Math.floor(at / 1_000)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** What the nodes used while they were asked, and what their sockets cost in memory. */
function tellCost(report: Report, findings: Findings): void {
  const { samples, openedAt, from, to } = findings;
  const nodes = (sample: (typeof samples)[number]) =>
    Object.entries(sample.processes).filter(([name]) => name.startsWith("node"));
  const [first] = samples.filter((sample) => nodes(sample).length > 0);
  const during = samples.filter(({ at }) => at >= from && at <= to);
  const last = during.at(-1);
  if (!first || !last) return;
  const bytes = (sample: typeof first) => nodes(sample).reduce((sum, [, { rssBytes }]) => sum + rssBytes, 0);
  const opened = samples.findLast(({ at }) => at < openedAt + 1_100);
  const mean =
    during.reduce((sum, sample) => sum + nodes(sample).reduce((all, [, { cpuShare }]) => all + cpuShare, 0), 0) /
    during.length;
  const others = othersShare(findings);
  if (others !== null) report.note("CPU of other programs, mean", `${(100 * others).toFixed(0)} % of a core`);
  report.note("CPU of all nodes, mean", `${(100 * mean).toFixed(0)} % of a core`);
  report.note("memory of all nodes, before and after", `${megabytes(bytes(first))} and ${megabytes(bytes(last))}`);
  // With few sockets it is the code that was run for the first time.
  if (opened && opened.sockets >= 2_000)
    report.note(
      "memory of all nodes, for each socket",
      `${((bytes(opened) - bytes(first)) / opened.sockets / 1_000).toFixed(1)} kB`,
    );
}

function megabytes(bytes: number): string {
  return `${whole(bytes / 1e6)} MB`;
}
