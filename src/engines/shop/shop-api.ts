import { z } from "zod";
import { customerClass } from "../../contract/shapes.ts";
import { maxCents } from "../../domain/cents.ts";
import type { Promotion } from "../../domain/promotion.ts";
import type { Order, Product } from "../../domain/shop.ts";
import type { Words } from "../../domain/words.ts";

/**
 * What a shop's own API answers with. `docs/shop-api.openapi.yaml` says the same and is held equal by a test. Fields that
 * are not named here are ignored, so a shop may send more.
 */

const cents = z.int().min(0).max(maxCents);
const percent = z.int().min(1).max(100);
const units = z.int().min(1).max(100_000);
const id = z.string().min(1).max(100);
const text = z.string().max(4_000);
const currency = z.string().regex(/^[A-Z]{3}$/);
const page = z.url({ protocol: /^https?$/ }).max(2_000);

/** A moment as ISO 8601 with its offset; epoch milliseconds from here on. */
const moment = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written));

export const words: z.ZodType<Words> = z.union([
  z.object({ zh: text.min(1), en: text.optional() }),
  z.object({ zh: text.optional(), en: text.min(1) }),
]);

export const product = z.object({
  sku: id,
  name: words,
  description: words,
  categories: z.array(id).max(20),
  priceCents: cents,
  currency,
  stock: z.int().min(0),
  url: page,
  imageUrl: page.optional(),
}) satisfies z.ZodType<Product>;

export const orderState = z.enum([
  "unpaid",
  "packing",
  "on-the-way",
  "out-for-delivery",
  "delivered",
  "returning",
  "refunded",
  "cancelled",
]);

export const orderLine = z.object({ sku: id, name: words, quantity: units, unitCents: cents });

export const logisticsStep = z.object({ at: moment, what: words });

export const order = z.object({
  number: id,
  placedAt: moment,
  state: orderState,
  lines: z.array(orderLine).max(200),
  totalCents: cents,
  currency,
  logistics: z.array(logisticsStep).max(200),
  carrier: z.string().max(100).optional(),
  trackingNumber: z.string().max(100).optional(),
  etaAt: moment.optional(),
}) satisfies z.ZodType<Order>;

export const scope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all") }),
  z.object({ kind: z.literal("skus"), skus: z.array(id).max(1_000) }),
  z.object({ kind: z.literal("categories"), categories: z.array(id).max(100) }),
]);

const threshold = { scope, fromCents: cents, fromUnits: units.optional() };

export const itemOffer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("unit-price"), prices: z.record(id, cents) }),
  z.object({ kind: z.literal("unit-percent"), scope, percent }),
  z.object({
    kind: z.literal("buy-get"),
    scope,
    across: z.enum(["sku", "scope"]),
    buy: units,
    get: units,
    percent,
    timesPerOrder: units.optional(),
  }),
  z.object({
    kind: z.literal("bundle"),
    parts: z
      .array(z.object({ sku: id, quantity: units }))
      .min(1)
      .max(20),
    priceCents: cents,
    timesPerOrder: units.optional(),
  }),
]);

export const sumOffer = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("amount-off"),
    ...threshold,
    offCents: cents,
    each: z.boolean().optional(),
    timesPerOrder: units.optional(),
  }),
  z.object({ kind: z.literal("percent-off"), ...threshold, percent, capCents: cents.optional() }),
]);

export const shippingOffer = z.object({
  kind: z.literal("shipping-off"),
  ...threshold,
  offCents: cents.optional(),
});

/** The terms of a promotion but for its times, which the demo shop counts from today. */
export const timelessTerms = {
  id,
  name: words,
  code: id.optional(),
  classes: z.array(customerClass).optional(),
  usesLeft: z.int().min(0).optional(),
  groups: z.array(id).max(10).optional(),
  alone: z.boolean().optional(),
};

const terms = { ...timelessTerms, fromAt: moment.optional(), untilAt: moment.optional() };

export const promotion = z.discriminatedUnion("stage", [
  z.object({ ...terms, stage: z.literal("item"), offer: itemOffer }),
  z.object({ ...terms, stage: z.enum(["shop", "coupon"]), offer: sumOffer }),
  z.object({ ...terms, stage: z.literal("shipping"), offer: shippingOffer }),
]) satisfies z.ZodType<Promotion>;

export const productList = z.object({ products: z.array(product) });
export const orderList = z.object({ orders: z.array(order) });
export const priceRules = z.object({ promotions: z.array(promotion).max(500), shippingCents: cents });

/** By the names that they have in the OpenAPI document. */
export const shopSchemas = {
  Words: words,
  Product: product,
  ProductList: productList,
  OrderState: orderState,
  OrderLine: orderLine,
  LogisticsStep: logisticsStep,
  Order: order,
  OrderList: orderList,
  Scope: scope,
  ItemOffer: itemOffer,
  SumOffer: sumOffer,
  ShippingOffer: shippingOffer,
  Promotion: promotion,
  PriceRules: priceRules,
} satisfies Record<string, z.ZodType>;
