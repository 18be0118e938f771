import type { Tier } from "../contract/shapes.ts";
import { type FirstTextSettings, nextLimit } from "./first-text-limit.ts";
import { type Course, noVitals, type Sample, slotMs, sumOf, type Told, type Vitals } from "./health.ts";
import { learn } from "./usual.ts";

/** When the tier moves (A9). */
export interface TierSettings {
  /** Beyond the expected time to the first text: more is too slow, less is as it should be. */
  readonly slowMs: number;
  readonly quickMs: number;
  /** More failed attempts than this share are too many. */
  readonly failedShare: number;
  /** It has to go well for so long before the tier is raised. */
  readonly goodSeconds: number;
  readonly firstTexts: FirstTextSettings;
}

const order = ["degraded", "medium", "high"] as const satisfies readonly Tier[];
export function lowerOf(one: Tier, other: Tier): Tier {
  return order.indexOf(one) < order.indexOf(other) ? one : other;
}

const secondSlots = 1_000 / slotMs;
const minuteSlots = 60 * secondSlots;

/** Fewer attempts in the time that is looked at say nothing; and fewer late or failed ones may be chance. */
const fewestAttempts = 8;
const fewestFaults = 3;
/** The 90th percentile is beyond a bound when more than a tenth is. */
const tenth = 0.1;
/** The shortest of these spans in which enough was attempted is looked at, one after each slot. */
const spans = [secondSlots / 2, secondSlots, 2 * secondSlots, 5 * secondSlots] as const;
/**
 * Bad spans in a row, beyond the length of one, before the tier falls: with half seconds they hold two seconds of trouble,
 * counted from the start of the attempts that were late, and a hiccup of less than a second is not enough.
 */
const badSlots = 7;
const longestSpan = 5 * secondSlots;
/** Answers that were begun before a change say nothing of what it has brought, for so long. */
const settlingSlots = 2 * secondSlots;
/** Once a rise has gone well, a further one has to be waited for less long. */
const climbingShare = 0.25;
/** A tier that falls again so soon was raised too soon; one that has not fallen for so long is trusted again. */
const flappingSlots = 2 * minuteSlots;
const forgivenSlots = 5 * minuteSlots;
const mostCaution = 32;
/** After that long with hardly a question nothing speaks against the next tier. */
const quietSlots = minuteSlots;
/** Nothing older is taken in one by one: a service that was not judged for so long is as good as quiet. */
const longestGap = 2 * minuteSlots;

/** Takes in all slots that are over and not settled yet. The settled course itself when there is none. */
export function follow({ slot, course, seen }: Told, settings: TierSettings, starting: number): Course {
  let next = course ?? beginning(slot - 1, settings);
  if (next.slot > slot + secondSlots) next = rebased(next, slot - 1);
  for (let at = Math.max(next.slot + 1, slot - longestGap); at < slot; at++)
    next = after(next, at, seen.get(at), settings, starting);
  return next;
}

/** The clock has gone back: another machine's counts now. */
function rebased(course: Course, slot: number): Course {
  return { ...course, slot, changedAt: slot, raisedAt: null, loweredAt: null };
}

function beginning(slot: number, { firstTexts }: TierSettings): Course {
  return {
    slot,
    tier: "high",
    changedAt: slot,
    raisedAt: null,
    loweredAt: null,
    bad: 0,
    good: 0,
    quiet: 0,
    caution: 1,
    recent: [],
    starting: firstTexts.most,
    usual: {},
  };
}

/** The course after one more slot. */
function after(course: Course, slot: number, sample: Sample | undefined, settings: TierSettings, starting: number) {
  const recent = [...course.recent, sample?.vitals ?? noVitals].slice(-longestSpan);
  const second = sumOf(recent.slice(-secondSlots));
  const span = spans.find((slots) => allOf(sumOf(recent.slice(-slots))) >= fewestAttempts) ?? longestSpan;
  const seen = sumOf(recent.slice(-span));
  const usual = sample ? learn(course.usual, slot, sample.firstTexts) : course.usual;
  const noted = {
    ...counted(course, verdictOf(seen, sumOf(recent.slice(-Math.max(span, secondSlots))), settings), slot),
    slot,
    recent,
    usual,
  };
  const limited =
    slot % secondSlots === 0 ? { ...noted, starting: limitAfter(noted, second, settings, starting) } : noted;
  return moved(limited, { second, span }, settings);
}

