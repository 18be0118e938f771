import { describe, expect, test } from "vitest";
import type { CartLine } from "../../src/domain/cart.ts";
import { bestDiscount } from "../../src/domain/discount.ts";
import type { Promotion, Scope } from "../../src/domain/promotion.ts";

const all: Scope = { kind: "all" };
const options = { customerClass: "guest", at: 1_000 } as const;

type Part<P = Promotion> = P extends Promotion ? Omit<P, "id" | "name"> : never;

/** A promotion named after itself. */
const promo = (id: string, rest: Part): Promotion => ({ id, name: { en: id }, ...rest });

const line = (sku: string, yuan: number, quantity = 1, ...categories: string[]): CartLine => ({
  sku,
  unitCents: Math.round(yuan * 100),
  quantity,
  categories,
});

const off = (id: string, fromYuan: number, offYuan: number, rest: Partial<Part> = {}): Promotion =>
  promo(id, {
    stage: "coupon",
    groups: ["coupon"],
    ...rest,
    offer: { kind: "amount-off", scope: all, fromCents: fromYuan * 100, offCents: offYuan * 100 },
  } as Part);

function best(lines: readonly CartLine[], promotions: readonly Promotion[], shippingYuan = 0) {
  const found = bestDiscount({ lines, shippingCents: shippingYuan * 100 }, promotions, options);
  const steps = found.steps.map(({ promotion, baseCents, offCents, leftCents }) => [
    promotion.id,
    baseCents / 100,
    offCents / 100,
    leftCents / 100,
  ]);
  return { yuan: found.totalCents / 100, steps, found };
}

describe("stages", () => {
  test("满300减50 first, then the coupon on what it left, then the fee, each with its arithmetic", () => {
    const full = promo("full300", {
      stage: "shop",
      offer: { kind: "amount-off", scope: all, fromCents: 30_000, offCents: 5_000 },
    });
    const tenth = promo("tenth", {
      stage: "coupon",
      offer: { kind: "percent-off", scope: all, fromCents: 0, percent: 10 },
    });
    const ship = promo("ship99", { stage: "shipping", offer: { kind: "shipping-off", scope: all, fromCents: 9_900 } });
    expect(best([line("tent", 349.9)], [ship, tenth, full], 8)).toMatchObject({
      yuan: 269.91,
      steps: [
        ["full300", 349.9, 50, 307.9],
        ["tenth", 299.9, 29.99, 277.91],
        ["ship99", 8, 8, 269.91],
      ],
    });
  });

  test("promotions of one stage are measured on the same amount, not on each other", () => {
    const tenths = ["one", "two"].map((id) =>
      promo(id, { stage: "shop", offer: { kind: "percent-off", scope: all, fromCents: 10_000, percent: 10 } }),
    );
    expect(best([line("a", 100)], tenths).steps).toEqual([
      ["one", 100, 10, 90],
      ["two", 100, 10, 80],
    ]);
  });

  test("a promotion is left out when its saving would cost a greater one its threshold", () => {
    const flash = promo("flash", { stage: "item", offer: { kind: "unit-price", prices: { tent: 59_500 } } });
    expect(best([line("tent", 599)], [flash, off("TIDE100", 599, 100)])).toMatchObject({ yuan: 499 });
    expect(best([line("tent", 599)], [flash, off("TIDE100", 595, 100)])).toMatchObject({ yuan: 495 });
  });

  test("free delivery can be worth more than a coupon that would lose it", () => {
    const ship = promo("ship99", { stage: "shipping", offer: { kind: "shipping-off", scope: all, fromCents: 9_900 } });
    expect(best([line("mug", 99)], [off("FIVE", 50, 5), ship], 8)).toMatchObject({ yuan: 99 });
  });

  test("what is taken off a sum is shared in proportion, to the cent, before the next scope is measured", () => {
    const ten = promo("ten", {
      stage: "shop",
      offer: { kind: "amount-off", scope: all, fromCents: 0, offCents: 1_000 },
    });
    const onB = promo("b10", {
      stage: "coupon",
      offer: { kind: "percent-off", scope: { kind: "skus", skus: ["b"] }, fromCents: 0, percent: 10 },
    });
    expect(best([line("a", 10), line("b", 20)], [ten, onB]).steps).toEqual([
      ["ten", 30, 10, 20],
      ["b10", 13.33, 1.33, 18.67],
    ]);
  });
});

