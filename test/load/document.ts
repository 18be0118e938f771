import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { type Findings, firstTextMs, isShed, percentilesOf } from "./findings.ts";
import { type Document, renderPage } from "./page/page.ts";
import { timelineOf } from "./page/series.ts";
import { type Report, whole } from "./report.ts";
import { longestLine } from "./story.ts";
import { excuseOf, storyOf, verdictOf } from "./verdict.ts";

/** A report as a document; with what was found, its charts and first figures too. */
export function documentOf(scenario: string, report: Report, findings: Findings | null, place = ""): Document {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  return {
    scenario,
    title: report.heading,
    verdict: findings ? verdictOf(report, storyOf(findings), excuseOf(findings)) : verdictOf(report),
    endedAt: Date.now(),
    place: place === "" ? machine : `${place}; ${machine}`,
    tiles: findings ? tilesOf(findings) : [],
    checks: report.checks,
    notes: report.notes,
    timeline: findings ? timelineOf(findings) : null,
  };
}

function tilesOf({ asked }: Findings): Document["tiles"] {
  const first = percentilesOf(asked, firstTextMs).summary;
  const answered = asked.filter(({ end }) => end?.outcome === "completed" || end?.outcome === "truncated");
  return [
    { value: whole(asked.length), what: "questions asked" },
    { value: whole(answered.length), what: "answered" },
    { value: whole(longestLine(asked)), what: "in line at most" },
    { value: whole(asked.filter(isShed).length), what: "turned away" },
    ...(first ? [{ value: `${whole(first.p50)} ms`, what: `first words, p50 (p99 ${whole(first.p99)} ms)` }] : []),
  ];
}

/** Writes JSON and page; gives the path of the page. */
export async function writeDocument(document: Document, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const stamp = new Date(document.endedAt).toISOString().slice(0, 19).replaceAll(":", "-");
  const path = join(folder, `${document.scenario}-${stamp}`);
  await writeFile(`${path}.json`, JSON.stringify(document, null, 1));
  await writeFile(`${path}.html`, renderPage(document));
  return `${path}.html`;
}
