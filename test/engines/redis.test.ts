import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { answerLogSuite } from "./answer-log.suite.ts";
import { conversationsSuite } from "./conversations.suite.ts";
import { nodesSuite } from "./nodes.suite.ts";
import { questionsSuite } from "./questions.suite.ts";
import { eachKey, openStore, openWorld, type TestStore } from "./redis.support.ts";
import { respondersSuite } from "./responders.suite.ts";
import { turnsSuite } from "./turns.suite.ts";
import { startTurn, type WorldOptions } from "./world.ts";

describe("in one Redis", () => {
  const stack = new AsyncDisposableStack();
  let redis: TestStore;
  const open = (options?: WorldOptions) => openWorld(redis.store, options);

  beforeAll(async () => {
    const { url } = stack.use(await openRedis());
    redis = stack.use(await openStore({ kind: "one", url }));
  });
  afterAll(() => stack.disposeAsync());

  describe("conversations", () => conversationsSuite(open));
  describe("questions", () => questionsSuite(open));
  describe("turns", () => turnsSuite(open));
  describe("responders", () => respondersSuite(open));
  describe("the answer log", () => answerLogSuite(open));
  describe("nodes", () => nodesSuite(open));
});

describe("in a Redis Cluster of three masters", () => {
  const stack = new AsyncDisposableStack();
  let redis: TestStore;
  const open = (options?: WorldOptions) => openWorld(redis.store, options);

  beforeAll(async () => {
    const { servers } = stack.use(await openRedisCluster(3));
    redis = stack.use(await openStore({ kind: "cluster", nodes: servers.map(({ address }) => address) }));
  });
  afterAll(() => stack.disposeAsync());

  describe("conversations", () => conversationsSuite(open));
  describe("questions", () => questionsSuite(open));
  describe("turns", () => turnsSuite(open));
  describe("responders", () => respondersSuite(open));
  describe("the answer log", () => answerLogSuite(open));
  describe("nodes", () => nodesSuite(open));

  test("every master keeps conversations of its own, each whole", async () => {
    await using world = await open();
    const customers = Array.from({ length: 30 }, (_, i) => `customer${i}`);
    for (const customerId of customers) await startTurn(world, customerId);
    const kept = new Map<string, Set<unknown>>();
    await eachKey(redis.store, world.prefix, async ({ options }, key) => {
      const tag = /\{(.+)\}/.exec(key)?.[1] ?? "";
      kept.set(tag, new Set(kept.get(tag)).add(options.port));
    });
    expect([...kept.values()].map(({ size }) => size)).toEqual(customers.map(() => 1));
    expect(new Set([...kept.values()].flatMap((ports) => [...ports])).size).toBe(3);
  });
});
