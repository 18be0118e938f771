import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Promotion } from "../../src/domain/promotion.ts";
import type { Order, Shop } from "../../src/domain/shop.ts";
import { openDemoShop } from "../../src/engines/shop/demo.ts";

export interface ShopServer extends AsyncDisposable {
  readonly url: string;
}

/** A shop's own API as `docs/shop-api.openapi.yaml` describes it, in a hundred lines: here it serves the demo shop. */
export async function openShopServer(apiKey: string, now: () => number): Promise<ShopServer> {
  const shop = openDemoShop({ now });
  const server = createServer((request, response) => void answer(shop, apiKey, request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  // CAST: a server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(shop: Shop, apiKey: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const allowed = request.headers.authorization === `Bearer ${apiKey}`;
  const url = new URL(request.url ?? "", "http://shop.example");
  const found = allowed ? await route(shop, url) : null;
  const status = !allowed ? 401 : found === null ? 404 : 200;
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(found ?? { error: status }));
}

/** What the path asks for; null when there is no such thing, for this customer. */
async function route(shop: Shop, { pathname, searchParams }: URL): Promise<unknown> {
  const steps = pathname.split("/").slice(2).map(decodeURIComponent);
  const [room, id = "", what, number] = steps;
  if (room === "products") return { products: await productsFor(shop, id, searchParams) };
  if (room !== "customers") return null;
  return ofCustomer(shop, id, [what, number], Number(searchParams.get("limit")));
}

const never = new AbortController().signal;

async function productsFor(shop: Shop, id: string, params: URLSearchParams) {
  if (id !== "search") return shop.products(params.getAll("sku"), never);
  return shop.findProducts(params.get("query") ?? "", { limit: Number(params.get("limit")) }, never);
}

/** Everything below a customer is looked up with the id from the path, so nothing of anybody else can be found. */
async function ofCustomer(shop: Shop, id: string, [what, number]: (string | undefined)[], limit: number) {
  if (what === "promotions") {
    const { shippingCents, promotions } = await shop.promotions(id, never);
    return { shippingCents, promotions: promotions.map(writtenPromotion) };
  }
  if (what !== "orders") return null;
  if (number === undefined) return { orders: (await shop.ordersOf(id, limit, never)).map(writtenOrder) };
  const order = await shop.getOrder(id, number, never);
  return order && writtenOrder(order);
}

const written = (at: number) => new Date(at).toISOString();

function writtenOrder({ placedAt, logistics, etaAt, ...rest }: Order) {
  return {
    ...rest,
    placedAt: written(placedAt),
    logistics: logistics.map(({ at, what }) => ({ at: written(at), what })),
    ...(etaAt === undefined ? {} : { etaAt: written(etaAt) }),
  };
}

function writtenPromotion({ fromAt, untilAt, ...rest }: Promotion) {
  return {
    ...rest,
    ...(fromAt === undefined ? {} : { fromAt: written(fromAt) }),
    ...(untilAt === undefined ? {} : { untilAt: written(untilAt) }),
  };
}
