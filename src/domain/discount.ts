import type { CustomerClass } from "../contract/shapes.ts";
import { type Cart, type CartLine, tidyCart } from "./cart.ts";
import { sumOf } from "./cents.ts";
import { type Ceiling, ceilingOf } from "./discount-ceiling.ts";
import { type Entries, type Hint, hintsOf } from "./discount-hints.ts";
import { type Measure, measureOf } from "./discount-quotes.ts";
import { type Choice, findCheapest, type Left, type Phase, phases, take } from "./discount-search.ts";
import { excludeEachOther, isUsable, type Promotion, type Stage } from "./promotion.ts";

export interface DiscountOptions {
  readonly customerClass: CustomerClass;
  /** Now, in epoch milliseconds. */
  readonly at: number;
  /** Steps of the search after which the best combination so far is given; 50,000 unless said, a tenth of a second at most or so. */
  readonly maxExplored?: number | undefined;
  /** Steps after which whole sets of promotions are looked at; 4,000 unless said. The price is the same. */
  readonly patience?: number | undefined;
}

/** One line of the arithmetic. */
export interface DiscountStep {
  readonly promotion: Promotion;
  /** What the promotion was measured on: what its scope cost when its stage began, or the shipping fee. */
  readonly baseCents: number;
  readonly offCents: number;
  /** What is left to pay after it, with the shipping fee. */
  readonly leftCents: number;
}

export interface BestPrice {
  /** The goods at list prices, and the fee before promotions. */
  readonly goodsCents: number;
  readonly shippingCents: number;
  /** What remains to be paid: goods and fee minus the steps. */
  readonly totalCents: number;
  readonly savedCents: number;
  /** In the order of application. */
  readonly steps: readonly DiscountStep[];
  /** What a little more in the cart would bring, the nearest first. */
  readonly hints: readonly Hint[];
  /** False when there was too much to look through: a cheaper combination may exist. */
  readonly exact: boolean;
  /** How many steps the search took. */
  readonly explored: number;
}

const defaultLimits = { maxExplored: 50_000, patience: 4_000 } as const;

/**
 * The combination of promotions by which a cart costs least, with the arithmetic.
 *
 * A combination is legal when its promotions hold now and for this customer, no two are of one group, and one that
 * stands alone is the only one. It is applied in four stages, and within a stage in the order of the list:
 *
 * 1. `item`, on list prices. A bundle or a buy-and-get counts whole lines for itself: no two of them share a line, and no
 *    other price of a unit holds there. On every other line the best price of a unit holds, not several.
 * 2. `shop` and 3. `coupon`: all promotions of a stage are measured on what the stage before it left, not on each other.
 *    What one takes off is shared among the lines of its scope in proportion, to the cent. No line falls below zero:
 *    what would go beyond is lost.
 * 4. `shipping`: thresholds are measured on what the goods cost by then.
 *
 * A percentage is rounded half up to a cent, once for each unit (items) or once for the sum (shop and coupon).
 * Of combinations that cost the same, the one with fewest promotions counts, then the one whose first promotions come
 * earlier in the order of application.
 *
 * @throws {RangeError} when the cart holds anything but whole cents and units
 */
export function bestDiscount(cart: Cart, promotions: readonly Promotion[], options: DiscountOptions): BestPrice {
  const { lines, shippingCents } = tidyCart(cart);
  const list = [...lines.map(({ unitCents, quantity }) => unitCents * quantity), shippingCents];
  const usable = promotions.filter((promotion) => isUsable(promotion, options.customerClass, options.at));
  const candidates = candidatesOf(usable, lines, list);
  const { maxExplored = defaultLimits.maxExplored, patience = defaultLimits.patience } = options;
  const found = findCheapest(choicesOf(candidates), list, { maxExplored, patience });
  const { steps, entries } = apply(
    candidates.filter((_, at) => found.chosen.includes(at)),
    list,
  );
  const listCents = sumOf(list);
  return {
    goodsCents: listCents - shippingCents,
    shippingCents,
    totalCents: found.totalCents,
    savedCents: listCents - found.totalCents,
    steps,
    hints: hintsOf(usable, lines, entries, steps),
    exact: found.exact,
    explored: found.explored,
  };
}

