import { maxCents } from "./cents.ts";
import type { Scope } from "./promotion.ts";

export interface CartLine {
  readonly sku: string;
  readonly unitCents: number;
  readonly quantity: number;
  readonly categories?: readonly string[] | undefined;
}

export interface Cart {
  readonly lines: readonly CartLine[];
  /** The fee before promotions. */
  readonly shippingCents: number;
}

/** The most units of one line that are counted with. */
const maxQuantity = 100_000;

/**
 * The cart with one line for each sku, in the order they came in.
 *
 * @throws {RangeError} when an amount is no whole number of cents, a quantity none of units, or one sku has two prices
 */
export function tidyCart({ lines, shippingCents }: Cart): Cart {
  const bySku = new Map<string, CartLine>();
  for (const line of lines) {
    const known = bySku.get(line.sku);
    if (known !== undefined && known.unitCents !== line.unitCents) throw new RangeError(`${line.sku} has two prices.`);
    bySku.set(line.sku, { ...line, quantity: line.quantity + (known?.quantity ?? 0) });
  }
  const tidy = [...bySku.values()];
  for (const { sku, unitCents, quantity } of tidy) {
    refuseUnless(isWhole(unitCents, 0, maxCents), `The price of ${sku} is no whole number of cents.`);
    refuseUnless(isWhole(quantity, 1, maxQuantity), `The quantity of ${sku} is no whole number of units.`);
  }
  refuseUnless(isWhole(shippingCents, 0, maxCents), "The shipping fee is no whole number of cents.");
  const listCents = tidy.reduce((sum, { unitCents, quantity }) => sum + unitCents * quantity, shippingCents);
  refuseUnless(listCents <= maxCents, "The cart is worth more than can be counted with.");
  return { lines: tidy, shippingCents };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function refuseUnless(holds: boolean, sentence: string): void {
  if (!holds) throw new RangeError(sentence);
}

/** Whether a promotion of this scope looks at the line. */
export function isWithin({ sku, categories = [] }: CartLine, scope: Scope): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "skus":
      return scope.skus.includes(sku);
    case "categories":
      return scope.categories.some((category) => categories.includes(category));
    default:
      return scope satisfies never;
  }
}
