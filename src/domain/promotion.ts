import type { CustomerClass } from "../contract/shapes.ts";
import type { Words } from "./words.ts";

/** Which products of a cart a promotion looks at. */
export type Scope =
  | { readonly kind: "all" }
  | { readonly kind: "skus"; readonly skus: readonly string[] }
  | { readonly kind: "categories"; readonly categories: readonly string[] };

/** A member's or a flash price: each unit costs that much, where that is less. */
export interface UnitPrice {
  readonly kind: "unit-price";
  readonly prices: Readonly<Record<string, number>>;
}

/** A percentage (whole, 1 to 100) off each unit, rounded half up to a cent for one unit. */
export interface UnitPercent {
  readonly kind: "unit-percent";
  readonly scope: Scope;
  readonly percent: number;
}

/**
 * Of every `buy + get` units, `get` cost `percent` less: 100 makes them free, 50 with one and one is "the second at half
 * price". Counted for each sku by itself, or across the scope, where the cheapest units are the ones that cost less.
 */
export interface BuyGet {
  readonly kind: "buy-get";
  readonly scope: Scope;
  readonly across: "sku" | "scope";
  readonly buy: number;
  readonly get: number;
  readonly percent: number;
  /** How many times it may be counted in one order: for each sku, or across the scope. */
  readonly timesPerOrder?: number | undefined;
}

/** These units together cost `priceCents`, where that is less; as many sets as the cart holds. */
export interface Bundle {
  readonly kind: "bundle";
  readonly parts: readonly { readonly sku: string; readonly quantity: number }[];
  readonly priceCents: number;
  readonly timesPerOrder?: number | undefined;
}

/** From how much, and from how many units, within the scope. 0 cents is from the first cent on. */
interface Threshold {
  readonly scope: Scope;
  readonly fromCents: number;
  readonly fromUnits?: number | undefined;
}

/** An amount off from a threshold, or with `each` for every full threshold. A ladder is several of one group. */
export interface AmountOff extends Threshold {
  readonly kind: "amount-off";
  readonly offCents: number;
  readonly each?: boolean | undefined;
  readonly timesPerOrder?: number | undefined;
}

/** A percentage (whole, 1 to 100) off the sum, rounded half up to a cent once, at most `capCents`. */
export interface PercentOff extends Threshold {
  readonly kind: "percent-off";
  readonly percent: number;
  readonly capCents?: number | undefined;
}

/** So much off the shipping fee, or all of it when `offCents` is not given. */
export interface ShippingOff extends Threshold {
  readonly kind: "shipping-off";
  readonly offCents?: number | undefined;
}

export type ItemOffer = UnitPrice | UnitPercent | BuyGet | Bundle;
export type SumOffer = AmountOff | PercentOff;
export type Offer = ItemOffer | SumOffer | ShippingOff;

/** When it is applied: each stage is measured on what the stages before it have left. */
export type Stage = "item" | "shop" | "coupon" | "shipping";

/** Who may use a promotion when, and beside which others. */
interface Terms {
  /** Unique among the promotions of a shop. */
  readonly id: string;
  readonly name: Words;
  /** What the customer types or picks at the checkout; none applies by itself. */
  readonly code?: string | undefined;
  /** Epoch milliseconds, the first and the last moment it holds. */
  readonly fromAt?: number | undefined;
  readonly untilAt?: number | undefined;
  /** Everybody when not given. */
  readonly classes?: readonly CustomerClass[] | undefined;
  /** In how many more orders this customer may use it; 0 is used up, no bound when not given. */
  readonly usesLeft?: number | undefined;
  /** At most one promotion of each group is used in an order. */
  readonly groups?: readonly string[] | undefined;
  /** It is used without any other promotion, or not at all. */
  readonly alone?: boolean | undefined;
}

/** A rule or a coupon by which a customer pays less. How several combine is written at `bestDiscount`. */
export type Promotion = Terms &
  (
    | { readonly stage: "item"; readonly offer: ItemOffer }
    | { readonly stage: "shop" | "coupon"; readonly offer: SumOffer }
    | { readonly stage: "shipping"; readonly offer: ShippingOff }
  );

/** Whether a customer of this class may use it now. */
export function isUsable(promotion: Promotion, customerClass: CustomerClass, at: number): boolean {
  const { fromAt = 0, untilAt = Number.POSITIVE_INFINITY, usesLeft = 1, classes } = promotion;
  return fromAt <= at && at <= untilAt && usesLeft > 0 && (classes?.includes(customerClass) ?? true);
}

/** Whether two promotions may not be used in one order, whatever is in the cart. */
export function excludeEachOther(one: Promotion, other: Promotion): boolean {
  if (one.alone === true || other.alone === true) return true;
  return one.groups?.some((group) => other.groups?.includes(group)) ?? false;
}