interface Candidate {
  readonly promotion: Promotion;
  readonly phase: Phase;
  readonly measure: Measure;
  readonly ceiling: Ceiling;
}

/** What can take off anything at all, in the order of application. */
function candidatesOf(usable: readonly Promotion[], lines: readonly CartLine[], list: readonly number[]): Candidate[] {
  return usable
    .map((promotion) => ({
      promotion,
      phase: phaseOf(promotion),
      measure: measureOf(promotion.offer, lines),
      ceiling: ceilingOf(promotion.offer, lines, list),
    }))
    .filter(({ measure }) => measure(list).offCents > 0)
    .sort((one, other) => phases.indexOf(one.phase) - phases.indexOf(other.phase));
}

function phaseOf({ stage, offer }: Promotion): Phase {
  if (stage !== "item") return stage;
  return offer.kind === "bundle" || offer.kind === "buy-get" ? "claim" : "unit";
}

function choicesOf(candidates: readonly Candidate[]): Choice[] {
  return candidates.map((candidate) => ({
    phase: candidate.phase,
    measure: candidate.measure,
    ceiling: candidate.ceiling,
    excludes: candidates.flatMap((other, place) =>
      other !== candidate && excludeEachOther(candidate.promotion, other.promotion) ? [place] : [],
    ),
  }));
}

/** Applies what was chosen, each on what its stage began with. */
function apply(chosen: readonly Candidate[], list: readonly number[]) {
  let left: Left = { cents: list, entry: list, claimed: list.map(() => false) };
  const steps: DiscountStep[] = [];
  const stageOf = (stage: Stage): readonly number[] => {
    const entry = left.cents;
    const ofStage = chosen.filter(({ promotion }) => promotion.stage === stage);
    for (const { candidate, quote } of shareUnits(ofStage, entry)) {
      const taken = take(candidate.phase, quote, left);
      if (taken === null) continue;
      left = taken.left;
      const { promotion } = candidate;
      steps.push({ promotion, baseCents: quote.baseCents, offCents: taken.offCents, leftCents: sumOf(left.cents) });
    }
    return entry;
  };
  const entries: Entries = {
    item: stageOf("item"),
    shop: stageOf("shop"),
    coupon: stageOf("coupon"),
    shipping: stageOf("shipping"),
  };
  return { steps, entries };
}

/** The quotes of a stage. Where several prices of a unit meet on a line, only the best one, of equals the first, keeps it. */
function shareUnits(candidates: readonly Candidate[], entry: readonly number[]) {
  const quoted = candidates.map((candidate) => ({ candidate, quote: candidate.measure(entry) }));
  const claimed = new Set(
    quoted.filter(({ candidate }) => candidate.phase === "claim").flatMap(({ quote }) => quote.places),
  );
  const best = new Map<number, { readonly cut: number; readonly candidate: Candidate }>();
  for (const { candidate, quote } of quoted.filter(({ candidate }) => candidate.phase === "unit")) {
    for (const [at, place] of quote.places.entries()) {
      const cut = quote.cuts[at] ?? 0;
      if (cut > (best.get(place)?.cut ?? 0)) best.set(place, { cut, candidate });
    }
  }
  return quoted.map(({ candidate, quote }) => {
    if (candidate.phase !== "unit") return { candidate, quote };
    const kept = quote.places.map((place) => !claimed.has(place) && best.get(place)?.candidate === candidate);
    const places = quote.places.filter((_, at) => kept[at]);
    const cuts = quote.cuts.filter((_, at) => kept[at]);
    const baseCents = sumOf(places.map((place) => entry[place] ?? 0));
    return { candidate, quote: { places, cuts, baseCents, offCents: sumOf(cuts) } };
  });
}
