import type { StartRate } from "../../src/domain/line.ts";
import { acknowledgedMs, type Findings, isShed, tierCourse } from "./findings.ts";
import { checkFront } from "./places.ts";
import { most, type Report, spread, whole } from "./report.ts";
import { rescueMs, type Seen, togetherMs } from "./run.ts";
import { checkPauses, checkStarts } from "./starts.ts";
import { firstRise, risesOf } from "./story.ts";
import { worstOvertakingMs } from "./truth.ts";
import { textFaults } from "./visitors/text-check.ts";

/** Everything that is asked of what a run has found, in the order of a report. */
export function judge(report: Report, findings: Findings): void {
  checkGenerator(report, findings);
  checkOutcomes(report, findings);
  checkTexts(report, findings);
  checkPlaces(report, findings);
  if (findings.isOwn) checkLine(report, findings);
  checkExpected(report, findings);
  if (findings.isOwn) report.checkNone("no node logs a fault", findings.nodeFaults.length);
}

/** A question asked later than this was asked at another time than the plan says. */
const mostLateMs = 500;

function checkGenerator(report: Report, { lateMs, deafMs, tally, plan, wasInterrupted }: Findings): void {
  const own = { isOwn: true };
  const heard = `a fact heard at most ${whole(deafMs)} ms late`;
  const kept = most(lateMs) < mostLateMs;
  report.check("this generator kept to its schedule", kept, `asked late ${spread(lateMs)}; ${heard}`, own);
  const free = `${whole(tally.skipped)} questions had nobody free to ask them (${whole(plan.sockets)} sockets)`;
  report.check("this generator had customers enough", tally.skipped === 0, free, own);
  if (wasInterrupted) report.check("this run was played to its end", false, "interrupted", own);
}

function checkOutcomes(report: Report, { asked, before }: Findings): void {
  const all = [...before, ...asked];
  const lost = all.filter(({ end, refusal }) => end === null && refusal === null).length;
  report.check("every question has an outcome", lost === 0, `${whole(all.length)} asked, ${whole(lost)} without one`);
  const outcomes = all.filter(({ end }) => end !== null);
  const broken = outcomes.filter(({ end }) => end?.outcome === "failed" || end?.outcome === "stopped").length;
  report.check(
    "answers that began were completed",
    broken === 0,
    `${whole(broken)} of ${whole(outcomes.length)} failed`,
  );
  const shed = all.filter(isShed);
  const untold = shed.filter(({ refusal, end }) => !refusal?.retryAfterMs && end === null).length;
  report.check(
    "A3: whoever is shed is told when to come back",
    untold === 0,
    `${whole(untold)} of ${whole(shed.length)} were not`,
  );
  report.checkNone(
    "no question is refused but for the line",
    all.filter(({ refusal }) => refusal !== null && refusal.code !== "shed").length,
  );
}

const textSentences = {
  lost: "S3: no text is lost",
  doubled: "S3: no text is told twice",
  late: "S5: no text comes after its answer's end",
  held: "S1: no text is held back until its answer's end",
  wrong: "S11: no text is another than was said",
} as const;

function checkTexts(report: Report, { tally, asked }: Findings): void {
  const read = asked.filter(({ firstTextAt }) => firstTextAt !== null).length;
  for (const fault of textFaults)
    report.check(
      textSentences[fault],
      tally.texts[fault] === 0,
      `${whole(tally.texts[fault])} in ${whole(read)} answers`,
    );
  report.checkNone("every fact is as the contract has it", tally.strange);
}

function checkPlaces(report: Report, findings: Findings): void {
  const { asked, isOwn } = findings;
  const waited = asked.filter(({ told }) => told.length > 0);
  const rises = waited.reduce((sum, story) => sum + risesOf(story), 0);
  const told = waited.reduce((sum, story) => sum + story.told.length, 0);
  const first = rises === 0 ? "" : `; the first: ${firstRise(waited)}`;
  report.check("A6: no place ever rises", rises === 0, `${whole(rises)} of ${whole(told)} places told did${first}`);
  const isClear = clearOf(findings);
  const firstMs = waited
    .filter(({ askedAt }) => isClear(askedAt ?? 0) && isClear((askedAt ?? 0) + 1_000))
    .map(({ told: [first], askedAt }) => (first?.at ?? 0) - (askedAt ?? 0));
  if (waited.length > 0 || isOwn)
    report.check(
      "A6: a place is told within 1 s",
      most(firstMs) <= 1_000,
      `${whole(waited.length)}: ${spread(firstMs)}`,
    );
}

