import fc from "fast-check";
import type { Cart } from "../../src/domain/cart.ts";
import type { ItemOffer, Promotion, Scope, ShippingOff, SumOffer } from "../../src/domain/promotion.ts";

/** Carts and promotions at random: small numbers of everything, so that rules meet, and prices that make odd cents. */
const skus = ["a", "b", "c", "d", "e"];
const categories = ["wear", "camp"];

const cents = fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.constantFrom(1, 99, 100, 9_900, 10_000, 29_999, 30_000));
const percent = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(5, 10, 15, 50, 100));
const few = fc.integer({ min: 1, max: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant<Scope>({ kind: "all" }),
  fc.subarray(skus, { minLength: 1 }).map((some): Scope => ({ kind: "skus", skus: some })),
  fc.subarray(categories, { minLength: 1 }).map((some): Scope => ({ kind: "categories", categories: some })),
);

export const carts: fc.Arbitrary<Cart> = fc.record({
  lines: fc.uniqueArray(
    fc.record({
      sku: fc.constantFrom(...skus),
      unitCents: cents,
      quantity: fc.integer({ min: 1, max: 5 }),
      categories: fc.subarray(categories),
    }),
    { selector: ({ sku }) => sku, maxLength: 5 },
  ),
  shippingCents: fc.constantFrom(0, 800, 12_000),
});

const itemOffer: fc.Arbitrary<ItemOffer> = fc.oneof(
  fc.record({ kind: fc.constant("unit-price" as const), prices: fc.dictionary(fc.constantFrom(...skus), cents) }),
  fc.record({ kind: fc.constant("unit-percent" as const), scope, percent }),
  fc.record({
    kind: fc.constant("buy-get" as const),
    scope,
    across: fc.constantFrom("sku" as const, "scope" as const),
    buy: few,
    get: fc.integer({ min: 1, max: 2 }),
    percent,
    timesPerOrder: maybe(few),
  }),
  fc.record({
    kind: fc.constant("bundle" as const),
    parts: fc.uniqueArray(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 2 }) }), {
      selector: ({ sku }) => sku,
      minLength: 1,
      maxLength: 3,
    }),
    priceCents: cents,
    timesPerOrder: maybe(few),
  }),
);

const threshold = { scope, fromCents: fc.oneof(fc.constant(0), cents), fromUnits: maybe(few) };

const sumOffer: fc.Arbitrary<SumOffer> = fc.oneof(
  fc.record({
    kind: fc.constant("amount-off" as const),
    ...threshold,
    fromCents: fc.integer({ min: 1_000, max: 60_000 }),
    offCents: fc.integer({ min: 1, max: 20_000 }),
    each: maybe(fc.boolean()),
    timesPerOrder: maybe(few),
  }),
  fc.record({ kind: fc.constant("percent-off" as const), ...threshold, percent, capCents: maybe(cents) }),
);

const shippingOffer: fc.Arbitrary<ShippingOff> = fc.record({
  kind: fc.constant("shipping-off" as const),
  ...threshold,
  offCents: maybe(cents),
});

const terms = {
  groups: fc.oneof(fc.constant(undefined), fc.subarray(["g1", "g2"])),
  alone: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(true) }),
};

const staged = fc.oneof(
  fc.record({ stage: fc.constant("item" as const), offer: itemOffer, ...terms }),
  fc.record({ stage: fc.constantFrom("shop" as const, "coupon" as const), offer: sumOffer, ...terms }),
  fc.record({ stage: fc.constant("shipping" as const), offer: shippingOffer, ...terms }),
);

export const promotions = (most: number): fc.Arbitrary<Promotion[]> =>
  fc
    .array(staged, { maxLength: most })
    .map((list) => list.map((one, at) => ({ ...one, id: `p${at}`, name: { en: `Promotion ${at}` } })));
