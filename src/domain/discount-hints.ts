import { type CartLine, isWithin } from "./cart.ts";
import { percentOf, sumOf } from "./cents.ts";
import type { DiscountStep } from "./discount.ts";
import { type AmountOff, excludeEachOther, type PercentOff, type Promotion, type ShippingOff } from "./promotion.ts";

/** A promotion that is nearly reached. */
export interface Hint {
  readonly promotion: Promotion;
  /** What is missing within its scope, in cents and in units; one of them may be 0. */
  readonly missingCents: number;
  readonly missingUnits: number;
  /** What it would take off at its threshold, less what it would take the place of. */
  readonly gainCents: number;
}

/** What each stage was measured on when the cheapest combination was applied: what was left of each line, the fee last. */
export type Entries = Readonly<Record<Promotion["stage"], readonly number[]>>;

const maxHints = 3;

/** What a little more would bring: at most as much again as is in the scope already, the nearest first. */
export function hintsOf(
  usable: readonly Promotion[],
  lines: readonly CartLine[],
  entries: Entries,
  steps: readonly DiscountStep[],
): Hint[] {
  return usable
    .flatMap((promotion) => hintOf(promotion, lines, entries, steps) ?? [])
    .sort((one, other) => one.missingCents - other.missingCents || one.missingUnits - other.missingUnits)
    .slice(0, maxHints);
}

function hintOf(
  promotion: Promotion,
  lines: readonly CartLine[],
  entries: Entries,
  steps: readonly DiscountStep[],
): Hint | null {
  if (promotion.stage === "item") return null;
  const { offer, stage } = promotion;
  const used = steps.some((step) => step.promotion === promotion);
  const places = lines.flatMap((line, place) => (isWithin(line, offer.scope) ? [place] : []));
  const cents = sumOf(places.map((place) => entries[stage][place] ?? 0));
  const units = sumOf(places.map((place) => lines[place]?.quantity ?? 0));
  const nextCents = nextOf(offer, cents, used);
  if (nextCents === null) return null;
  const missingCents = Math.max(0, nextCents - cents);
  const missingUnits = Math.max(0, (offer.fromUnits ?? 0) - units);
  if (missingCents + missingUnits === 0 || missingCents > cents || missingUnits > units) return null;
  const replacedCents = used ? 0 : sumOf(replacedBy(promotion, steps).map(({ offCents }) => offCents));
  const gainCents = offAt(offer, nextCents, entries.shipping.at(-1) ?? 0) - replacedCents;
  return gainCents > 0 ? { promotion, missingCents, missingUnits, gainCents } : null;
}

/** The amount from which it takes off more than now; null when there is none. */
function nextOf(offer: AmountOff | PercentOff | ShippingOff, cents: number, used: boolean): number | null {
  if (!used) return Math.max(offer.fromCents, cents);
  if (offer.kind !== "amount-off" || offer.each !== true || offer.fromCents === 0) return null;
  const times = Math.floor(cents / offer.fromCents);
  return times < (offer.timesPerOrder ?? Infinity) ? (times + 1) * offer.fromCents : null;
}

function replacedBy(promotion: Promotion, steps: readonly DiscountStep[]): DiscountStep[] {
  return steps.filter((step) => excludeEachOther(step.promotion, promotion));
}

function offAt(offer: AmountOff | PercentOff | ShippingOff, cents: number, feeCents: number): number {
  switch (offer.kind) {
    case "amount-off":
      return offer.offCents;
    case "percent-off":
      return Math.min(percentOf(cents, offer.percent), offer.capCents ?? Infinity);
    case "shipping-off":
      return Math.min(offer.offCents ?? feeCents, feeCents);
    default:
      return offer satisfies never;
  }
}
