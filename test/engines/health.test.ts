import { randomUUID } from "node:crypto";
import { describe } from "vitest";
import { MemoryHealth } from "../../src/engines/memory/health.ts";
import { RedisHealth } from "../../src/engines/redis/health.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { healthSuite } from "./health.suite.ts";
import { storeOn } from "./redis.suite.ts";

describe("the relay's health in memory", () => healthSuite((clock) => new MemoryHealth(clock)));

describe("the relay's health in Redis", () => {
  const redis = storeOn("one");
  healthSuite((clock) => {
    const link = new Link(redis.store);
    return new RedisHealth({ link, keys: new Keys(randomUUID()), now: () => clock.now() });
  });
});
