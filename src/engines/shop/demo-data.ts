import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Promotion } from "../../domain/promotion.ts";
import type { Order } from "../../domain/shop.ts";
import { itemOffer, logisticsStep, order, product, shippingOffer, sumOffer, timelessTerms } from "./shop-api.ts";

const hours = z.number().min(0).max(10_000);

/** A catalogue: products as in the shop's API, of one currency, with words that people use for them. */
const catalogue = z.object({
  currency: product.shape.currency,
  products: z
    .array(product.omit({ currency: true }).extend({ keywords: z.string().max(1_000).default("") }))
    .min(1)
    .max(50_000)
    .refine((list) => new Set(list.map(({ sku }) => sku)).size === list.length, "must not have one sku twice"),
});

/** An order whose times are told from now, so that it is recent whenever it is looked at. */
const demoOrder = order.omit({ placedAt: true, logistics: true, etaAt: true }).extend({
  placedHoursAgo: hours,
  logistics: z.array(logisticsStep.omit({ at: true }).extend({ hoursAgo: hours })),
  etaInHours: hours.optional(),
});

const orders = z.object({ everybody: z.array(demoOrder), customers: z.record(z.string(), z.array(demoOrder)) });

/** `untilInDays`: 0 is tonight. */
const timed = { ...timelessTerms, untilInDays: z.int().min(0).max(365).optional() };

const demoPromotion = z.discriminatedUnion("stage", [
  z.object({ ...timed, stage: z.literal("item"), offer: itemOffer }),
  z.object({ ...timed, stage: z.enum(["shop", "coupon"]), offer: sumOffer }),
  z.object({ ...timed, stage: z.literal("shipping"), offer: shippingOffer }),
]);

const promotions = z.object({ shippingCents: z.int().min(0), promotions: z.array(demoPromotion) });

export type Catalogue = z.infer<typeof catalogue>;
export type DemoOrder = z.infer<typeof demoOrder>;
export type DemoPromotion = z.infer<typeof demoPromotion>;

/** @throws {Error} one line for each fault, with the file and the path within it */
export function readCatalogue(path = shipped("catalogue.json")): Catalogue {
  return read(path, catalogue);
}

export const readOrders = () => read(shipped("orders.json"), orders);
export const readPromotions = () => read(shipped("promotions.json"), promotions);

function shipped(name: string): string {
  return fileURLToPath(new URL(`demo/${name}`, import.meta.url));
}

const maxFaults = 5;

function read<T>(path: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(jsonOf(path));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, maxFaults);
  throw new Error(
    faults.map((fault) => `${path}: ${fault.path.join(".") || "(the whole)"} ${fault.message}`).join("\n"),
  );
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""));
  } catch (fault) {
    throw new Error(`${path} cannot be read as JSON: ${fault instanceof Error ? fault.message : fault}`, {
      cause: fault,
    });
  }
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The demo shop lives by Beijing time. */
const offsetMs = 8 * hourMs;

export function datedOrder({ placedHoursAgo, logistics, etaInHours, ...rest }: DemoOrder, nowAt: number): Order {
  return {
    ...rest,
    placedAt: nowAt - placedHoursAgo * hourMs,
    logistics: logistics.map(({ hoursAgo, what }) => ({ at: nowAt - hoursAgo * hourMs, what })),
    ...(etaInHours === undefined ? {} : { etaAt: nowAt + etaInHours * hourMs }),
  };
}

/** It ends with the last second of its day. */
export function datedPromotion({ untilInDays, ...rest }: DemoPromotion, nowAt: number): Promotion {
  if (untilInDays === undefined) return rest;
  const midnightAt = Math.floor((nowAt + offsetMs) / dayMs) * dayMs - offsetMs;
  return { ...rest, untilAt: midnightAt + (untilInDays + 1) * dayMs - 1_000 };
}