/** What can be reckoned only where the settings and everybody who asks are known. */
function checkLine(report: Report, findings: Findings): void {
  const { asked, plan, deafMs } = findings;
  const isClear = clearOf(findings);
  const clear = asked.filter(({ askedAt }) => isClear(askedAt ?? 0) && isClear((askedAt ?? 0) + 1_000));
  const slackMs = Math.max(deafMs, most(clear.map((each) => acknowledgedMs(each) ?? 0)));
  const seen: Seen = { stories: asked, rate: plan.admission.tiers.high, slackMs, isClear };
  checkStarts(report, seen);
  if (!asked.some(({ told }) => told.length > 0)) return;
  checkPauses(report, { ...seen, rate: lowestRate(findings) });
  // An acknowledgement is two steps of a node; an answer that another node's round has granted is three: the round that
  // hears of it, the start, and the telling.
  const grantSlackMs = 1.5 * slackMs;
  checkFront(report, { ...seen, slackMs: grantSlackMs });
  const worst = worstOvertakingMs(
    asked,
    ({ askedAt, startedAt, cutAt }) => isClear(askedAt ?? 0) && isClear(startedAt ?? 0) && cutAt.length === 0,
  );
  const limitMs = togetherMs + grantSlackMs;
  report.check(
    "A2: each class begins in order",
    worst <= limitMs,
    `overtaken by ${whole(worst)} ms at most (limit ${whole(limitMs)} ms)`,
  );
}

/** Of the lowest tier that was seen. */
function lowestRate(findings: Findings): StartRate {
  const { tiers } = findings.plan.admission;
  const seen = new Set(tierCourse(findings).map(({ tier }) => tier));
  if (seen.has("degraded")) return tiers.degraded;
  return seen.has("medium") ? tiers.medium : tiers.high;
}

/** A moment at which no node was missing. */
export function clearOf({ incidents, plan }: Findings): (at: number) => boolean {
  if (!plan.expects.includes("comes-back")) return () => true;
  return (at) => incidents.every((incident) => at < incident.at || at > incident.at + rescueMs);
}

const backWithinMs = 5_000;
const fallsWithinMs = 5_000;

function checkExpected(report: Report, findings: Findings): void {
  const { plan, tally, connectMs, backMs, incidents } = findings;
  const open = `${whole(tally.open)} of ${whole(plan.sockets)} open at the end`;
  const all = connectMs.length === plan.sockets && tally.open === plan.sockets;
  report.check("every socket was opened and is open", all, `${open}; opened in ${spread(connectMs)}`);
  if (plan.expects.includes("holds-sockets")) report.checkNone("the service cuts no connection", tally.cut);
  if (plan.expects.includes("comes-back")) {
    const back = backMs.length > 0 && most(backMs) <= backWithinMs;
    report.check(
      "N2: the dead node's customers are back within 5 s",
      back,
      `${whole(backMs.length)}: ${spread(backMs)}`,
    );
  }
  if (plan.expects.includes("tier-moves")) checkTier(report, findings, incidents);
}

function checkTier(report: Report, findings: Findings, [slow, well]: Findings["incidents"]): void {
  const course = tierCourse(findings);
  const fell = course.find(({ at, tier }) => tier !== "high" && at > (slow?.at ?? 0));
  const fellMs = fell && slow ? fell.at - slow.at : Number.POSITIVE_INFINITY;
  report.check(
    "A9: the tier falls within 5 s",
    fellMs <= fallsWithinMs,
    fell ? `after ${whole(fellMs)} ms, to ${fell.tier}` : "it did not",
  );
  const last = course.at(-1);
  const rose = last?.tier === "high" && last.at > (well?.at ?? 0);
  const figures = rose
    ? `${((last.at - (well?.at ?? 0)) / 1_000).toFixed(1)} s after the relay was well`
    : `it is ${last?.tier}`;
  report.check("A9: the tier is high again", rose, figures);
}
