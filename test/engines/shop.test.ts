import { describe } from "vitest";
import { openShop } from "../../src/engines/shop/open.ts";
import { openShopServer } from "../support/shop-server.ts";
import { shopSuite } from "./shop.suite.ts";

/** Noon in Beijing. */
const nowAt = Date.parse("2026-11-26T12:00:00+08:00");
const now = () => nowAt;

describe("the demo shop", () => {
  shopSuite(async () => {
    const shop = openShop({ kind: "demo" }, now);
    return { shop, nowAt, [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose]() };
  });
});

describe("a shop behind its own API", () => {
  shopSuite(async () => {
    const server = await openShopServer("key", now);
    const access = {
      kind: "http",
      url: `${server.url}/`,
      apiKey: "key",
      timeoutMs: 5_000,
      tries: 1,
      backoffMs: 10,
      breakAfter: 5,
      restMs: 1_000,
    } as const;
    const shop = openShop(access, now);
    return {
      shop,
      nowAt,
      async [Symbol.asyncDispose]() {
        await shop[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  });
});
