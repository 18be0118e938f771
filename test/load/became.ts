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
import type { Sample } from "./stage/samples.ts";
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
  tellSilence(report, asked);
  report.note("a question is acknowledged", shown(percentilesOf(asked, acknowledgedMs)));
  report.note("texts mended by turn:resume or a reload", whole(tally.mended));
  report.note("sent again, as the service could not take it", whole(tally.again));
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

/** Who was left longest at a place that was told: somebody near the front who was forgotten for a while stands out here. */
function tellSilence(report: Report, asked: readonly Asked[]): void {
  const silences = asked.flatMap(({ class: of, told, startedAt }) => {
    const last = told.at(-1);
    return last && startedAt !== null ? [{ of, place: last.position, ms: startedAt - last.at }] : [];
  });
  const longest = silences.toSorted((a, b) => b.ms - a.ms).slice(0, 3);
  const words = longest.map(({ of, place, ms }) => `${whole(ms)} ms at place ${whole(place)} (${of})`);
  if (words.length > 0) report.note("longest from the last place told to the start", words.join(", "));
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

/** With fewer sockets it is the code that was run for the first time. */
const enoughSockets = 2_000;

/** What was used while customers asked, and what their sockets cost in memory. */
function tellCost(report: Report, findings: Findings): void {
  const { samples, openedAt, from, to } = findings;
  const during = samples.filter(({ at }) => at >= from && at <= to);
  // The very first look only notes what was used before.
  const first = samples.find((sample) => used(sample, "node", "rssBytes") > 0);
  const [opened, last] = [samples.findLast(({ at }) => at < openedAt + 1_100), during.at(-1)];
  if (!first || !last) return;
  const others = othersShare(findings);
  if (others !== null) report.note("CPU of other programs, mean", percent(others));
  const mean = during.reduce((sum, sample) => sum + used(sample, "node", "cpuShare"), 0) / during.length;
  report.note("CPU of all nodes, mean", percent(mean));
  const [before, after] = [first, last].map((sample) => megabytes(used(sample, "node", "rssBytes")));
  report.note("memory of all nodes, before and after", `${before} and ${after}`);
  if (!opened || opened.sockets < enoughSockets) return;
  for (const [who, name] of [["all nodes", "node"] as const, ["the generator", "generator"] as const]) {
    const bytes = used(opened, name, "rssBytes") - used(first, name, "rssBytes");
    report.note(`memory of ${who}, for each socket`, `${(bytes / opened.sockets / 1_000).toFixed(1)} kB`);
  }
}

/** By all processes of that kind together. */
function used({ processes }: Sample, kind: "node" | "generator", what: "cpuShare" | "rssBytes"): number {
  const some = Object.entries(processes).filter(([name]) => name.startsWith(kind));
  return some.reduce((sum, [, process]) => sum + process[what], 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} % of a core`;
}

function megabytes(bytes: number): string {
  return `${whole(bytes / 1e6)} MB`;
}
