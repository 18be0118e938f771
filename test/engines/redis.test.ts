import { describe, expect, test } from "vitest";
import { tagOf } from "../../src/engines/conversation-id.ts";
import { answerLogSuite } from "./answer-log.suite.ts";
import { conversationsSuite } from "./conversations.suite.ts";
import { nodesSuite } from "./nodes.suite.ts";
import { questionsSuite } from "./questions.suite.ts";
import { storeOn } from "./redis.suite.ts";
import { eachKey, openWorld, type TestStore } from "./redis.support.ts";
import { respondersSuite } from "./responders.suite.ts";
import { turnsSuite } from "./turns.suite.ts";
import { startTurn, type WorldOptions } from "./world.ts";

describe("in one Redis", () => suites(storeOn("one")));

describe("in a Redis Cluster of three masters", () => {
  const redis = storeOn("cluster");
  suites(redis);

  test("every master keeps conversations of its own, each whole", async () => {
    await using world = await openWorld(redis.store);
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

function suites(redis: Pick<TestStore, "store">): void {
  const open = (options?: WorldOptions) => openWorld(redis.store, options);
  describe("conversations", () => conversationsSuite(open));
  describe("questions", () => questionsSuite(open));
  describe("turns", () => turnsSuite(open));
  describe("responders", () => respondersSuite(open));
  describe("the answer log", () => answerLogSuite(open));
  describe("nodes", () => nodesSuite(open));

  test("S8 what cannot be logged of one answer fails for that one alone", async () => {
    await using world = await openWorld(redis.store);
    const turns = await Promise.all(["li", "wang", "zhao"].map((customerId) => startTurn(world, customerId)));
    const [broken] = turns;
    const key = world.keys.log(tagOf(broken?.conversationId ?? ""));
    await redis.store.set(key, "of another kind");
    const written = await Promise.allSettled(turns.map((turn) => world.log.write(turn, 1, 0, turn.conversationId)));
    expect(written.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    const texts = await Promise.all(turns.slice(1).map((turn) => world.log.read(turn)));
    expect(texts).toEqual(turns.slice(1).map(({ conversationId }) => conversationId));
  });
}