describe("kinds", () => {
  test("每满300减30 counts every full 300, up to its limit", () => {
    const each = promo("each", {
      stage: "shop",
      offer: { kind: "amount-off", scope: all, fromCents: 30_000, offCents: 3_000, each: true, timesPerOrder: 3 },
    });
    const yuan = (price: number) => best([line("a", price)], [each]).yuan;
    expect([299.99, 300, 899, 900, 5_000].map(yuan)).toEqual([299.99, 270, 839, 810, 4_910]);
  });

  test("a percentage is rounded half up to a cent, and stops at its cap", () => {
    const half = (capCents?: number) =>
      promo("half", {
        stage: "coupon",
        offer: { kind: "percent-off", scope: all, fromCents: 0, percent: 50, capCents },
      });
    expect(best([line("a", 0.01)], [half()]).yuan).toBe(0);
    expect(best([line("a", 0.03)], [half()]).yuan).toBe(0.01);
    expect(best([line("a", 100)], [half(2_000)]).yuan).toBe(80);
  });

  test("三件八折 needs three units, whatever they cost", () => {
    const three = promo("three", {
      stage: "shop",
      offer: {
        kind: "percent-off",
        scope: { kind: "categories", categories: ["wear"] },
        fromCents: 0,
        fromUnits: 3,
        percent: 20,
      },
    });
    expect(best([line("socks", 10, 2, "wear"), line("mug", 99)], [three]).yuan).toBe(119);
    expect(best([line("socks", 10, 3, "wear"), line("mug", 99)], [three]).yuan).toBe(123);
  });

  test("第二件半价 counts each sku by itself; buy two get one makes the cheapest of the scope free", () => {
    const second = promo("second", {
      stage: "item",
      offer: { kind: "buy-get", scope: all, across: "sku", buy: 1, get: 1, percent: 50 },
    });
    expect(best([line("mug", 99, 3), line("lamp", 129)], [second]).steps).toEqual([["second", 297, 49.5, 376.5]]);
    const third = promo("third", {
      stage: "item",
      offer: { kind: "buy-get", scope: all, across: "scope", buy: 2, get: 1, percent: 100 },
    });
    expect(best([line("a", 30), line("b", 10), line("c", 20)], [third]).steps).toEqual([["third", 60, 10, 50]]);
  });

  test("a bundle costs its price, as many sets as there are, and only where that is less", () => {
    const set = promo("set", {
      stage: "item",
      offer: {
        kind: "bundle",
        parts: [
          { sku: "tent", quantity: 1 },
          { sku: "bag", quantity: 2 },
        ],
        priceCents: 100_000,
      },
    });
    expect(best([line("tent", 899, 2), line("bag", 359, 5)], [set]).yuan).toBe(2_000 + 359);
    expect(best([line("tent", 899), line("bag", 359)], [set]).yuan).toBe(1_258);
    expect(best([line("tent", 199), line("bag", 59, 2)], [set]).yuan).toBe(317);
  });

  test("on each line the best price of a unit holds, not several; a bundle keeps its lines for itself", () => {
    const member = promo("member", { stage: "item", offer: { kind: "unit-percent", scope: all, percent: 5 } });
    const flash = promo("flash", { stage: "item", offer: { kind: "unit-price", prices: { lamp: 10_900 } } });
    expect(best([line("lamp", 129), line("mug", 99)], [member, flash]).steps).toEqual([
      ["member", 99, 4.95, 223.05],
      ["flash", 129, 20, 203.05],
    ]);
    const pair = promo("pair", {
      stage: "item",
      offer: { kind: "bundle", parts: [{ sku: "lamp", quantity: 1 }], priceCents: 10_000 },
    });
    expect(best([line("lamp", 129), line("mug", 99)], [member, flash, pair]).steps).toEqual([
      ["pair", 129, 29, 199],
      ["member", 99, 4.95, 194.05],
    ]);
  });

  test("where two prices of a unit are equally good, the first in the list is named", () => {
    const prices = (id: string, of: Record<string, number>) =>
      promo(id, { stage: "item", offer: { kind: "unit-price", prices: of } });
    const [first, second] = [prices("first", { a: 900, b: 900 }), prices("second", { a: 900, c: 900 })];
    expect(best([line("a", 10), line("b", 10), line("c", 10)], [first, second]).steps).toEqual([
      ["first", 20, 2, 28],
      ["second", 10, 1, 27],
    ]);
  });
});

