import { describe } from "vitest";
import { openDemoShop } from "../../src/engines/shop/demo.ts";
import { openHttpShop } from "../../src/engines/shop/http.ts";
import { openShopServer } from "../support/shop-server.ts";
import { shopSuite } from "./shop.suite.ts";

/** Noon in Beijing. */
const nowAt = Date.parse("2026-11-26T12:00:00+08:00");
const now = () => nowAt;

describe("the demo shop", () => {
  shopSuite(async () => ({ shop: openDemoShop({ now }), nowAt, [Symbol.asyncDispose]: async () => {} }));
});

describe("a shop behind its own API", () => {
  shopSuite(async () => {
    const server = await openShopServer("key", now);
    const shop = openHttpShop({
      url: `${server.url}/`,
      apiKey: "key",
      timeoutMs: 5_000,
      tries: 1,
      backoffMs: 10,
      breakAfter: 5,
      restMs: 1_000,
    });
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
