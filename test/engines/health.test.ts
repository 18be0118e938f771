import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { MemoryHealth } from "../../src/engines/memory/health.ts";
import { RedisHealth } from "../../src/engines/redis/health.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openRedis } from "../support/redis.ts";
import { healthSuite } from "./health.suite.ts";
import { openStore, type TestStore } from "./redis.support.ts";

describe("the relay's health in memory", () => healthSuite((clock) => new MemoryHealth(clock)));

describe("the relay's health in Redis", () => {
  const stack = new AsyncDisposableStack();
  let redis: TestStore;
  beforeAll(async () => {
    const { url } = stack.use(await openRedis());
    redis = stack.use(await openStore({ kind: "one", url }));
  });
  afterAll(() => stack.disposeAsync());
  healthSuite((clock) => {
    const link = new Link(redis.store);
    return new RedisHealth({ link, keys: new Keys(randomUUID()), now: () => clock.now() });
  });
});