function limitAfter({ starting: limit }: Course, second: Vitals, settings: TierSettings, starting: number): number {
  return nextLimit(limit, second, starting, settings.firstTexts, settings.failedShare);
}

function counted(course: Course, verdict: Verdict, slot: number): Course {
  const isSettling = slot - course.changedAt < settlingSlots;
  const { bad, good, quiet } = course;
  switch (verdict) {
    case "bad":
      return { ...course, bad: isSettling ? 0 : bad + 1, good: 0, quiet: 0 };
    case "good":
      return { ...course, bad: 0, good: good + 1, quiet: 0 };
    case "between":
      return { ...course, bad: 0, quiet: 0 };
    case "unknown":
      return { ...course, quiet: quiet + 1 };
    case "troubled":
      // One late answer among the few does not undo a quiet minute.
      return { ...course, quiet: Math.max(0, quiet - 1) };
    default:
      return verdict satisfies never;
  }
}

type Verdict = "bad" | "between" | "good" | "unknown" | "troubled";

/** `seen` is the shortest span that says something, `longer` a second at least. */
function verdictOf(seen: Vitals, longer: Vitals, { failedShare }: TierSettings): Verdict {
  const { late, quick, failed, stuck } = longer;
  if (allOf(seen) < fewestAttempts) return late + failed + stuck > 0 ? "troubled" : "unknown";
  if (isBad(seen, failedShare)) return "bad";
  return quick >= (1 - tenth) * allOf(longer) && !isBad(longer, failedShare) ? "good" : "between";
}

function isBad(vitals: Vitals, failedShare: number): boolean {
  const all = allOf(vitals);
  const { late, failed } = vitals;
  const isLate = late >= fewestFaults && late > tenth * all;
  return isLate || (failed >= fewestFaults && failed > failedShare * all);
}

/** An attempt that was late has been counted before it fails. */
const allOf = ({ attempts, failed, stuck }: Vitals) => Math.max(attempts, failed, stuck);

function moved(course: Course, { second, span }: { second: Vitals; span: number }, settings: TierSettings): Course {
  const { tier, bad, good, quiet, caution } = course;
  if (hasCollapsed(second)) return tier === "degraded" ? course : lowered(course, "degraded");
  if (bad >= span + badSlots) return lowered(course, order[Math.max(0, order.indexOf(tier) - 1)] ?? tier);
  const share = isClimbing(course) ? climbingShare : 1;
  const isProven = good >= share * caution * settings.goodSeconds * secondSlots;
  const above = order[order.indexOf(tier) + 1];
  return above !== undefined && (isProven || quiet >= caution * quietSlots) ? raised(course, above) : course;
}

/** More than half of a second's attempts failed, or are without a text for very long. */
function hasCollapsed({ attempts, failed, stuck }: Vitals): boolean {
  const lost = failed + stuck;
  return lost >= fewestAttempts && lost > Math.max(attempts, lost) / 2;
}

/** The latest change was a rise. */
function isClimbing({ raisedAt, loweredAt }: Course): boolean {
  return raisedAt !== null && (loweredAt === null || raisedAt > loweredAt);
}

function lowered(course: Course, tier: Tier): Course {
  const { slot, raisedAt, loweredAt, caution } = course;
  if (tier === course.tier) return { ...course, bad: 0 };
  const isFlapping = raisedAt !== null && isClimbing(course) && slot - raisedAt < flappingSlots;
  const isForgiven = loweredAt === null || slot - loweredAt > forgivenSlots;
  const next = isFlapping ? Math.min(mostCaution, 2 * caution) : isForgiven ? 1 : caution;
  return { ...course, tier, caution: next, changedAt: slot, loweredAt: slot, bad: 0, good: 0, quiet: 0 };
}

function raised(course: Course, tier: Tier): Course {
  const { slot } = course;
  return { ...course, tier, changedAt: slot, raisedAt: slot, bad: 0, good: 0, quiet: 0 };
}
