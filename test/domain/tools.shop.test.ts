import { beforeEach, describe, expect, test } from "vitest";
import { card } from "../../src/contract/shapes.ts";
import { type Order, type PriceRules, type Product, type Shop, ShopFailure } from "../../src/domain/shop.ts";
import { shopTools } from "../../src/domain/shop-tools.ts";
import { amountOf } from "../../src/domain/shop-words.ts";
import { Toolbox } from "../../src/domain/tools.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const tent: Product = {
  sku: "tent",
  name: { zh: "帐篷", en: "Tent" },
  description: { en: "Dry." },
  categories: ["tents"],
  priceCents: 89_905,
  currency: "CNY",
  stock: 3,
  url: "https://shop.example/tent",
};
const mug: Product = { ...tent, sku: "mug", name: { zh: "杯子", en: "Mug" }, priceCents: 9_995, categories: [] };
const yen: Product = { ...mug, sku: "yen", currency: "JPY" };
const order: Order = {
  number: "TS1",
  placedAt: Date.UTC(2026, 10, 8),
  state: "on-the-way",
  lines: [{ sku: "tent", name: { zh: "帐篷", en: "Tent" }, quantity: 2, unitCents: 89_905 }],
  totalCents: 179_810,
  currency: "CNY",
  logistics: [{ at: Date.UTC(2026, 10, 9), what: { zh: "已出库", en: "Left the warehouse" } }],
};
const rules: PriceRules = {
  shippingCents: 800,
  promotions: [
    {
      id: "off",
      name: { zh: "满 1000 减 100", en: "100 off from 1,000" },
      code: "TIDE100",
      stage: "coupon",
      offer: { kind: "amount-off", scope: { kind: "all" }, fromCents: 100_000, offCents: 10_001 },
    },
    {
      id: "vip",
      name: { en: "VIP 10 %" },
      classes: ["vip"],
      stage: "shop",
      offer: { kind: "percent-off", scope: { kind: "all" }, fromCents: 0, percent: 10 },
    },
  ],
};

/** For whom orders and promotions were asked. */
let asked: string[];
let toolbox: Toolbox;
let failure: ShopFailure | null;

beforeEach(() => {
  asked = [];
  failure = null;
  toolbox = new Toolbox({ clock: new VirtualClock(), limitMs: 8_000, onFault: () => {} });
  toolbox.bring(
    "shop",
    shopTools(shop, () => Date.UTC(2026, 10, 11)),
  );
});

function answered<T>(value: T): Promise<T> {
  return failure ? Promise.reject(failure) : Promise.resolve(value);
}

const shop: Shop = {
  findProducts: (query, { limit }) => answered([tent, mug].slice(0, query === "nothing" ? 0 : limit)),
  products: (skus) => answered([tent, mug, yen].filter(({ sku }) => skus.includes(sku))),
  getOrder: (customerId, number) => {
    asked.push(customerId);
    return answered(customerId === "li" && number === "TS1" ? order : null);
  },
  ordersOf: (customerId) => {
    asked.push(customerId);
    return answered(customerId === "li" ? [order] : []);
  },
  promotions: (customerId) => {
    asked.push(customerId);
    return answered(rules);
  },
};

async function run(
  name: string,
  input: object,
  who: { customerId?: string; class?: "vip" | "guest"; language?: "zh" } = {},
) {
  const asker = { conversationId: "c", turnId: "t", customerId: "li", class: "guest", language: "en", ...who } as const;
  const result = await toolbox.run(name, { ...input }, asker, new AbortController().signal);
  for (const each of result.cards) expect(card.safeParse(each).success).toBe(true);
  return { ...result, said: result.text.startsWith("{") ? JSON.parse(result.text) : result.text };
}

describe("find_products", () => {
  test("C3 products are found, in the customer's language, with cards", async () => {
    const { said, cards } = await run("find_products", { query: "tent", limit: 1 }, { language: "zh" });
    expect(said.products).toEqual([
      { sku: "tent", name: "帐篷", price: "899.05", currency: "CNY", stock: 3, about: "Dry.", url: tent.url },
    ]);
    expect(cards).toMatchObject([{ kind: "product", sku: "tent", name: "帐篷", priceCents: 89_905 }]);
  });

  test("C3 nothing found is an empty list, and no failure", async () => {
    expect(await run("find_products", { query: "nothing" })).toMatchObject({ said: { products: [] }, isError: false });
  });

  test.each([[{}], [{ query: "" }], [{ query: "x", limit: 1_000 }], [{ query: 5 }], [{ query: "x".repeat(201) }]])(
    "X3 what does not fit is refused: %j",
    async (input) => expect(await run("find_products", input)).toMatchObject({ isError: true }),
  );
});

