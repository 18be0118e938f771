import { expect, test } from "vitest";
import type { Cart } from "../../src/domain/cart.ts";
import { bestDiscount } from "../../src/domain/discount.ts";
import type { Promotion, Scope } from "../../src/domain/promotion.ts";
import { hardFamilies, hardSet } from "./discount-hard.ts";

const all: Scope = { kind: "all" };
const options = { customerClass: "guest", at: 0 } as const;
const lines = Array.from({ length: 10 }, (_, at) => ({ sku: `s${at}`, unitCents: 50_000 + 3_911 * at, quantity: 1 }));

/** What a real night looks like: twenty rules of all stages, in groups. */
const night: Promotion[] = Array.from({ length: 20 }, (_, at): Promotion => {
  const common = { id: `n${at}`, name: { en: "rule" } };
  const fromCents = 20_000 + at * 15_000;
  const sum = { kind: "amount-off", scope: all, fromCents, offCents: 1_000 + at * 700 } as const;
  if (at < 6) {
    const scope: Scope = { kind: "skus", skus: lines.slice(at, at + 3).map(({ sku }) => sku) };
    return { ...common, stage: "item", offer: { kind: "unit-percent", scope, percent: 3 + at } };
  }
  return at < 12
    ? { ...common, stage: "shop", groups: [`shop${at % 3}`], offer: sum }
    : { ...common, stage: "coupon", groups: [`coupon${at % 4}`], offer: sum };
});

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

function timed(cart: Cart, promotions: readonly Promotion[], maxExplored?: number) {
  const runs = Array.from({ length: 5 }, () => {
    const from = performance.now();
    const found = bestDiscount(cart, promotions, { ...options, maxExplored });
    return { found, ms: performance.now() - from };
  });
  return { ms: median(runs.map(({ ms }) => ms)), ...(runs[0] as (typeof runs)[number]).found };
}

test.each(hardFamilies)("twenty rules made to be hard are searched exactly, in a moment: %s", (family) => {
  for (let seed = 0; seed < 25; seed++) {
    const { cart, promotions } = hardSet(family, seed);
    const { exact, explored, ms } = timed(cart, promotions);
    expect([seed, exact, explored < 15_000, ms < 250]).toEqual([seed, true, true, true]);
  }
});

const percentages = "great percentages of what is left";
const overlaps = "coupons of scopes that overlap";

/** Sets whose totals alone do not tell what is left: percentages that come to just the whole, to the cent by lines. */
test.each([
  [percentages, 111, 2_993],
  [percentages, 342, 999],
  [percentages, 496, 2_993],
  [percentages, 600, 1],
  [percentages, 654, 997],
  [percentages, 690, 2],
  [percentages, 711, 997],
  [percentages, 778, 1_996],
  [overlaps, 239, 296_125],
  [overlaps, 839, 363_112],
])("where every line has to be looked at, the search is exact, too: %s, %i", (family, seed, cents) => {
  const { cart, promotions } = hardSet(family, seed);
  const { exact, totalCents, explored, ms } = timed(cart, promotions);
  expect([exact, totalCents, explored < 15_000, ms < 250]).toEqual([true, cents, true, true]);
});

test("twenty rules of a real night take next to nothing", () => {
  const { exact, explored, ms } = timed({ lines, shippingCents: 800 }, night);
  expect(exact).toBe(true);
  expect(explored).toBeLessThan(1_000);
  expect(ms).toBeLessThan(250);
});

test("a search that would take too long ends at its bound, and says that it did", () => {
  const { cart, promotions } = hardSet("groups under a threshold", 3);
  const { exact, explored, steps, goodsCents, shippingCents, savedCents, totalCents } = timed(cart, promotions, 250);
  expect(exact).toBe(false);
  expect(explored).toBeLessThan(350);
  expect(steps.length).toBeGreaterThan(0);
  expect(totalCents).toBe(goodsCents + shippingCents - savedCents);
});
