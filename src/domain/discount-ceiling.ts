import type { CartLine } from "./cart.ts";
import { sumOf } from "./cents.ts";
import { amountOff, measureOf, percentOff, placesOf } from "./discount-quotes.ts";
import type { AmountOff, Offer } from "./promotion.ts";

/** The most that an offer takes off, by what its scope costs. It never grows while less is left. */
export interface Ceiling {
  /** Places of its scope; none where it is measured on list prices. */
  readonly places: readonly number[];
  readonly offAt: (cents: number) => number;
  /** What the scope has to cost for it to take off more at once, ascending. */
  readonly steps: readonly number[];
  /** How much of each cent more it takes off between two steps, in percent. */
  readonly percent: number;
  /** Whether it takes off just as much, of what its scope costs when its phase begins. */
  readonly isExact: boolean;
}

/** More steps than that are not worth a look each. */
const maxSteps = 32;

export function ceilingOf(offer: Offer, lines: readonly CartLine[], list: readonly number[]): Ceiling {
  switch (offer.kind) {
    case "unit-price":
    case "unit-percent":
    case "buy-get":
    case "bundle":
      return upTo(measureOf(offer, lines)(list).offCents, [], 0);
    case "amount-off":
      return amountCeiling(offer, placesOf(lines, offer.scope), list);
    case "percent-off": {
      const ceiling = inSteps(placesOf(lines, offer.scope), [offer.fromCents], (cents) => percentOff(offer, cents));
      return { ...ceiling, percent: offer.percent };
    }
    case "shipping-off":
      return upTo(measureOf(offer, lines)(list).offCents, placesOf(lines, offer.scope), offer.fromCents);
    default:
      return offer satisfies never;
  }
}

function upTo(offCents: number, places: readonly number[], fromCents: number): Ceiling {
  return { ...inSteps(places, [fromCents], () => offCents), isExact: false };
}

function inSteps(places: readonly number[], steps: readonly number[], offOf: (cents: number) => number): Ceiling {
  const fromCents = steps[0] ?? 0;
  return { places, steps, percent: 0, isExact: true, offAt: (cents) => (cents < fromCents ? 0 : offOf(cents)) };
}

function amountCeiling(offer: AmountOff, places: readonly number[], list: readonly number[]): Ceiling {
  const { fromCents, each, timesPerOrder = Infinity } = offer;
  const listCents = sumOf(places.map((place) => list[place] ?? 0));
  const times = each === true && fromCents > 0 ? Math.min(Math.floor(listCents / fromCents), timesPerOrder) : 1;
  if (times > maxSteps) return upTo(amountOff(offer, listCents), places, fromCents);
  const steps = Array.from({ length: times }, (_, at) => fromCents * (at + 1));
  return inSteps(places, steps, (cents) => amountOff(offer, cents));
}
