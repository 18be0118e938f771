import fc from "fast-check";
import { expect, test } from "vitest";
import { bestDiscount } from "../../src/domain/discount.ts";
import { carts, promotions } from "./discount-carts.ts";
import { hardFamilies, hardSet } from "./discount-hard.ts";
import { cheapest } from "./discount-oracle.ts";

const options = { customerClass: "guest", at: 0 } as const;
/** Whole sets are looked at from the first step on, or as late as ever, or never. */
const patiences = [0, undefined, Number.POSITIVE_INFINITY];

test("the cheapest of all legal combinations is found, and of equals the one with fewest promotions", () => {
  fc.assert(
    fc.property(carts, promotions(6), fc.constantFrom(0, undefined), (cart, list, patience) => {
      const found = bestDiscount(cart, list, { ...options, patience });
      const { totalCents, ids } = cheapest(cart, list);
      expect([found.totalCents, found.exact]).toEqual([totalCents, true]);
      expect(found.steps.map(({ promotion }) => promotion.id)).toEqual(ids);
    }),
    { numRuns: 3_000 },
  );
});

test.each(hardFamilies)("of sets made to be hard, too: %s", (family) => {
  for (let seed = 0; seed < 40; seed++) {
    const { cart, promotions } = hardSet(family, seed, 4 + (seed % 5));
    const { totalCents, ids } = cheapest(cart, promotions);
    for (const patience of [0, undefined]) {
      const found = bestDiscount(cart, promotions, { ...options, patience });
      expect([seed, found.totalCents, found.exact]).toEqual([seed, totalCents, true]);
      expect(found.steps.map(({ promotion }) => promotion.id)).toEqual(ids);
    }
  }
});

test.each(hardFamilies)("whole sets are looked at sooner or later, with one outcome: %s", (family) => {
  for (let seed = 0; seed < 25; seed++) {
    const { cart, promotions } = hardSet(family, seed, 8 + (seed % 13));
    const [soon, late, never] = patiences.map((patience) => {
      const { exact, totalCents, steps } = bestDiscount(cart, promotions, { ...options, patience });
      return { exact, totalCents, ids: steps.map(({ promotion }) => promotion.id) };
    });
    expect([seed, soon, late]).toEqual([seed, never, never]);
  }
});

test("the steps are whole cents, each takes something off, and together they lead from the list price to the total", () => {
  fc.assert(
    fc.property(carts, promotions(10), (cart, list) => {
      const { goodsCents, shippingCents, steps, totalCents, savedCents } = bestDiscount(cart, list, options);
      let left = goodsCents + shippingCents;
      for (const { offCents, leftCents, baseCents } of steps) {
        left -= offCents;
        expect([leftCents, offCents > 0, offCents <= baseCents]).toEqual([left, true, true]);
        expect([offCents, leftCents, baseCents].every(Number.isSafeInteger)).toBe(true);
      }
      expect([totalCents, savedCents, totalCents >= 0]).toEqual([left, goodsCents + shippingCents - left, true]);
    }),
    { numRuns: 2_000 },
  );
});

test("one more promotion never makes it dearer, and one more that is of no use changes nothing", () => {
  fc.assert(
    fc.property(carts, promotions(8), (cart, list) => {
      const all = bestDiscount(cart, list, options);
      expect(all.totalCents).toBeLessThanOrEqual(bestDiscount(cart, list.slice(1), options).totalCents);
      const used = all.steps.map(({ promotion }) => promotion);
      expect(bestDiscount(cart, used, options).steps).toEqual(all.steps);
    }),
    { numRuns: 1_000 },
  );
});
