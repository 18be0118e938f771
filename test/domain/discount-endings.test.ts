import { expect, test } from "vitest";
import { bestDiscount } from "../../src/domain/discount.ts";
import type { Promotion, Scope } from "../../src/domain/promotion.ts";

const all: Scope = { kind: "all" };
const name = { en: "Promotion" };

const bundle = (id: string, skus: readonly string[], priceCents: number): Promotion => ({
  id,
  name,
  stage: "item",
  offer: { kind: "bundle", parts: skus.map((sku) => ({ sku, quantity: 1 })), priceCents },
});

const unit = (id: string, scope: Scope, percent: number): Promotion => ({
  id,
  name,
  stage: "item",
  offer: { kind: "unit-percent", scope, percent },
});

test("a set of unit prices takes nothing off a line that a bundle counts, so a threshold behind it is kept", () => {
  const lines = ["a", "b"].map((sku) => ({ sku, unitCents: 1_000, quantity: 1 }));
  const promotions: Promotion[] = [
    bundle("both", ["a", "b"], 1_900),
    bundle("one", ["a"], 800),
    unit("half", all, 50),
    unit("tenth", { kind: "skus", skus: ["b"] }, 10),
    {
      id: "coupon",
      name,
      stage: "coupon",
      offer: { kind: "amount-off", scope: all, fromCents: 1_300, offCents: 1_200 },
    },
  ];
  const options = { customerClass: "guest", at: 0, patience: 0 } as const;
  const { totalCents, steps } = bestDiscount({ lines, shippingCents: 0 }, promotions, options);
  expect(totalCents).toBe(100);
  expect(steps.map(({ promotion }) => promotion.id)).toEqual(["one", "half", "coupon"]);
});
