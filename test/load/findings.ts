import type { Tier } from "../../src/contract/shapes.ts";
import { Percentiles } from "./percentiles.ts";
import type { Plan } from "./scenarios.ts";
import type { Sample } from "./stage/samples.ts";
import type { Asked } from "./visitors/asked.ts";
import type { Tally } from "./visitors/tally.ts";

/** All that a run has seen; times are those of `nowMs`. */
export interface Findings {
  readonly plan: Plan;
  /** This run has started the service, so it knows its settings and everybody who asks. */
  readonly isOwn: boolean;
  /** When all sockets were open and nobody had asked. */
  readonly openedAt: number;
  /** When the first question of the plan was due, and when the last had its outcome. */
  readonly from: number;
  readonly to: number;
  /** Questions of the plan. */
  readonly asked: readonly Asked[];
  /** Those before, which made everything warm. */
  readonly before: readonly Asked[];
  readonly tally: Tally;
  /** As each node told it. */
  readonly tiers: readonly { readonly at: number; readonly node: string; readonly tier: Tier }[];
  readonly connectMs: readonly number[];
  readonly backMs: readonly number[];
  readonly lateMs: readonly number[];
  readonly deafMs: number;
  /** What was wrong, of each kind the first few. */
  readonly remarks: readonly { readonly kind: string; readonly what: string }[];
  readonly nodeFaults: readonly string[];
  readonly incidents: readonly { readonly at: number; readonly what: string }[];
  readonly samples: readonly Sample[];
  readonly wasInterrupted: boolean;
}

/** From the question, or where it stood in line from the end of that, to the first words; null without any. */
export function firstTextMs({ firstTextAt, startedAt, askedAt, told }: Asked): number | null {
  const from = told.length > 0 ? startedAt : askedAt;
  return firstTextAt === null || from === null ? null : Math.max(0, firstTextAt - from);
}

/** From the question to the start of its answer, for one that stood in line; else null. */
export function waitMs({ startedAt, askedAt, told }: Asked): number | null {
  return told.length === 0 || startedAt === null || askedAt === null ? null : startedAt - askedAt;
}

export function acknowledgedMs({ acknowledgedAt, askedAt }: Asked): number | null {
  return acknowledgedAt === null || askedAt === null ? null : acknowledgedAt - askedAt;
}

export function percentilesOf(asked: readonly Asked[], measure: (asked: Asked) => number | null): Percentiles {
  return new Percentiles(asked.map(measure).filter((ms) => ms !== null));
}

/** What programs that are no part of the run took of this machine meanwhile, of one core; null where that is not told. */
export function othersShare({ samples, from, to }: Pick<Findings, "samples" | "from" | "to">): number | null {
  const shares = samples
    .filter(({ at, machineShare }) => at >= from && at <= to && machineShare !== null)
    .map(({ machineShare, processes }) =>
      Object.values(processes).reduce((left, { cpuShare }) => left - cpuShare, machineShare ?? 0),
    );
  return shares.length === 0 ? null : Math.max(0, shares.reduce((sum, share) => sum + share, 0) / shares.length);
}

export function isShed({ refusal, end }: Asked): boolean {
  return refusal?.code === "shed" || end?.outcome === "shed";
}

/** The tier over time: the lowest that any node tells. */
export function tierCourse({ tiers }: Pick<Findings, "tiers">): { readonly at: number; readonly tier: Tier }[] {
  const now = new Map<string, Tier>();
  const course: { at: number; tier: Tier }[] = [];
  for (const { at, node, tier } of tiers.toSorted((a, b) => a.at - b.at)) {
    now.set(node, tier);
    const lowest = fromLowest.find((one) => [...now.values()].includes(one)) ?? tier;
    if (lowest !== course.at(-1)?.tier) course.push({ at, tier: lowest });
  }
  return course;
}

const fromLowest: readonly Tier[] = ["degraded", "medium", "high"];