describe("who, when, and beside which others", () => {
  test("time, class and what is left of a coupon decide; first and last moment are within", () => {
    const total = (rest: Partial<Part>, at = 1_000, customerClass: "guest" | "vip" = "guest") =>
      bestDiscount({ lines: [line("a", 100)], shippingCents: 0 }, [off("ten", 0, 10, rest)], { customerClass, at })
        .totalCents;
    expect([999, 1_000, 2_000, 2_001].map((at) => total({ fromAt: 1_000, untilAt: 2_000 }, at))).toEqual([
      10_000, 9_000, 9_000, 10_000,
    ]);
    expect([total({ classes: ["vip"] }), total({ classes: ["vip"] }, 0, "vip")]).toEqual([10_000, 9_000]);
    expect([total({ usesLeft: 0 }), total({ usesLeft: 1 })]).toEqual([10_000, 9_000]);
  });

  test("of a group only one, across stages too; one that stands alone is the only one or not used", () => {
    const lines = [line("a", 1_000)];
    const [small, great] = [off("small", 299, 50), off("great", 599, 100)];
    expect(best(lines, [small, great]).steps).toEqual([["great", 1_000, 100, 900]]);
    const free = off("free", 0, 30, { groups: [] });
    expect(best(lines, [small, great, free]).yuan).toBe(870);
    const alone = (yuan: number) => off("alone", 0, yuan, { alone: true, groups: [] });
    expect(best(lines, [great, free, alone(130)]).steps.map(([id]) => id)).toEqual(["alone"]);
    expect(best(lines, [great, free, alone(129)]).yuan).toBe(870);
    const shop = promo("shop", {
      stage: "shop",
      groups: ["coupon"],
      offer: { kind: "percent-off", scope: all, fromCents: 0, percent: 8 },
    });
    expect(best(lines, [great, shop]).steps.map(([id]) => id)).toEqual(["great"]);
  });

  test("of equally cheap combinations the one with fewest promotions is given, then the one listed first", () => {
    const loose = { groups: [] };
    const lines = [line("a", 100)];
    expect(best(lines, [off("a", 0, 60, loose), off("b", 0, 40, loose), off("c", 0, 100, loose)]).steps).toHaveLength(
      1,
    );
    expect(best(lines, [off("b", 0, 10), off("a", 0, 10)]).steps).toEqual([["b", 100, 10, 90]]);
  });
});

describe("what is nearly reached", () => {
  test("says what is missing and what it would bring beyond what it takes the place of, the nearest first", () => {
    const coupons = [off("TIDE50", 299, 50), off("TIDE100", 599, 100), off("TIDE200", 1_199, 200)];
    const { found } = best([line("jacket", 559)], coupons);
    expect(found.hints).toEqual([
      { promotion: coupons[1], missingCents: 4_000, missingUnits: 0, gainCents: 5_000 },
      // More than as much again is not near.
    ]);
    const each = promo("each", {
      stage: "shop",
      offer: { kind: "amount-off", scope: all, fromCents: 30_000, offCents: 3_000, each: true },
    });
    expect(best([line("jacket", 559)], [each]).found.hints).toMatchObject([{ missingCents: 4_100, gainCents: 3_000 }]);
  });

  test("free delivery is a hint too, and what would bring nothing is none", () => {
    const ship = promo("ship99", { stage: "shipping", offer: { kind: "shipping-off", scope: all, fromCents: 9_900 } });
    expect(best([line("pan", 89)], [ship], 8).found.hints).toMatchObject([{ missingCents: 1_000, gainCents: 800 }]);
    expect(best([line("pan", 89)], [ship], 0).found.hints).toEqual([]);
  });
});

describe("amounts", () => {
  test("an empty cart costs its fee; nothing ever costs less than nothing", () => {
    expect(best([], [off("x", 0, 10)], 8)).toMatchObject({ yuan: 8, steps: [] });
    expect(best([line("a", 5)], [off("x", 0, 10, { groups: [] }), off("y", 0, 10, { groups: [] })]).yuan).toBe(0);
  });

  test("the same sku twice is one line", () => {
    const pair = promo("pair", {
      stage: "item",
      offer: { kind: "bundle", parts: [{ sku: "a", quantity: 2 }], priceCents: 1_500 },
    });
    expect(best([line("a", 10), line("a", 10)], [pair]).yuan).toBe(15);
  });

  test.each([
    ["half a cent", [{ sku: "a", unitCents: 0.5, quantity: 1 }]],
    ["a negative price", [{ sku: "a", unitCents: -1, quantity: 1 }]],
    ["no unit", [{ sku: "a", unitCents: 1, quantity: 0 }]],
    ["two prices of one sku", [line("a", 1), line("a", 2)]],
    ["more than can be counted with", [{ sku: "a", unitCents: 1e11, quantity: 11 }]],
  ])("a cart with %s is refused", (_, lines) => {
    expect(() => best(lines, [])).toThrow(RangeError);
  });

  test("amounts whose products are beyond the integers of a number are exact", () => {
    const lines = [line("a", 1_234_567_890.12), line("b", 987_654_321.09), line("c", 0.01)];
    const third = promo("third", {
      stage: "shop",
      offer: { kind: "percent-off", scope: all, fromCents: 0, percent: 33 },
    });
    const onC = promo("c", {
      stage: "coupon",
      offer: { kind: "percent-off", scope: { kind: "skus", skus: ["b"] }, fromCents: 0, percent: 100 },
    });
    const { steps } = bestDiscount({ lines, shippingCents: 0 }, [third, onC], options);
    // ⌊73333332969 × 222222221121 ÷ 222222221122⌋ − ⌊73333332969 × 123456789012 ÷ 222222221122⌋ falls on b.
    const [off0, all0, a0] = [73_333_332_970n, 222_222_221_122n, 123_456_789_012n];
    const onB = (off0 * (all0 - 1n)) / all0 - (off0 * a0) / all0;
    expect(steps.map(({ offCents }) => BigInt(offCents))).toEqual([off0, 98_765_432_109n - onB]);
  });
});
