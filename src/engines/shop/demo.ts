import type { Order, PriceRules, Product, ProductSearch, Shop } from "../../domain/shop.ts";
import { wordsIn } from "../../domain/words.ts";
import {
  type Catalogue,
  type DemoOrder,
  datedOrder,
  datedPromotion,
  readCatalogue,
  readOrders,
  readPromotions,
} from "./demo-data.ts";
import { indexProducts, type ProductIndex } from "./search.ts";

export interface DemoOptions {
  /** Path of a catalogue to show instead of the one that is shipped. */
  readonly catalogue?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** @throws {Error} with file and path when the catalogue is malformed */
export function openDemoShop({ catalogue, now }: DemoOptions): DemoShop {
  return new DemoShop(readCatalogue(catalogue), now);
}

/**
 * The shop of the demonstration, from files in this folder.
 *
 * **C3** Some orders belong to named customers and nobody else sees them. The sample orders belong to whoever tries the
 * demonstration out, each guest with a copy of their own: a guest has bought nothing here and would else have nothing
 * to ask about. Their times are told from now, so that they are always of these days.
 */
export class DemoShop implements Shop, AsyncDisposable {
  readonly #products: ReadonlyMap<string, Product>;
  readonly #index: ProductIndex;
  readonly #now: () => number;
  readonly #orders = readOrders();
  readonly #promotions = readPromotions();

  constructor({ currency, products }: Catalogue, now: () => number) {
    this.#now = now;
    this.#products = new Map(products.map(({ keywords: _, ...product }) => [product.sku, { ...product, currency }]));
    this.#index = indexProducts(products.map(entryOf));
  }

  async findProducts(query: string, { limit }: ProductSearch, signal: AbortSignal): Promise<readonly Product[]> {
    signal.throwIfAborted();
    return this.#known(this.#index.find(query, limit));
  }

  async products(skus: readonly string[], signal: AbortSignal): Promise<readonly Product[]> {
    signal.throwIfAborted();
    return this.#known(skus);
  }

  async getOrder(customerId: string, orderNumber: string, signal: AbortSignal): Promise<Order | null> {
    signal.throwIfAborted();
    const number = orderNumber.trim().toUpperCase();
    const found = this.#of(customerId).find((order) => order.number === number);
    return found === undefined ? null : datedOrder(found, this.#now());
  }

  async ordersOf(customerId: string, limit: number, signal: AbortSignal): Promise<readonly Order[]> {
    signal.throwIfAborted();
    return this.#of(customerId)
      .toSorted((one, other) => one.placedHoursAgo - other.placedHoursAgo)
      .slice(0, limit)
      .map((order) => datedOrder(order, this.#now()));
  }

  async promotions(_customerId: string, signal: AbortSignal): Promise<PriceRules> {
    signal.throwIfAborted();
    const { promotions, shippingCents } = this.#promotions;
    return { shippingCents, promotions: promotions.map((promotion) => datedPromotion(promotion, this.#now())) };
  }

  /** Holds nothing open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #known(skus: readonly string[]): Product[] {
    return skus.flatMap((sku) => this.#products.get(sku) ?? []);
  }

  #of(customerId: string): readonly DemoOrder[] {
    const { customers, everybody } = this.#orders;
    return Object.hasOwn(customers, customerId) ? (customers[customerId] ?? []) : everybody;
  }
}

function entryOf({ sku, name, description, categories, keywords, stock }: Catalogue["products"][number]) {
  const both = (words: typeof name) => `${wordsIn(words, "zh")} ${wordsIn(words, "en")}`;
  return { id: sku, name: both(name), about: `${both(description)} ${categories.join(" ")} ${keywords}`, stock };
}
