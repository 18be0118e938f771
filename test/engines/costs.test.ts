import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { MemoryLedger } from "../../src/engines/memory/ledger.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLedger } from "../../src/engines/redis/ledger.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { batchOf, day, ledgerSuite, recordOf } from "./costs.suite.ts";
import { storeOn } from "./redis.suite.ts";

describe("the book of costs, in memory", () => {
  ledgerSuite((most) => new MemoryLedger(most));
});

describe("the book of costs, in one Redis", () => {
  const redis = storeOn("one");
  ledgerSuite((most) => new RedisLedger(new Link(redis.store), new Keys(randomUUID()), most));

  test("U6 days end after more than a year, and what marks a writer after a day", async () => {
    const keys = new Keys(randomUUID());
    await new RedisLedger(new Link(redis.store), keys).enter(batchOf(1, [recordOf()]));
    expect(await redis.store.pttl(keys.costDay(day))).toBeGreaterThan(399 * 86_400_000);
    const markMs = await redis.store.pttl(keys.costWriter("node"));
    expect(markMs > 86_000_000 && markMs <= 86_400_000).toBe(true);
    expect(await redis.store.pttl(keys.costRecords)).toBe(-1);
  });

  test("X3 what a stranger has left in the book is passed over", async () => {
    const keys = new Keys(randomUUID());
    const ledger = new RedisLedger(new Link(redis.store), keys);
    await ledger.enter(batchOf(1, [recordOf()]));
    await redis.store.hset(keys.costDay(day), "attempts|nobody|x|m", "1", "text", "text");
    await redis.store.xadd(keys.costRecords, "*", "record", "}{");
    await redis.store.xadd(keys.costRecords, "*", "other", "thing");
    expect(await ledger.counts(day)).toHaveLength(1);
    expect((await ledger.records(null, 10)).records).toEqual([recordOf()]);
  });
});

describe("the book of costs, in a Redis Cluster of three masters", () => {
  const redis = storeOn("cluster");
  ledgerSuite((most) => new RedisLedger(new Link(redis.store), new Keys(randomUUID()), most));
});
