import { availableParallelism } from "node:os";
import { type Findings, isShed, othersShare } from "./findings.ts";
import { type Report, whole } from "./report.ts";
import { longestLine } from "./story.ts";

export interface Verdict {
  readonly kind: "holds" | "faults" | "open";
  /** One line for whoever reads nothing else. */
  readonly headline: string;
  /** What happened, in a few sentences. */
  readonly story: string;
}

/** What a run has proven: while the generator itself was at fault nothing is. */
export function verdictOf(report: Report, story = "", excuse: string | null = null): Verdict {
  const failed = report.checks.filter(({ holds }) => !holds);
  const own = failed.filter(({ isOwn }) => isOwn);
  const [all, bad] = [report.checks.length, failed.length];
  if (bad === 0) return { kind: "holds", headline: `It held: all ${all} checks pass.`, story };
  if (own.length > 0) {
    const why = own.map(({ what }) => `“${what}” does not hold`).join(" and ");
    return { kind: "open", headline: `Nothing is proven: ${why}.`, story };
  }
  if (excuse !== null)
    return { kind: "open", headline: `${bad} of ${all} checks fail, but ${excuse}: nothing is proven.`, story };
  const names = failed.slice(0, 3).map(({ what }) => `“${what}”`);
  const more = bad > 3 ? ` and ${bad - 3} more` : "";
  return { kind: "faults", headline: `${bad} of ${all} checks fail: ${names.join(", ")}${more}.`, story };
}

/** From this part of a machine on, other programs are worth a word; and from this one on, they may be to blame. */
const [worthAWord, toBlame] = [0.15, 0.3];

/** Why a failed check may be no fault of the service, or null. */
export function excuseOf(findings: Findings): string | null {
  const others = (othersShare(findings) ?? 0) / availableParallelism();
  return findings.isOwn && others > toBlame
    ? `other programs took ${Math.round(100 * others)} % of this machine`
    : null;
}

export function storyOf(findings: Findings): string {
  const { asked, plan, isOwn, wasInterrupted } = findings;
  const others = (othersShare(findings) ?? 0) / availableParallelism();
  const count = (test: (one: (typeof asked)[number]) => boolean) => asked.filter(test).length;
  const answered = count(({ end }) => end?.outcome === "completed" || end?.outcome === "truncated");
  const waited = count(({ told }) => told.length > 0);
  const shed = count(isShed);
  const open = count(({ end, refusal }) => end === null && refusal === null);
  return [
    `${whole(plan.sockets)} customers asked ${whole(asked.length)} questions: ${whole(answered)} were answered`,
    waited > 0 ? `, ${whole(waited)} of all stood in line before, ${whole(longestLine(asked))} at the same time` : "",
    shed > 0 ? `, ${whole(shed)} were turned away with a time to come back` : ", nobody was turned away",
    open > 0 ? `, and of ${whole(open)} nobody knows what became.` : ".",
    wasInterrupted ? " The run was ended before its time." : "",
    isOwn && others > worthAWord
      ? ` Other programs took ${Math.round(100 * others)} % of this machine meanwhile, so times are longer than the service's own.`
      : "",
  ].join("");
}
