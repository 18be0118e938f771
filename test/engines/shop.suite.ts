import { expect, test } from "vitest";
import { bestDiscount } from "../../src/domain/discount.ts";
import type { Product, Shop } from "../../src/domain/shop.ts";

export interface OpenShop extends AsyncDisposable {
  readonly shop: Shop;
  readonly nowAt: number;
}

const never = new AbortController().signal;
const guest = "guest:Zx_9-aQ";
const skusOf = (products: readonly Product[]) => products.map(({ sku }) => sku);

/** What {@link Shop} promises, wherever its data comes from; the data is the demo shop's. */
export function shopSuite(open: () => Promise<OpenShop>): void {
  test("a product is found by what people call it, in Chinese, in English, with a slip; the best first", async () => {
    await using world = await open();
    const first = async (query: string) => skusOf(await world.shop.findProducts(query, { limit: 5 }, never))[0];
    expect(await first("推荐一顶双人帐篷")).toBe("tent-2p");
    expect(await first("2 person tent")).toBe("tent-2p");
    expect(await first("jakcet storm")).toBe("jacket-storm");
    expect(await first("lantern")).toBe("lantern");
    expect(await first("lantren")).toBe("lantern");
    expect(await first("帐蓬")).toContain("tent");
    expect(await first("保温杯")).toBe("mug-wave");
  });

  test("no more products are given than were asked for, and none for what nobody sells", async () => {
    await using world = await open();
    expect(await world.shop.findProducts("帐篷", { limit: 3, language: "zh" }, never)).toHaveLength(3);
    expect(await world.shop.findProducts("helicopter", { limit: 3 }, never)).toEqual([]);
    expect(await world.shop.findProducts("", { limit: 3 }, never)).toEqual([]);
  });

  test("products come in the order of their skus, unknown ones are left out", async () => {
    await using world = await open();
    const products = await world.shop.products(["mug-wave", "no-such-thing", "tent-2p"], never);
    expect(products.map(({ sku, priceCents, currency }) => [sku, priceCents, currency])).toEqual([
      ["mug-wave", 9_900, "CNY"],
      ["tent-2p", 89_900, "CNY"],
    ]);
    expect(await world.shop.products([], never)).toEqual([]);
  });

  test("C3 a customer sees an order of their own, in whatever case the number is written", async () => {
    await using world = await open();
    const order = await world.shop.getOrder("demo-wang", " ts20261111233 ", never);
    expect(order).toMatchObject({ number: "TS20261111233", state: "packing", totalCents: 148_700 });
    expect(order?.placedAt).toBe(world.nowAt - 7 * 3_600_000);
    expect(order?.etaAt).toBe(world.nowAt + 72 * 3_600_000);
  });

  test.each([
    guest,
    "demo-li",
    "DEMO-WANG",
    "demo-wang/",
    "../demo-wang",
    "x/../demo-wang",
    "demo-wang%2f",
    "__proto__",
    "constructor",
  ])("C3 to %s an order of somebody else is what one is that does not exist", async (customerId) => {
    await using world = await open();
    expect(await world.shop.getOrder(customerId, "TS20261111233", never)).toBeNull();
    expect(await world.shop.getOrder(customerId, "TS20269999999", never)).toBeNull();
    const numbers = (await world.shop.ordersOf(customerId, 50, never)).map(({ number }) => number);
    expect(numbers).not.toContain("TS20261111233");
  });

  test.each([
    "../../demo-wang/orders/TS20261111233",
    "..%2f..%2fdemo-wang%2forders%2fTS20261111233",
    "TS20261111233?customer=demo-wang",
    ".",
    "",
    "订单",
  ])("C3 a number that a model made up as %j leads nowhere", async (orderNumber) => {
    await using world = await open();
    expect(await world.shop.getOrder(guest, orderNumber, never)).toBeNull();
  });

  test("C3 the latest orders come first, at most as many as asked for, and only the customer's", async () => {
    await using world = await open();
    const numbers = async (id: string, limit: number) =>
      (await world.shop.ordersOf(id, limit, never)).map(({ number }) => number);
    expect(await numbers("demo-li", 10)).toEqual(["TS20261109077", "TS20261102310"]);
    expect(await numbers("demo-li", 1)).toEqual(["TS20261109077"]);
    expect(await numbers(guest, 10)).toEqual(["TS20261111007", "TS20261110042", "TS20261108001"]);
  });

  test("promotions come with what bestDiscount needs, to the cent", async () => {
    await using world = await open();
    const { promotions, shippingCents } = await world.shop.promotions(guest, never);
    const lines = (await world.shop.products(["tent-2p"], never)).map(({ sku, priceCents, categories }) => {
      return { sku, unitCents: priceCents, quantity: 1, categories };
    });
    const best = bestDiscount({ lines, shippingCents }, promotions, { customerClass: "guest", at: world.nowAt });
    expect(best.steps.map(({ promotion, offCents }) => [promotion.id, offCents])).toEqual([
      ["TIDE100", 10_000],
      ["free-99", 800],
    ]);
    expect(best.totalCents).toBe(79_900);
  });

  test("an aborted look-up rejects with the reason", async () => {
    await using world = await open();
    const left = AbortSignal.abort(new Error("The customer left."));
    await expect(world.shop.findProducts("tent", { limit: 1 }, left)).rejects.toThrow("The customer left.");
    await expect(world.shop.products(["tent-2p"], left)).rejects.toThrow("The customer left.");
    await expect(world.shop.getOrder(guest, "TS20261108001", left)).rejects.toThrow("The customer left.");
    await expect(world.shop.ordersOf(guest, 1, left)).rejects.toThrow("The customer left.");
    await expect(world.shop.promotions(guest, left)).rejects.toThrow("The customer left.");
  });
}
