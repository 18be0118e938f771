import { type CartLine, isWithin } from "./cart.ts";
import { percentOf, sharesOf, sumOf } from "./cents.ts";
import type { AmountOff, Bundle, BuyGet, Offer, PercentOff, Scope, ShippingOff, UnitPercent } from "./promotion.ts";

/** What an offer takes off when it is measured on certain amounts. */
export interface Quote {
  /** What it was measured on. */
  readonly baseCents: number;
  readonly offCents: number;
  /** Places in the cart it counts, and beside each how much of `offCents` falls on it; the fee's place is behind the last line. */
  readonly places: readonly number[];
  readonly cuts: readonly number[];
}

/** Measures an offer on what is left of each line, the shipping fee last. Only sums and fees look at what is left. */
export type Measure = (left: readonly number[]) => Quote;

export const noQuote: Quote = { baseCents: 0, offCents: 0, places: [], cuts: [] };

/** How an offer is measured in this cart. */
export function measureOf(offer: Offer, lines: readonly CartLine[]): Measure {
  switch (offer.kind) {
    case "unit-price":
      return unitQuote(lines, ({ sku, unitCents }) => unitCents - (offer.prices[sku] ?? unitCents));
    case "unit-percent":
      return unitQuote(lines, (line) => unitPercent(line, offer));
    case "buy-get":
      return fixed(offer.across === "sku" ? eachSku(offer, lines) : acrossScope(offer, lines));
    case "bundle":
      return fixed(bundle(offer, lines));
    case "amount-off":
      return onSum(offer, lines, (base) => amountOff(offer, base));
    case "percent-off":
      return onSum(offer, lines, (base) => percentOff(offer, base));
    case "shipping-off":
      return onFee(offer, lines);
    default:
      return offer satisfies never;
  }
}

const fixed = (quote: Quote): Measure => {
  return () => quote;
};

/** Places of the lines that a scope looks at. */
export function placesOf(lines: readonly CartLine[], scope: Scope): number[] {
  return lines.flatMap((line, place) => (isWithin(line, scope) ? [place] : []));
}

function linesAt(lines: readonly CartLine[], places: readonly number[]): CartLine[] {
  return places.flatMap((place) => lines[place] ?? []);
}

const worthOf = (lines: readonly CartLine[]) => sumOf(lines.map(({ unitCents, quantity }) => unitCents * quantity));

function quoteOf(lines: readonly CartLine[], places: readonly number[], cuts: readonly number[]): Quote {
  return { baseCents: worthOf(linesAt(lines, places)), offCents: sumOf(cuts), places, cuts };
}

function unitQuote(lines: readonly CartLine[], cutOf: (line: CartLine) => number): Measure {
  const cuts = lines.map((line) => Math.max(0, cutOf(line)) * line.quantity);
  const places = cuts.flatMap((cut, place) => (cut > 0 ? [place] : []));
  return fixed(
    quoteOf(
      lines,
      places,
      cuts.filter((cut) => cut > 0),
    ),
  );
}

function unitPercent(line: CartLine, { scope, percent }: UnitPercent): number {
  return isWithin(line, scope) ? percentOf(line.unitCents, percent) : 0;
}

function eachSku({ scope, buy, get, percent, timesPerOrder = Infinity }: BuyGet, lines: readonly CartLine[]): Quote {
  const places = placesOf(lines, scope).filter((place) => (lines[place]?.quantity ?? 0) >= buy + get);
  const cuts = linesAt(lines, places).map(({ unitCents, quantity }) => {
    const times = Math.min(Math.floor(quantity / (buy + get)), timesPerOrder);
    return times * get * percentOf(unitCents, percent);
  });
  return quoteOf(lines, places, cuts);
}

function acrossScope(offer: BuyGet, lines: readonly CartLine[]): Quote {
  const { scope, buy, get, percent, timesPerOrder = Infinity } = offer;
  const places = placesOf(lines, scope);
  const counted = linesAt(lines, places);
  const units = sumOf(counted.map(({ quantity }) => quantity));
  let cheaper = Math.min(Math.floor(units / (buy + get)), timesPerOrder) * get;
  if (cheaper === 0) return noQuote;
  const cuts = new Map<CartLine, number>();
  for (const line of counted.toSorted((one, other) => one.unitCents - other.unitCents)) {
    const quantity = Math.min(line.quantity, cheaper);
    cheaper -= quantity;
    cuts.set(line, quantity * percentOf(line.unitCents, percent));
  }
  return quoteOf(
    lines,
    places,
    counted.map((line) => cuts.get(line) ?? 0),
  );
}

function bundle({ parts, priceCents, timesPerOrder = Infinity }: Bundle, lines: readonly CartLine[]): Quote {
  const places = parts.map(({ sku }) => lines.findIndex((line) => line.sku === sku));
  if (places.length === 0 || places.includes(-1)) return noQuote;
  const counted = linesAt(lines, places);
  const sets = counted.map(({ quantity }, at) => Math.floor(quantity / (parts[at]?.quantity ?? Infinity)));
  const times = Math.min(...sets, timesPerOrder);
  const worths = counted.map(({ unitCents }, at) => times * unitCents * (parts[at]?.quantity ?? 0));
  const offCents = sumOf(worths) - times * priceCents;
  return offCents > 0 ? { baseCents: sumOf(worths), offCents, places, cuts: sharesOf(offCents, worths) } : noQuote;
}

/** Tells what is left within the scope; null while that is below the threshold, or nothing of the scope is in the cart. */
function baseOf({ scope, fromCents, fromUnits = 1 }: AmountOff | PercentOff | ShippingOff, lines: readonly CartLine[]) {
  const places = placesOf(lines, scope);
  const units = sumOf(linesAt(lines, places).map(({ quantity }) => quantity));
  const cents = (left: readonly number[]): number | null => {
    let sum = 0;
    for (const place of places) sum += left[place] ?? 0;
    return units >= Math.max(1, fromUnits) && sum >= fromCents ? sum : null;
  };
  return { places, cents };
}

function onSum(offer: AmountOff | PercentOff, lines: readonly CartLine[], offOf: (cents: number) => number): Measure {
  const { places, cents } = baseOf(offer, lines);
  return (left) => {
    const baseCents = cents(left) ?? 0;
    const offCents = Math.min(baseCents, offOf(baseCents));
    if (offCents <= 0) return noQuote;
    const weights = places.map((place) => left[place] ?? 0);
    return { baseCents, offCents, places, cuts: sharesOf(offCents, weights) };
  };
}

/** What is taken off a sum that has reached the threshold. */
export function amountOff({ each, fromCents, offCents, timesPerOrder = Infinity }: AmountOff, cents: number): number {
  const times = each === true && fromCents > 0 ? Math.floor(cents / fromCents) : 1;
  return Math.min(times, timesPerOrder) * offCents;
}

export function percentOff({ percent, capCents = Infinity }: PercentOff, cents: number): number {
  return Math.min(percentOf(cents, percent), capCents);
}

function onFee(offer: ShippingOff, lines: readonly CartLine[]): Measure {
  const { cents } = baseOf(offer, lines);
  const fee = lines.length;
  return (left) => {
    const feeCents = left[fee] ?? 0;
    const offCents = Math.min(feeCents, offer.offCents ?? feeCents);
    if (offCents === 0 || cents(left) === null) return noQuote;
    return { baseCents: feeCents, offCents, places: [fee], cuts: [offCents] };
  };
}
