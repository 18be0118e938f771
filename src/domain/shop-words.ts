import type { Card, OrderCard } from "../contract/shapes.ts";
import type { BestPrice } from "./discount.ts";
import type { Order, OrderState, Product } from "./shop.ts";
import { type Language, type Words, wordsIn } from "./words.ts";

/** Longest text of a card. */
const maxLabelChars = 300;
const maxNoteChars = 200;
const maxLines = 20;

const states: Readonly<Record<OrderState, Words>> = {
  unpaid: { zh: "待付款", en: "not paid yet" },
  packing: { zh: "备货中", en: "being packed" },
  "on-the-way": { zh: "运输中", en: "on its way" },
  "out-for-delivery": { zh: "派送中", en: "out for delivery" },
  delivered: { zh: "已签收", en: "delivered" },
  returning: { zh: "退货中", en: "being returned" },
  refunded: { zh: "已退款", en: "refunded" },
  cancelled: { zh: "已取消", en: "cancelled" },
};

/** An amount as people write it: `¥1,299.00` is `1299.00`. Whole cents in, exact digits out. */
export function amountOf(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A product, in few words, for the model. */
export function productFor(product: Product, language: Language): object {
  const { sku, name, description, priceCents, currency, stock, url } = product;
  return {
    sku,
    name: wordsIn(name, language),
    price: amountOf(priceCents),
    currency,
    stock,
    about: clipped(wordsIn(description, language), maxNoteChars),
    url,
  };
}

export function cardOfProduct(product: Product, language: Language): Card {
  const { sku, name, description, priceCents, currency, stock, url, imageUrl } = product;
  return {
    kind: "product",
    sku,
    name: label(name, language),
    note: clipped(wordsIn(description, language), maxNoteChars),
    priceCents,
    currency,
    stock,
    url,
    ...(imageUrl !== undefined && { imageUrl }),
  };
}

/** An order, in few words, for the model. */
export function orderFor(order: Order, language: Language): object {
  const { number, state, placedAt, etaAt, lines, totalCents, currency, logistics, carrier, trackingNumber } = order;
  return {
    number,
    state: wordsIn(states[state], language),
    placedAt: dated(placedAt),
    items: lines.slice(0, maxLines).map(({ name, quantity }) => ({ name: wordsIn(name, language), quantity })),
    total: amountOf(totalCents),
    currency,
    ...(carrier !== undefined && { carrier }),
    ...(trackingNumber !== undefined && { trackingNumber }),
    ...(etaAt !== undefined && { expectedAt: dated(etaAt) }),
    steps: logistics.slice(-maxLines).map(({ at, what }) => ({ at: dated(at), what: wordsIn(what, language) })),
  };
}

export function cardOfOrder(order: Order, language: Language): OrderCard {
  const { number, state, placedAt, etaAt, lines, totalCents, currency, logistics } = order;
  return {
    kind: "order",
    number,
    state: label(states[state], language),
    placedAt,
    ...(etaAt !== undefined && { etaAt }),
    totalCents,
    currency,
    lines: lines.slice(0, maxLines).map(({ name, quantity }) => ({ name: label(name, language), quantity })),
    steps: logistics.slice(-maxLines).map(({ at, what }) => ({ at, what: label(what, language) })),
  };
}

/** The lowest price of a cart, with the arithmetic, for the model. */
export function priceFor(price: BestPrice, language: Language): object {
  const { goodsCents, shippingCents, totalCents, savedCents, steps, hints, exact } = price;
  return {
    goods: amountOf(goodsCents),
    shipping: amountOf(shippingCents),
    steps: steps.map(({ promotion, offCents, leftCents }) => ({
      what: wordsIn(promotion.name, language),
      ...codeOf(promotion),
      off: amountOf(offCents),
      left: amountOf(leftCents),
    })),
    total: amountOf(totalCents),
    saved: amountOf(savedCents),
    ...(hints.length > 0 && {
      withALittleMore: hints.map(({ promotion, missingCents, missingUnits, gainCents }) => ({
        what: wordsIn(promotion.name, language),
        ...(missingCents > 0 && { missing: amountOf(missingCents) }),
        ...(missingUnits > 0 && { missingUnits }),
        off: amountOf(gainCents),
      })),
    }),
    ...(!exact && { note: "There were too many combinations to try all of them: a cheaper one may exist." }),
  };
}

export function cardOfPrice(price: BestPrice, currency: string, language: Language): Card {
  const { goodsCents, shippingCents, totalCents, steps } = price;
  return {
    kind: "discount",
    currency,
    beforeCents: goodsCents + shippingCents,
    totalCents,
    steps: steps.slice(0, maxLines).map(({ promotion, offCents, leftCents }) => ({
      what: label(promotion.name, language),
      ...codeOf(promotion),
      offCents,
      leftCents,
    })),
  };
}

function codeOf({ code }: { readonly code?: string | undefined }): { readonly code?: string } {
  return code === undefined ? {} : { code };
}

const dated = (at: number) => new Date(at).toISOString().slice(0, 16);

function label(words: Words, language: Language): string {
  return clipped(wordsIn(words, language), maxLabelChars);
}

function clipped(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`.toWellFormed();
}
