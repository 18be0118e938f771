import type { Cart, CartLine } from "../../src/domain/cart.ts";
import type {
  AmountOff,
  Bundle,
  BuyGet,
  PercentOff,
  Promotion,
  Scope,
  ShippingOff,
} from "../../src/domain/promotion.ts";

/**
 * The definition of the best price, written to be read and not to be quick: every set of promotions is tried, every
 * unit of the cart is a thing of its own, and money is a bigint.
 */
export interface Cheapest {
  readonly totalCents: number;
  readonly ids: readonly string[];
}

interface Unit {
  readonly line: number;
  readonly sku: string;
  readonly categories: readonly string[];
  readonly price: bigint;
}

type ByLine = ReadonlyMap<number, bigint>;

const stages = ["item", "shop", "coupon", "shipping"];

export function cheapest(cart: Cart, promotions: readonly Promotion[]): Cheapest {
  const ordered = promotions
    .map((promotion, at) => ({ promotion, at }))
    .sort((a, b) => rank(a.promotion) - rank(b.promotion) || a.at - b.at)
    .map(({ promotion }) => promotion);
  const sets = setsOf(ordered);
  let best: { total: bigint; set: readonly Promotion[] } | undefined;
  for (const set of sets) {
    const total = priceOf(cart, set);
    if (total === null) continue;
    const better =
      best === undefined || total < best.total || (total === best.total && isBefore(set, best.set, ordered));
    if (better) best = { total, set };
  }
  return { totalCents: Number(best?.total), ids: best?.set.map(({ id }) => id) ?? [] };
}

function rank({ stage, offer }: Promotion): number {
  return stages.indexOf(stage) * 2 + (offer.kind === "unit-price" || offer.kind === "unit-percent" ? 1 : 0);
}

function setsOf(promotions: readonly Promotion[]): Promotion[][] {
  return promotions.reduce<Promotion[][]>((sets, one) => sets.flatMap((set) => [set, [...set, one]]), [[]]);
}

function isBefore(set: readonly Promotion[], other: readonly Promotion[], ordered: readonly Promotion[]): boolean {
  if (set.length !== other.length) return set.length < other.length;
  const at = set.findIndex((promotion, place) => promotion !== other[place]);
  if (at === -1) return false;
  const [mine, theirs] = [set[at], other[at]].map((promotion) =>
    promotion === undefined ? -1 : ordered.indexOf(promotion),
  );
  return (mine ?? 0) < (theirs ?? 0);
}

/** What the cart costs with exactly these promotions; null when they may not be used together or one does nothing. */
export function priceOf(cart: Cart, set: readonly Promotion[]): bigint | null {
  if (set.length > 1 && set.some(({ alone }) => alone)) return null;
  const groups = set.flatMap(({ groups = [] }) => [...new Set(groups)]);
  if (new Set(groups).size !== groups.length) return null;
  const goods = priceOfItems(cart, set);
  if (goods === null) return null;
  const afterShop = stageOfSums(cart, goods, set, "shop");
  const afterCoupons = afterShop && stageOfSums(cart, afterShop, set, "coupon");
  return afterCoupons && withShipping(cart, afterCoupons, set);
}

function unitsOf(lines: readonly CartLine[]): Unit[] {
  return lines.flatMap(({ sku, unitCents, quantity, categories = [] }, line) =>
    Array.from({ length: quantity }, () => ({ line, sku, categories, price: BigInt(unitCents) })),
  );
}

function concerns(
  scope: Scope,
  { sku, categories }: { readonly sku: string; readonly categories?: readonly string[] | undefined },
) {
  if (scope.kind === "all") return true;
  if (scope.kind === "skus") return scope.skus.includes(sku);
  return scope.categories.some((category) => categories?.includes(category));
}

/** In hundredths of a cent, half is up. */
const rounded = (price: bigint, percent: number) => (price * BigInt(percent) + 50n) / 100n;
const total = (numbers: Iterable<bigint>) => [...numbers].reduce((sum, number) => sum + number, 0n);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

function priceOfItems({ lines }: Cart, set: readonly Promotion[]): ByLine | null {
  const claims = claimsOf(lines, set);
  if (claims === null) return null;
  return new Map(
    lines.map((line, at) => {
      const list = BigInt(line.unitCents) * BigInt(line.quantity);
      return [at, list - (claims.get(at) ?? bestUnitOff(line, set) * BigInt(line.quantity))];
    }),
  );
}

function claimsOf(lines: readonly CartLine[], set: readonly Promotion[]): ByLine | null {
  const off = new Map<number, bigint>();
  for (const { offer } of set) {
    if (offer.kind !== "bundle" && offer.kind !== "buy-get") continue;
    const claim = offer.kind === "bundle" ? bundleOff(offer, unitsOf(lines)) : buyGetOff(offer, unitsOf(lines));
    const collides = [...claim.keys()].some((line) => off.has(line));
    if (collides || total(claim.values()) <= 0n) return null;
    for (const [line, cents] of claim) off.set(line, cents);
  }
  return off;
}