describe("get_order", () => {
  test("C3 an order of the customer is told with what was bought, where it is and what it cost", async () => {
    const { said, cards } = await run("get_order", { orderNumber: "TS1" });
    expect(said.orders).toMatchObject([
      {
        number: "TS1",
        state: "on its way",
        total: "1798.10",
        items: [{ name: "Tent", quantity: 2 }],
        placedAt: "2026-11-08T00:00",
      },
    ]);
    expect(cards).toMatchObject([
      { kind: "order", number: "TS1", totalCents: 179_810, steps: [{ what: "Left the warehouse" }] },
    ]);
  });

  test("C3 without a number the customer's latest orders are told", async () => {
    expect((await run("get_order", {})).said.orders).toHaveLength(1);
  });

  test("C3 X1 an order of somebody else is not found in the same words as one that does not exist", async () => {
    const others = await run("get_order", { orderNumber: "TS1" }, { customerId: "wang" });
    const none = await run("get_order", { orderNumber: "TS2" });
    expect(others).toEqual(none);
    expect(others).toMatchObject({ isError: false, cards: [] });
  });

  test("C3 X1 the customer is the conversation's, whatever the input says", async () => {
    expect(await run("get_order", { orderNumber: "TS1", customerId: "li" }, { customerId: "wang" })).toMatchObject({
      isError: true,
    });
    await run("get_order", { orderNumber: "TS1" }, { customerId: "wang" });
    await run("get_order", {}, { customerId: "wang" });
    await run("best_discount", { items: [{ sku: "tent" }] }, { customerId: "wang" });
    expect(asked).toEqual(["wang", "wang", "wang"]);
  });
});

describe("best_discount", () => {
  const items = [
    { sku: "tent", quantity: 1 },
    { sku: "mug", quantity: 2 },
  ];

  test("C3 the arithmetic is exact to the cent, each step with what is left", async () => {
    const { said, cards } = await run("best_discount", { items });
    expect(said).toMatchObject({
      goods: "1098.95",
      shipping: "8.00",
      steps: [{ what: "100 off from 1,000", code: "TIDE100", off: "100.01", left: "1006.94" }],
      total: "1006.94",
      saved: "100.01",
    });
    expect(cards).toMatchObject([{ kind: "discount", beforeCents: 110_695, totalCents: 100_694 }]);
  });

  test("C3 what only some classes are given depends on the customer's own class", async () => {
    expect((await run("best_discount", { items }, { class: "vip" })).said.steps).toContainEqual(
      expect.objectContaining({ what: "VIP 10 %" }),
    );
  });

  test("C3 one sku said twice is one line, and more than there is in stock is told", async () => {
    const { said } = await run("best_discount", {
      items: [
        { sku: "tent", quantity: 2 },
        { sku: "tent", quantity: 2 },
      ],
    });
    expect(said).toMatchObject({ goods: "3596.20", notEnoughInStock: ["tent"] });
  });

  test.each([
    ["an unknown sku", [{ sku: "of-tomorrow" }], "of-tomorrow"],
    ["two currencies", [{ sku: "mug" }, { sku: "yen" }], "currency"],
    ["nothing", [], "items"],
    ["a fraction of a thing", [{ sku: "mug", quantity: 0.5 }], "items.0.quantity"],
    ["less than nothing", [{ sku: "mug", quantity: -1 }], "items.0.quantity"],
  ])("X3 %s is told in words", async (_, cart, words) => {
    expect(await run("best_discount", { items: cart })).toMatchObject({
      isError: true,
      text: expect.stringContaining(words),
    });
  });
});

test("C3 what the shop says of its failures is for the model; what is behind them is not", async () => {
  failure = new ShopFailure("unavailable", "HTTP 503 from 10.0.0.5");
  const result = await run("get_order", { orderNumber: "TS1" });
  expect(result).toMatchObject({ isError: true, text: failure.sentence });
});

test("C3 amounts are written digit by digit, never by a fraction", () => {
  expect([0, 5, 100, 89_905, -1, 999_999_999_999].map(amountOf)).toEqual([
    "0.00",
    "0.05",
    "1.00",
    "899.05",
    "-0.01",
    "9999999999.99",
  ]);
});
