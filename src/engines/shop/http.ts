import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleType,
  handleWhen,
  type RetryPolicy,
  retry,
} from "cockatiel";
import { Agent } from "undici";
import type { Order, PriceRules, Product, ProductSearch, Shop } from "../../domain/shop.ts";
import { ShopFailure } from "../../domain/shop.ts";
import { type Lookup, lookUp } from "./http-answer.ts";
import { order, orderList, priceRules, productList } from "./shop-api.ts";

export interface HttpShopOptions {
  /** The root of the shop's API: `https://shop.example/api` makes `https://shop.example/api/products`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`, and nowhere else. */
  readonly apiKey: string;
  /** For one look-up with all its tries. */
  readonly timeoutMs: number;
  /** Requests for one look-up at most; only what was `unavailable` is asked again. */
  readonly tries: number;
  /** Wait before the second try, about; it grows from then on. */
  readonly backoffMs: number;
  /** After so many failures on end the shop is left alone for `restMs`, then tried with one request. */
  readonly breakAfter: number;
  readonly restMs: number;
}

/** Products of one question at most: an address has room for so many. */
const maxSkus = 100;
const maxListed = 100;
const orderNumberShape = /^[\w-]{1,64}$/;

/** @throws {TypeError} when the url is none */
export function openHttpShop(options: HttpShopOptions): HttpShop {
  return new HttpShop(options);
}

/**
 * A shop behind its own HTTP API, as `docs/shop-api.md` describes it. Requests only read, so they are repeated freely,
 * within one clock for all of a look-up.
 */
export class HttpShop implements Shop, AsyncDisposable {
  readonly #root: string;
  readonly #apiKey: string;
  readonly #timeoutMs: number;
  readonly #dispatcher: Agent;
  readonly #retry: RetryPolicy;
  readonly #breaker: CircuitBreakerPolicy;

  constructor({ url, apiKey, timeoutMs, tries, backoffMs, breakAfter, restMs }: HttpShopOptions) {
    this.#root = new URL(url).href.replace(/\/*$/, "");
    this.#apiKey = apiKey;
    this.#timeoutMs = timeoutMs;
    this.#dispatcher = new Agent({
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const passing = handleType(ShopFailure, ({ kind }) => kind === "unavailable");
    this.#retry = retry(passing, {
      maxAttempts: tries - 1,
      backoff: new ExponentialBackoff({ initialDelay: backoffMs, maxDelay: 10 * backoffMs }),
    });
    const failing = handleWhen((fault) => this.#isFailing(fault));
    this.#breaker = circuitBreaker(failing, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(breakAfter) });
  }

  async findProducts(query: string, { limit, language }: ProductSearch, signal: AbortSignal) {
    const params = { query, limit: String(limit), ...(language === undefined ? {} : { language }) };
    const found = await this.#ask({ url: this.#at("/products/search", params), schema: productList }, signal);
    return found.products.slice(0, limit);
  }

  async products(skus: readonly string[], signal: AbortSignal): Promise<readonly Product[]> {
    const asked = [...new Set(skus)].slice(0, maxSkus);
    if (asked.length === 0) return [];
    const url = this.#at("/products", {});
    for (const sku of asked) url.searchParams.append("sku", sku);
    const { products } = await this.#ask({ url, schema: productList }, signal);
    const bySku = new Map(products.map((product) => [product.sku, product]));
    return skus.flatMap((sku) => bySku.get(sku) ?? []);
  }

  async getOrder(customerId: string, orderNumber: string, signal: AbortSignal): Promise<Order | null> {
    const number = orderNumber.trim().toUpperCase();
    // What a model wrote becomes part of an address only when it can be a number, and no way to somewhere else.
    if (!orderNumberShape.test(number)) return null;
    const url = this.#at(`${this.#customer(customerId)}/orders/${number}`, {});
    const found = await this.#send({ url, schema: order, mayBeMissing: true }, signal);
    if (found === null || found.number.toUpperCase() === number) return found;
    throw new ShopFailure("broken", "another order than the one that was asked for");
  }

  async ordersOf(customerId: string, limit: number, signal: AbortSignal): Promise<readonly Order[]> {
    const url = this.#at(`${this.#customer(customerId)}/orders`, { limit: String(Math.min(limit, maxListed)) });
    const found = await this.#send({ url, schema: orderList, mayBeMissing: true }, signal);
    const orders = found?.orders ?? [];
    return orders.toSorted((one, other) => other.placedAt - one.placedAt).slice(0, limit);
  }

  async promotions(customerId: string, signal: AbortSignal): Promise<PriceRules> {
    return this.#ask({ url: this.#at(`${this.#customer(customerId)}/promotions`, {}), schema: priceRules }, signal);
  }

  /** Closes the connections; look-ups under way fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #at(path: string, params: Readonly<Record<string, string>>): URL {
    const url = new URL(`${this.#root}${path}`);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    return url;
  }

  /** C3: an id is one step of the path, whatever it is made of; two that would lead elsewhere are refused. */
  #customer(customerId: string): string {
    if (/^\.{0,2}$/.test(customerId)) throw new ShopFailure("refused", "no customer has such an id");
    return `/customers/${encodeURIComponent(customerId.toWellFormed())}`;
  }

  async #ask<T>(asked: Omit<Lookup<T>, "mayBeMissing">, signal: AbortSignal): Promise<T> {
    const found = await this.#send({ ...asked, mayBeMissing: false }, signal);
    if (found === null) throw new ShopFailure("broken", "nothing");
    return found;
  }

  async #send<T>(asked: Lookup<T>, signal: AbortSignal): Promise<T | null> {
    signal.throwIfAborted();
    const clock = AbortSignal.timeout(this.#timeoutMs);
    const either = AbortSignal.any([signal, clock]);
    try {
      const work = this.#retry.execute(() => this.#breaker.execute(() => this.#try(asked, either, clock)), either);
      // The wait between two tries cannot be interrupted, so it is walked away from.
      return await Promise.race([work, abortionOf(either)]);
    } catch (fault) {
      signal.throwIfAborted();
      if (fault instanceof BrokenCircuitError) throw new ShopFailure("unavailable", "left alone after failures", fault);
      throw clock.aborted && !(fault instanceof ShopFailure) ? this.#tooSlow() : fault;
    }
  }

  /** Time that ran out counts as a failure of the shop; a caller who left does not. */
  async #try<T>(asked: Lookup<T>, either: AbortSignal, clock: AbortSignal): Promise<T | null> {
    try {
      return await lookUp(asked, { apiKey: this.#apiKey, dispatcher: this.#dispatcher }, either);
    } catch (fault) {
      throw either.reason === clock.reason && clock.aborted && !(fault instanceof ShopFailure)
        ? this.#tooSlow()
        : fault;
    }
  }

  /** The one request that tries a resting shop out proves nothing when its caller leaves, so it must not end the rest. */
  #isFailing(fault: unknown): boolean {
    if (!(fault instanceof ShopFailure)) return this.#breaker.state === CircuitState.HalfOpen;
    return fault.kind === "unavailable" || fault.kind === "slow";
  }

  #tooSlow(): ShopFailure {
    return new ShopFailure("slow", `no answer within ${this.#timeoutMs} ms`);
  }
}

function abortionOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
