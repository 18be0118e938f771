import { z } from "zod";
import type { Card } from "../contract/shapes.ts";
import { bestDiscount } from "./discount.ts";
import { type Product, type Shop, ShopFailure } from "./shop.ts";
import { cardOfOrder, cardOfPrice, cardOfProduct, orderFor, priceFor, productFor } from "./shop-words.ts";
import { defineTool, failed, type Tool, ToolFailure, type ToolResult } from "./tools.ts";

const maxProducts = 10;
const maxOrders = 5;

/**
 * What the assistant can look up in a shop (C3): always for the customer of the conversation, whatever the model was talked
 * into asking.
 *
 * @param now gives epoch milliseconds: promotions begin and end
 */
export function shopTools(shop: Shop, now: () => number): readonly Tool[] {
  return [findProducts(shop), getOrder(shop), bestPrice(shop, now)];
}

function findProducts(shop: Shop): Tool {
  return defineTool({
    name: "find_products",
    description:
      "Searches the shop's products. Use it before saying anything about a product, its price or its stock. Gives sku, name, price, stock and page of each match, the best first; an empty list when nothing matches.",
    input: z.strictObject({
      query: z.string().min(1).max(200).describe("What the customer is looking for, in the customer's own words"),
      limit: z.int().min(1).max(maxProducts).default(5).describe("At most so many products"),
    }),
    run: ({ query, limit }, { language, signal }) =>
      told(async () => {
        const products = await shop.findProducts(query, { limit, language }, signal);
        const cards = products.map((product) => cardOfProduct(product, language));
        return found({ products: products.map((product) => productFor(product, language)) }, cards);
      }),
  });
}

/** The same words whether it is another customer's or does not exist: neither can be told from the other (X1). */
const noOrder = "There is no order of that number among this customer's orders.";

function getOrder(shop: Shop): Tool {
  return defineTool({
    name: "get_order",
    description:
      "Looks up an order of this customer: what was bought, what was paid, where the parcel is and when it is expected. Without a number it gives the customer's latest orders. It cannot see orders of anybody else.",
    input: z.strictObject({
      orderNumber: z.string().min(1).max(100).optional().describe("As the customer wrote it, such as TS20261108001"),
    }),
    run: ({ orderNumber }, { customerId, language, signal }) =>
      told(async () => {
        const orders =
          orderNumber === undefined
            ? await shop.ordersOf(customerId, maxOrders, signal)
            : [await shop.getOrder(customerId, orderNumber, signal)].filter((order) => order !== null);
        if (orderNumber !== undefined && orders.length === 0) return { text: noOrder, isError: false, cards: [] };
        const cards = orders.map((order) => cardOfOrder(order, language));
        return found({ orders: orders.map((order) => orderFor(order, language)) }, cards);
      }),
  });
}

const cartLine = z.strictObject({
  sku: z.string().min(1).max(100).describe("As find_products gave it"),
  quantity: z.int().min(1).max(999).default(1),
});

function bestPrice(shop: Shop, now: () => number): Tool {
  return defineTool({
    name: "best_discount",
    description:
      "Reckons the lowest price of a cart for this customer: which promotions and coupons together cost least, with each step of the arithmetic, and what a little more would bring. Never reckon a discount yourself: call this and repeat its figures.",
    input: z.strictObject({ items: z.array(cartLine).min(1).max(30) }),
    run: ({ items }, { customerId, class: customerClass, language, signal }) =>
      told(async () => {
        const skus = [...new Set(items.map(({ sku }) => sku))];
        const [products, rules] = await Promise.all([shop.products(skus, signal), shop.promotions(customerId, signal)]);
        const bySku = new Map(products.map((product) => [product.sku, product]));
        const unknown = skus.filter((sku) => !bySku.has(sku));
        if (unknown.length > 0) return failed(`The shop has no such products: ${unknown.join(", ")}.`);
        const currency = currencyOf(products);
        if (currency === null) return failed("These products are not sold in one currency: reckon them apart.");
        const lines = items.flatMap(({ sku, quantity }) => lineOf(bySku.get(sku), quantity));
        const cart = { lines, shippingCents: rules.shippingCents };
        const price = bestDiscount(cart, rules.promotions, { customerClass, at: now() });
        const short = products.filter(({ sku, stock }) => stock < unitsOf(lines, sku)).map(({ sku }) => sku);
        const told = { currency, ...priceFor(price, language), ...(short.length > 0 && { notEnoughInStock: short }) };
        return found(told, [cardOfPrice(price, currency, language)]);
      }),
  });
}

function currencyOf(products: readonly Product[]): string | null {
  const [first, ...others] = new Set(products.map(({ currency }) => currency));
  return first === undefined || others.length > 0 ? null : first;
}

function lineOf(product: Product | undefined, quantity: number) {
  if (product === undefined) return [];
  const { sku, priceCents: unitCents, categories } = product;
  return [{ sku, unitCents, quantity, categories }];
}

function unitsOf(lines: readonly { readonly sku: string; readonly quantity: number }[], sku: string): number {
  return lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
}

function found(value: object, cards: readonly Card[]): ToolResult {
  return { text: JSON.stringify(value), isError: false, cards };
}

/** What the shop says of its failures, in words for the model. */
async function told(look: () => Promise<ToolResult>): Promise<ToolResult> {
  try {
    return await look();
  } catch (fault) {
    throw fault instanceof ShopFailure ? new ToolFailure(fault.sentence, { cause: fault }) : fault;
  }
}
