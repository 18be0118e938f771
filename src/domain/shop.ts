import type { Promotion } from "./promotion.ts";
import type { Language, Words } from "./words.ts";

/** Something the shop sells. Prices are whole cents (fen). */
export interface Product {
  readonly sku: string;
  readonly name: Words;
  readonly description: Words;
  /** What promotions are scoped by, such as `tents`. */
  readonly categories: readonly string[];
  readonly priceCents: number;
  /** ISO 4217, such as `CNY`. */
  readonly currency: string;
  /** Units that can be sent now. */
  readonly stock: number;
  /** Its page, http or https. */
  readonly url: string;
  readonly imageUrl?: string | undefined;
}

export type OrderState =
  | "unpaid"
  | "packing"
  | "on-the-way"
  | "out-for-delivery"
  | "delivered"
  | "returning"
  | "refunded"
  | "cancelled";

export interface OrderLine {
  readonly sku: string;
  readonly name: Words;
  readonly quantity: number;
  /** What one cost, before promotions on the whole order. */
  readonly unitCents: number;
}

/** One thing that happened to a parcel. */
export interface LogisticsStep {
  readonly at: number;
  readonly what: Words;
}

/** An order; times are epoch milliseconds. */
export interface Order {
  readonly number: string;
  readonly placedAt: number;
  readonly state: OrderState;
  readonly lines: readonly OrderLine[];
  /** What was paid, or is to be paid, with everything taken off and the shipping fee. */
  readonly totalCents: number;
  readonly currency: string;
  /** From the first to the latest. */
  readonly logistics: readonly LogisticsStep[];
  readonly carrier?: string | undefined;
  readonly trackingNumber?: string | undefined;
  /** By when it is expected at the door; not given when nobody knows or when it is there. */
  readonly etaAt?: number | undefined;
}

/** By what a customer's order becomes cheaper, and what sending it costs before that. */
export interface PriceRules {
  readonly promotions: readonly Promotion[];
  readonly shippingCents: number;
}

export interface ProductSearch {
  /** At most so many, the best first. */
  readonly limit: number;
  /** What the customer speaks; a shop that has both languages looks in both anyway. */
  readonly language?: Language | undefined;
}

/**
 * What the assistant may look up in the shop.
 *
 * - **C3** `customerId` comes from the verified token, never from what a customer or a model wrote. An order of somebody
 *   else cannot be told from one that does not exist: both are null. What comes back is data, whatever it says.
 *
 * Methods reject with a {@link ShopFailure}, or with the signal's reason when it was aborted. They change nothing, so
 * asking again is safe.
 */
export interface Shop {
  /** Products that fit what a person typed; empty when none does. */
  findProducts(query: string, search: ProductSearch, signal: AbortSignal): Promise<readonly Product[]>;
  /** The products of these skus, in their order; unknown ones are left out. */
  products(skus: readonly string[], signal: AbortSignal): Promise<readonly Product[]>;
  /** The customer's order of that number, in whatever case and with blanks around it; null when there is none (C3). */
  getOrder(customerId: string, orderNumber: string, signal: AbortSignal): Promise<Order | null>;
  /** The customer's orders, the latest first, at most `limit`. */
  ordersOf(customerId: string, limit: number, signal: AbortSignal): Promise<readonly Order[]>;
  /** Coupons and rules that this customer may use now, with the shipping fee. */
  promotions(customerId: string, signal: AbortSignal): Promise<PriceRules>;
}

/**
 * Why a look-up failed: the shop has no such place; it cannot be reached or is overloaded; it did not answer in time;
 * its answer is not what was agreed; it does not accept our key.
 */
export type ShopFailureKind = "not-found" | "unavailable" | "slow" | "broken" | "refused";

const sentences: Record<ShopFailureKind, string> = {
  "not-found": "The shop does not offer this look-up.",
  unavailable: "The shop's data cannot be reached right now; it may work again shortly.",
  slow: "The shop's data did not come in time; it may work again shortly.",
  broken: "The shop gave an answer that cannot be used.",
  refused: "The shop does not allow this look-up.",
};

/** A look-up failed. `sentence` is for the model and holds nothing of the shop's; `message` is for the log (X5). */
export class ShopFailure extends Error {
  readonly kind: ShopFailureKind;
  readonly sentence: string;

  constructor(kind: ShopFailureKind, detail: string, cause?: unknown) {
    super(`A look-up in the shop failed (${kind}): ${detail}`, { cause });
    this.name = "ShopFailure";
    this.kind = kind;
    this.sentence = sentences[kind];
  }
}
