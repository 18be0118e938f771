import { expect, test } from "vitest";
import { bestDiscount } from "../../src/domain/discount.ts";
import type { Promotion, Scope } from "../../src/domain/promotion.ts";

const all: Scope = { kind: "all" };
const options = { customerClass: "guest", at: 0 } as const;
const lines = Array.from({ length: 10 }, (_, at) => ({ sku: `s${at}`, unitCents: 50_000 + 3_911 * at, quantity: 1 }));
const goodsCents = lines.reduce((sum, { unitCents }) => sum + unitCents, 0);

/** Nineteen rules that stack freely with odd amounts, and a coupon that is lost when they take too much: a knapsack. */
function knapsack(share: number): Promotion[] {
  const offs = Array.from({ length: 19 }, (_, at) => 10_007 + ((at * 7_919) % 20_011));
  const sum = offs.reduce((total, cents) => total + cents, 0);
  const rules = offs.map(
    (offCents, at): Promotion => ({
      id: `r${at}`,
      name: { en: "rule" },
      stage: "shop",
      offer: { kind: "amount-off", scope: all, fromCents: 1, offCents },
    }),
  );
  const fromCents = goodsCents - Math.floor(sum * share);
  const offer = { kind: "amount-off", scope: all, fromCents, offCents: 300_000 } as const;
  return [...rules, { id: "c", name: { en: "coupon" }, stage: "coupon", offer }];
}

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

function timed(promotions: readonly Promotion[]) {
  const runs = Array.from({ length: 5 }, () => {
    const from = performance.now();
    const { exact, explored } = bestDiscount({ lines, shippingCents: 800 }, promotions, options);
    return { exact, explored, ms: performance.now() - from };
  });
  return { ms: median(runs.map(({ ms }) => ms)), exact: runs[0]?.exact, explored: runs[0]?.explored ?? Infinity };
}

test.each([0.3, 0.5, 0.7])("twenty rules at their worst (%d) are searched exactly, in a moment", (share) => {
  const { exact, explored, ms } = timed(knapsack(share));
  expect(exact).toBe(true);
  expect(explored).toBeLessThan(500_000);
  expect(ms).toBeLessThan(250);
});

test("twenty rules of a real night take next to nothing", () => {
  const { exact, explored, ms } = timed(night);
  expect(exact).toBe(true);
  expect(explored).toBeLessThan(5_000);
  expect(ms).toBeLessThan(250);
});

test("a search that would take too long ends at its bound, and says that it did", () => {
  const many = [...knapsack(0.5), ...knapsack(0.4).map((rule) => ({ ...rule, id: `${rule.id}b` }))];
  const found = bestDiscount({ lines, shippingCents: 0 }, many, { ...options, maxExplored: 20_000 });
  expect(found.exact).toBe(false);
  expect(found.explored).toBeLessThan(20_050);
  expect(found.steps.length).toBeGreaterThan(0);
  expect(found.totalCents).toBe(goodsCents - found.savedCents);
});
