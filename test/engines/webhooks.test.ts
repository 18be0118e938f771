import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rememberedMs } from "../../src/domain/webhooks.ts";
import { MemoryWebhooks } from "../../src/engines/memory/webhooks.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { RedisWebhooks } from "../../src/engines/redis/webhooks.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { storeOn } from "./redis.suite.ts";
import { webhooksSuite } from "./webhooks.suite.ts";

const url = "https://shop.example/hooks";
const event = { webhookId: "e1", body: "{}" };

describe("what is on its way, in memory", () => {
  webhooksSuite((most) => new MemoryWebhooks(new VirtualClock(), most));

  test("W2 what was settled is remembered for an hour and no longer", async () => {
    const clock = new VirtualClock();
    const queue = new MemoryWebhooks(clock);
    await queue.put(url, [event]);
    const [claim] = (await queue.claim(url, 1, 1_000)).claims;
    if (claim) await queue.settle(url, claim);
    clock.advance(rememberedMs - 1);
    await queue.put(url, [event]);
    expect((await queue.claim(url, 1, 1_000)).claims).toEqual([]);
    clock.advance(1);
    await queue.put(url, [event]);
    expect((await queue.claim(url, 1, 1_000)).claims).toHaveLength(1);
  });
});

describe("what is on its way, in one Redis", () => {
  const redis = storeOn("one");
  webhooksSuite((most) => new RedisWebhooks(new Link(redis.store), new Keys(randomUUID()), most));

  test("W1 what waits for an endpoint that nobody asks for any more has an end of life", async () => {
    const prefix = randomUUID();
    const queue = new RedisWebhooks(new Link(redis.store), new Keys(prefix));
    await queue.put(url, [event]);
    await queue.claim(url, 1, 1_000);
    const keys = await redis.store.keys(`${prefix}:*`);
    expect(keys.map((key) => key.split(":").slice(1, 3).join(":")).toSorted()).toEqual(
      ["age", "bodies", "due", "seen"].map((part) => `{webhooks}:${part}`),
    );
    for (const key of keys) expect(await redis.store.pttl(key)).toBeGreaterThan(86_400_000);
    expect(keys.join()).not.toContain("shop.example");
  });
});

describe("what is on its way, in a Redis Cluster of three masters", () => {
  const redis = storeOn("cluster");
  webhooksSuite((most) => new RedisWebhooks(new Link(redis.store), new Keys(randomUUID()), most));
});
