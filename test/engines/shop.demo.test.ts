import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDemoShop } from "../../src/engines/shop/demo.ts";
import { readCatalogue, readOrders, readPromotions } from "../../src/engines/shop/demo-data.ts";
import { coupons, orders as pageOrders, products as pageProducts } from "../../src/simulator/shop.ts";
import { catalogue } from "../support/catalogue.ts";

// `UPDATE_DOCS=1 npx vitest run test/engines/shop.demo.test.ts && npm run fix` writes the catalogue anew.
const path = join(import.meta.dirname, "../../src/engines/shop/demo/catalogue.json");
const never = new AbortController().signal;
const nowAt = Date.parse("2026-11-26T23:30:00+08:00");
const shop = openDemoShop({ now: () => nowAt });

describe("the catalogue", () => {
  test("is what its families make of it", () => {
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, JSON.stringify(catalogue()));
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(catalogue());
  });

  test("holds some hundreds of products, in both languages, each with its own names and a price in whole yuan", () => {
    const { products } = readCatalogue();
    expect(products.length).toBeGreaterThanOrEqual(300);
    for (const language of ["zh", "en"] as const) {
      expect(new Set(products.map(({ name }) => name[language])).size).toBe(products.length);
      expect(products.every(({ description }) => (description[language] ?? "").length > 3)).toBe(true);
    }
    expect(products.every(({ priceCents }) => priceCents % 100 === 0 && priceCents >= 2_000)).toBe(true);
  });

  test("has what the simulator knows, at the same price", async () => {
    for (const { sku, name, priceYuan, stock } of pageProducts) {
      expect(await shop.products([sku], never)).toMatchObject([{ sku, name, priceCents: priceYuan * 100, stock }]);
    }
  });

  test.each([
    ["no JSON", "{", "cannot be read as JSON"],
    ["a price with a fraction", { priceCents: 9.9 }, "products.0.priceCents"],
    ["no name", { name: {} }, "products.0.name"],
    ["a page that is none", { url: "tent.html" }, "products.0.url"],
  ])("with %s it stops the start, by file and path", (_, fault, where) => {
    const [product] = catalogue().products;
    const text =
      typeof fault === "string" ? fault : JSON.stringify({ currency: "CNY", products: [{ ...product, ...fault }] });
    const broken = join(mkdtempSync(join(tmpdir(), "tidegate-")), "catalogue.json");
    writeFileSync(broken, text);
    const open = () => openDemoShop({ catalogue: broken, now: () => nowAt });
    expect(open).toThrow(broken);
    expect(open).toThrow(where);
  });

  test("with one sku twice it stops the start; with a single product it is a shop", async () => {
    const [product] = catalogue().products;
    const write = (products: unknown[]) => {
      const file = join(mkdtempSync(join(tmpdir(), "tidegate-")), "catalogue.json");
      writeFileSync(file, JSON.stringify({ currency: "EUR", products }));
      return openDemoShop({ catalogue: file, now: () => nowAt });
    };
    expect(() => write([product, product])).toThrow("one sku twice");
    const found = await write([product]).findProducts("tent", { limit: 9 }, never);
    expect(found).toMatchObject([{ sku: "tent-2p", currency: "EUR" }]);
    expect(found[0]).not.toHaveProperty("keywords");
  });
});

describe("orders", () => {
  test("those of the simulator are everybody's, with the same totals", async () => {
    for (const { number, totalYuan } of pageOrders) {
      const order = await shop.getOrder("guest:someone", number, never);
      expect(order).toMatchObject({ number, totalCents: totalYuan * 100 });
    }
  });

  test("whenever it is looked at they are of these days, and tell what happened in order", () => {
    const { everybody, customers } = readOrders();
    for (const { placedHoursAgo, logistics, lines, totalCents } of [everybody, ...Object.values(customers)].flat()) {
      expect(placedHoursAgo).toBeLessThan(14 * 24);
      const hours = logistics.map(({ hoursAgo }) => hoursAgo);
      expect(hours).toEqual(hours.toSorted((one, other) => other - one));
      expect(hours[0]).toBe(placedHoursAgo);
      expect(totalCents).toBeLessThanOrEqual(lines.reduce((sum, line) => sum + line.unitCents * line.quantity, 0));
    }
  });

  test("their lines are products of the catalogue, under the same names", async () => {
    const { everybody, customers } = readOrders();
    for (const { sku, name } of [everybody, ...Object.values(customers)].flat().flatMap(({ lines }) => lines)) {
      expect((await shop.products([sku], never))[0]).toMatchObject({ sku, name });
    }
  });
});

describe("the night of promotions", () => {
  test("has every kind of offer, every stage, groups and one that stands alone", () => {
    const { promotions } = readPromotions();
    expect(new Set(promotions.map(({ offer }) => offer.kind)).size).toBe(7);
    expect(new Set(promotions.map(({ stage }) => stage)).size).toBe(4);
    expect(promotions.some(({ alone }) => alone)).toBe(true);
    expect(new Set(promotions.map(({ id }) => id)).size).toBe(promotions.length);
  });

  test("has the coupons that the pages name", () => {
    const { promotions } = readPromotions();
    for (const { code, minYuan, offYuan } of coupons) {
      expect(promotions.find((promotion) => promotion.code === code)?.offer).toMatchObject({
        kind: "amount-off",
        fromCents: minYuan * 100,
        offCents: offYuan * 100,
      });
    }
  });

  test("what ends tonight ends with the last second of the day in Beijing", async () => {
    const { promotions } = await shop.promotions("guest:someone", never);
    const flash = promotions.find(({ id }) => id === "flash-light");
    expect(flash?.untilAt).toBe(Date.parse("2026-11-26T23:59:59+08:00"));
  });

  test("names only products and categories that there are", () => {
    const { products } = readCatalogue();
    const skus = new Set(products.map(({ sku }) => sku));
    const categories = new Set(products.flatMap((product) => product.categories));
    for (const { offer } of readPromotions().promotions) {
      const named = offer.kind === "bundle" ? offer.parts.map(({ sku }) => sku) : [];
      const priced = offer.kind === "unit-price" ? Object.keys(offer.prices) : [];
      expect([...named, ...priced].filter((sku) => !skus.has(sku))).toEqual([]);
      const scoped = "scope" in offer && offer.scope.kind === "categories" ? offer.scope.categories : [];
      expect(scoped.filter((category) => !categories.has(category))).toEqual([]);
    }
  });
});