function bestUnitOff(line: CartLine, set: readonly Promotion[]): bigint {
  const price = BigInt(line.unitCents);
  const offs = set.map(({ offer }) => {
    if (offer.kind === "unit-price") return price - BigInt(offer.prices[line.sku] ?? line.unitCents);
    return offer.kind === "unit-percent" && concerns(offer.scope, line) ? rounded(price, offer.percent) : 0n;
  });
  return offs.reduce((most, off) => (off > most ? off : most), 0n);
}

/** Takes set after set out of the cart, as long as there is one. */
function bundleOff({ parts, priceCents, timesPerOrder = 1e9 }: Bundle, units: readonly Unit[]): Map<number, bigint> {
  const rest = [...units];
  const taken: Unit[] = [];
  let sets = 0;
  const missing = () => parts.some(({ sku, quantity }) => rest.filter((unit) => unit.sku === sku).length < quantity);
  while (sets < timesPerOrder && !missing()) {
    for (const { sku, quantity } of parts) {
      for (let n = 0; n < quantity; n++) {
        taken.push(
          ...rest.splice(
            rest.findIndex((unit) => unit.sku === sku),
            1,
          ),
        );
      }
    }
    sets++;
  }
  const worth = new Map<number, bigint>();
  for (const { sku } of parts) {
    for (const unit of taken.filter((one) => one.sku === sku)) {
      worth.set(unit.line, (worth.get(unit.line) ?? 0n) + unit.price);
    }
  }
  const off = total(worth.values()) - BigInt(sets) * BigInt(priceCents);
  return off > 0n ? shared(off, worth) : new Map();
}

function buyGetOff(offer: BuyGet, units: readonly Unit[]): Map<number, bigint> {
  const within = units.filter((unit) => concerns(offer.scope, unit));
  if (offer.across === "scope") return cheapestOff(offer, within);
  const skus = [...new Set(within.map(({ sku }) => sku))];
  return new Map(
    skus.flatMap((sku) => [
      ...cheapestOff(
        offer,
        within.filter((unit) => unit.sku === sku),
      ),
    ]),
  );
}

function cheapestOff({ buy, get, percent, timesPerOrder = 1e9 }: BuyGet, units: readonly Unit[]): Map<number, bigint> {
  const times = Math.min(Math.floor(units.length / (buy + get)), timesPerOrder);
  if (times === 0) return new Map();
  const off = new Map(units.map(({ line }) => [line, 0n]));
  // Of units that cost the same, those further up in the cart.
  const byPrice = units.toSorted((a, b) => Number(a.price - b.price) || a.line - b.line);
  for (const { line, price } of byPrice.slice(0, times * get))
    off.set(line, (off.get(line) ?? 0n) + rounded(price, percent));
  return off;
}

/** By what is due up to each line, rounded down. */
function shared(off: bigint, weights: ByLine): Map<number, bigint> {
  const whole = total(weights.values());
  const lines = [...weights.keys()];
  const due = (count: number) => (off * total(lines.slice(0, count).map((line) => weights.get(line) ?? 0n))) / whole;
  return new Map(lines.map((line, at) => [line, due(at + 1) - due(at)]));
}

type Sum = AmountOff | PercentOff | ShippingOff;

function baseOf(cart: Cart, left: ByLine, { scope, fromCents, fromUnits = 0 }: Sum): ByLine | null {
  const within = cart.lines.flatMap((line, at) => (concerns(scope, line) ? [at] : []));
  const base = new Map(within.map((line) => [line, left.get(line) ?? 0n]));
  const units = within.reduce((sum, line) => sum + (cart.lines[line]?.quantity ?? 0), 0);
  return within.length > 0 && units >= fromUnits && total(base.values()) >= BigInt(fromCents) ? base : null;
}

function stageOfSums(cart: Cart, entry: ByLine, set: readonly Promotion[], stage: string): ByLine | null {
  const left = new Map(entry);
  for (const { offer } of set.filter((promotion) => promotion.stage === stage)) {
    if (offer.kind !== "amount-off" && offer.kind !== "percent-off") continue;
    const base = baseOf(cart, entry, offer);
    const off = base === null ? 0n : least(sumOff(offer, total(base.values())), total(base.values()));
    if (base === null || off <= 0n) return null;
    for (const [line, cents] of shared(off, base)) {
      const now = left.get(line) ?? 0n;
      left.set(line, now - least(now, cents));
    }
  }
  return left;
}

function sumOff(offer: AmountOff | PercentOff, base: bigint): bigint {
  if (offer.kind === "percent-off") return least(rounded(base, offer.percent), BigInt(offer.capCents ?? 1e15));
  let times = 1;
  if (offer.each) for (times = 0; BigInt((times + 1) * offer.fromCents) <= base; times++);
  return BigInt(Math.min(times, offer.timesPerOrder ?? 1e9) * offer.offCents);
}

function withShipping(cart: Cart, left: ByLine, set: readonly Promotion[]): bigint | null {
  let fee = BigInt(cart.shippingCents);
  for (const { offer } of set) {
    if (offer.kind !== "shipping-off") continue;
    if (baseOf(cart, left, offer) === null || cart.shippingCents === 0) return null;
    fee -= least(fee, BigInt(offer.offCents ?? cart.shippingCents));
  }
  return total(left.values()) + fee;
}
