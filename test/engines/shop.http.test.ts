import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ShopFailure } from "../../src/domain/shop.ts";
import { type HttpShopOptions, openHttpShop } from "../../src/engines/shop/http.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const never = new AbortController().signal;
const key = "key-that-nobody-may-see";

const product = {
  sku: "a",
  name: { en: "A" },
  description: { zh: "好" },
  categories: [],
  priceCents: 1_000,
  currency: "CNY",
  stock: 1,
  url: "https://shop.example/p/a",
};

const json =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

const good = json(200, { products: [product] });
const down = json(503, "");
const silent: Answer = () => {};

/** A shop that gives these answers in turn, the last one from then on. */
async function openScripted(answers: readonly Answer[], options: Partial<HttpShopOptions> = {}) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    (answers[asked.length - 1] ?? answers.at(-1))?.(response, request);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  // CAST: a server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const shop = openHttpShop({
    url: `http://127.0.0.1:${port}/api`,
    apiKey: key,
    timeoutMs: 5_000,
    tries: 3,
    backoffMs: 1,
    breakAfter: 100,
    restMs: 60_000,
    ...options,
  });
  const find = (signal = never) => shop.findProducts("a", { limit: 10 }, signal);
  return {
    shop,
    asked,
    find,
    failure: async (signal = never): Promise<ShopFailure> => {
      const fault: unknown = await find(signal).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(fault).toBeInstanceOf(ShopFailure);
      // CAST: the line before says so.
      return fault as ShopFailure;
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test("the key goes in the header, what is asked in the address, escaped", async () => {
  await using world = await openScripted([good]);
  await world.shop.findProducts("a&limit=9 帐篷", { limit: 3, language: "zh" }, never);
  const [request] = world.asked;
  expect(request?.headers.authorization).toBe(`Bearer ${key}`);
  const url = new URL(request?.url ?? "", "http://x");
  expect([request?.method, url.pathname]).toEqual(["GET", "/api/products/search"]);
  expect(Object.fromEntries(url.searchParams)).toEqual({ query: "a&limit=9 帐篷", limit: "3", language: "zh" });
});

test("fields that were not agreed are ignored, and more products than asked for are cut off", async () => {
  const more = { ...product, supplierPriceCents: 1, sku: "b" };
  await using world = await openScripted([json(200, { products: [more, product, product], next: 2 })]);
  const found = await world.shop.findProducts("a", { limit: 2 }, never);
  expect(found).toEqual([{ ...product, sku: "b" }, product]);
});

test.each([
  [401, "refused", 1],
  [403, "refused", 1],
  [404, "not-found", 1],
  [400, "broken", 1],
  [429, "unavailable", 3],
  [500, "unavailable", 3],
])("HTTP %d is %s, after so many requests: %d", async (status, kind, requests) => {
  await using world = await openScripted([json(status, { secret: "of the shop" })]);
  const { kind: found, message, sentence } = await world.failure();
  expect([found, world.asked.length]).toEqual([kind, requests]);
  expect(message).toContain(`HTTP ${status}`);
  expect(message + sentence).not.toMatch(/of the shop|key-that/);
});

test("what fails once is asked again", async () => {
  await using world = await openScripted([down, good]);
  expect(await world.find()).toHaveLength(1);
  expect(world.asked).toHaveLength(2);
});

test.each([403, 404, 410])("C3 an order that is answered with %d is no order", async (status) => {
  await using world = await openScripted([json(status, {})]);
  expect(await world.shop.getOrder("li", "TS1", never)).toBeNull();
  expect(await world.shop.ordersOf("li", 5, never)).toEqual([]);
});

test("C3 another order than the one asked for is refused", async () => {
  const order = {
    number: "TS2",
    placedAt: "2026-11-26T12:00:00+08:00",
    state: "packing",
    lines: [],
    totalCents: 0,
    currency: "CNY",
    logistics: [],
  };
  await using world = await openScripted([json(200, order)]);
  await expect(world.shop.getOrder("li", "TS1", never)).rejects.toMatchObject({ kind: "broken" });
  expect(await world.shop.getOrder("li", "ts2", never)).toMatchObject({ number: "TS2" });
});

test.each(["", ".", ".."])(
  "C3 the customer id %j, which would lead elsewhere, is refused without a request",
  async (id) => {
    await using world = await openScripted([good]);
    await expect(world.shop.getOrder(id, "TS1", never)).rejects.toMatchObject({ kind: "refused" });
    expect(world.asked).toEqual([]);
  },
);

test("C3 what cannot be an order number makes no request", async () => {
  await using world = await openScripted([good]);
  expect(await world.shop.getOrder("li", "../wang/orders/TS1", never)).toBeNull();
  expect(world.asked).toEqual([]);
});

test.each([
  ["no JSON", "<html>Welcome</html>", "no JSON"],
  ["another shape", { items: [] }, "products is not as agreed"],
  ["a price with a fraction", { products: [{ ...product, priceCents: 9.5 }] }, "products.0.priceCents"],
  ["a link that is a script", { products: [{ ...product, url: "javascript:alert(1)" }] }, "products.0.url"],
])("%s is broken: the log is told where, not what, and nobody asks again", async (_, body, where) => {
  await using world = await openScripted([json(200, body)]);
  const { kind, message } = await world.failure();
  expect(kind).toBe("broken");
  expect(message).toContain(where);
  expect(message).not.toMatch(/Welcome|alert/);
  expect(world.asked).toHaveLength(1);
});

test("an answer beyond a megabyte is not read to its end", async () => {
  let open = true;
  await using world = await openScripted([
    (response) => {
      response.on("close", () => {
        open = false;
      });
      const pour = (): void => {
        while (open && response.write(Buffer.alloc(65_536, 32)));
      };
      response.on("drain", pour);
      pour();
    },
  ]);
  expect(await world.failure()).toMatchObject({ kind: "broken" });
  await expect.poll(() => open).toBe(false);
});

test("a redirect is not followed: the key goes nowhere else", async () => {
  await using elsewhere = await openScripted([good]);
  await elsewhere.find();
  const host = elsewhere.asked[0]?.headers.host;
  await using world = await openScripted([
    (response) => response.writeHead(302, { location: `http://${host}/` }).end(),
  ]);
  expect(await world.failure()).toMatchObject({ kind: "broken" });
  expect(elsewhere.asked).toHaveLength(1);
});

test("nobody there is unavailable, and the address is not told to the model", async () => {
  await using world = await openScripted([good], { url: "http://127.0.0.1:9/api" });
  const failure = await world.failure();
  expect(failure).toMatchObject({ kind: "unavailable" });
  expect(failure.sentence).not.toContain("127.0.0.1");
});

test.each([
  ["the beginning", silent],
  ["the end", (response: ServerResponse) => void response.writeHead(200).write("{")],
])("a shop that keeps %s of its answer to itself is slow, by one clock for all tries", async (_, answer) => {
  await using world = await openScripted([down, answer], { timeoutMs: 150 });
  expect(await world.failure()).toMatchObject({ kind: "slow" });
  expect(world.asked).toHaveLength(2);
});

test("aborting rejects at once with the reason, also between two tries, and closes the request", async () => {
  const gone = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using world = await openScripted([
    (response) => {
      response.on("close", gone.resolve);
      arrived.resolve();
    },
  ]);
  const leaving = new AbortController();
  const found = world.find(leaving.signal);
  await arrived.promise;
  leaving.abort(new Error("The customer left."));
  await expect(found).rejects.toThrow("The customer left.");
  await gone.promise;

  await using waiting = await openScripted([down], { backoffMs: 60_000 });
  const again = new AbortController();
  const pending = waiting.find(again.signal);
  await expect.poll(() => waiting.asked.length).toBe(1);
  again.abort(new Error("The customer left."));
  await expect(pending).rejects.toThrow("The customer left.");
});

test("after failures on end the shop is left alone, then tried with one request, then served again", async () => {
  await using world = await openScripted([down, down, down, good], { tries: 1, breakAfter: 2, restMs: 300 });
  for (let n = 0; n < 5; n++) expect(await world.failure()).toMatchObject({ kind: "unavailable" });
  expect(world.asked).toHaveLength(2);
  // The rest is over: one request that fails begins the next, one that succeeds ends it.
  await expect.poll(() => world.failure().then(() => world.asked.length)).toBe(3);
  await expect.poll(() => world.find().catch(() => [])).toHaveLength(1);
  expect(await world.find()).toHaveLength(1);
});

test("what the shop answers properly, no or not as agreed, is no reason to leave it alone", async () => {
  await using world = await openScripted([json(404, {}), json(404, {}), json(401, {}), good], {
    tries: 1,
    breakAfter: 2,
  });
  for (let n = 0; n < 3; n++) await world.failure();
  expect(await world.find()).toHaveLength(1);
});

test("callers who leave are no failures of the shop", async () => {
  await using world = await openScripted([silent, silent, good], { tries: 1, breakAfter: 2 });
  for (const requests of [1, 2]) {
    const leaving = new AbortController();
    const found = world.find(leaving.signal);
    await expect.poll(() => world.asked.length).toBe(requests);
    leaving.abort(new Error("The customer left."));
    await expect(found).rejects.toThrow("The customer left.");
  }
  expect(await world.find()).toHaveLength(1);
});

test("a caller who leaves the one request that tries a resting shop out does not end its rest", async () => {
  const options = { tries: 1, breakAfter: 1, restMs: 300 };
  await using world = await openScripted([down, silent, good], options);
  await world.failure();
  const leaving = new AbortController();
  const tried = (async () => {
    for (;;) {
      const fault: unknown = await world.find(leaving.signal).catch((reason: unknown) => reason);
      if (!(fault instanceof ShopFailure)) return fault;
    }
  })();
  await expect.poll(() => world.asked.length).toBe(2);
  leaving.abort(new Error("The customer left."));
  await tried;
  expect(await world.failure()).toMatchObject({ kind: "unavailable" });
  expect(world.asked).toHaveLength(2);
});
