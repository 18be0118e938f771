import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { lineSuite } from "./line.suite.ts";
import type { OpenLine } from "./line.world.ts";
import { openStore, type TestStore } from "./redis.support.ts";

describe("the line in memory", () => lineSuite((settings, clock) => new MemoryLine({ settings, clock })));

/** Each line has a prefix of its own, and the clock of the test. */
const lineIn =
  (store: () => TestStore): OpenLine =>
  (settings, clock) => {
    const link = new Link(store().store);
    return new RedisLine({ link, keys: new Keys(randomUUID()), settings, now: () => clock.elapsed() });
  };

describe("the line in one Redis", () => {
  const stack = new AsyncDisposableStack();
  let redis: TestStore;
  beforeAll(async () => {
    const { url } = stack.use(await openRedis());
    redis = stack.use(await openStore({ kind: "one", url }));
  });
  afterAll(() => stack.disposeAsync());
  lineSuite(lineIn(() => redis));
});

describe("the line in a Redis Cluster of three masters", () => {
  const stack = new AsyncDisposableStack();
  let redis: TestStore;
  beforeAll(async () => {
    const { servers } = stack.use(await openRedisCluster(3));
    redis = stack.use(await openStore({ kind: "cluster", nodes: servers.map(({ address }) => address) }));
  });
  afterAll(() => stack.disposeAsync());
  lineSuite(lineIn(() => redis));
});
