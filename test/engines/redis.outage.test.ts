import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { Outage } from "../../src/domain/outage.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { defineSteps } from "../../src/engines/redis/scripts.ts";
import { openProxy } from "../support/proxy.ts";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import { until } from "../support/until.ts";
import { beaten, eachKey, enginesOf, openNode, openStore, type RedisEngines } from "./redis.support.ts";
import { caller, type Engines, startTurn } from "./world.ts";

/** A silent Redis is given a second. */
const patienceMs = 1_500;

/** Every step that a node can make. */
function steps({ conversations, turns, log, nodes }: Engines): readonly (() => Promise<unknown>)[] {
  const turn = {
    conversationId: "somewhere",
    turnId: "t1",
    state: "starting",
    epoch: 1,
    starts: [],
    askedAt: 0,
  } as const;
  return [
    () => conversations.open(caller("wang")),
    () => conversations.read("somewhere"),
    () => conversations.attend("somewhere"),
    () => conversations.ask("somewhere", { messageId: "m1", text: "one" }),
    () => conversations.rateMessage("somewhere", "m1", "up"),
    () => conversations.rate("somewhere", 5, undefined),
    () => turns.start("somewhere"),
    () => turns.raise(turn, 1, 0),
    () => turns.end(turn, 1, { outcome: "completed", text: "1" }),
    () => turns.read(turn),
    () => log.write(turn, 1, 0, "text"),
    () => log.read(turn),
    () => nodes.bury("other", 1),
    () => nodes.leave("node"),
    () => nodes.take("node", "somewhere"),
    () => nodes.drop("node", "somewhere"),
    () => nodes.work("other"),
    () => nodes.forget("other"),
  ];
}

/** The step throws an {@link Outage}, in time. */
async function expectOutage(withinMs: number, step: () => Promise<unknown>): Promise<void> {
  const before = performance.now();
  await expect(step()).rejects.toThrow(Outage);
  expect(performance.now() - before).toBeLessThan(withinMs);
}

/** The step throws an {@link Outage} before anybody can have been asked. */
async function expectOutageAtOnce(step: () => Promise<unknown>): Promise<void> {
  const asking = new Promise((resolve) => setImmediate(() => resolve("somebody was asked")));
  await expect(Promise.race([step(), asking])).rejects.toThrow(Outage);
}

async function expectAllOut(node: RedisEngines): Promise<void> {
  for (const step of steps(node)) await expectOutageAtOnce(step);
}

test("N4 where Redis is gone every step is an outage, at once", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  await node.conversations.open(caller("li"));
  await redis.kill();
  await expectOutage(patienceMs, () => node.nodes.beat("node", true));
  await expectAllOut(node);
});

test("N4 where Redis hangs the steps under way are outages within a second, and the next ones at once", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  await node.conversations.open(caller("li"));
  redis.stop();
  await Promise.all(steps(node).map((step) => expectOutage(patienceMs, step)));
  await expectAllOut(node);
});

test("N4 after a hang nothing is asked until a beat has got through, and everything from then on", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  const { conversationId } = await node.conversations.open(caller("li"));
  redis.stop();
  const ask = () => node.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  await expectOutage(patienceMs, ask);
  redis.cont();
  await redis.command("PING");
  await expectOutageAtOnce(ask);
  await beaten(node);
  // The question was on its way all the time.
  expect(await ask()).toMatchObject({ repeated: true });
  expect((await node.conversations.read(conversationId))?.messages).toHaveLength(1);
});

test("N4 C2 a step whose reply is lost is an outage, and repeating it gives what it has done", async () => {
  await using redis = await openRedis();
  await using proxy = await openProxy(redis.port);
  await using node = await openNode(`redis://127.0.0.1:${proxy.port}`);
  const { conversationId, turnId } = await startTurn(node);
  const lose = async (asked: string, step: () => Promise<unknown>) => {
    const lost = proxy.swallowReply(asked);
    await expectOutage(patienceMs, step);
    await lost;
    await beaten(node);
    return step();
  };
  const question = { messageId: "question", text: "two", turnId: "t2" };
  expect(await lose("question", () => node.conversations.ask(conversationId, question))).toMatchObject({
    repeated: true,
    turnId: "t2",
  });
  const ending = { outcome: "completed", text: "1", messageId: "answer" } as const;
  expect(await lose("answer", () => node.turns.end({ conversationId, turnId }, 1, ending))).toMatchObject({
    state: "ended",
    answer: { messageId: "answer" },
  });
  const { messages = [] } = (await node.conversations.read(conversationId)) ?? {};
  expect(messages.map(({ messageId }) => messageId)).toEqual(["m1", "question", "answer"]);
});

test("N4 while Redis loads what it had, every step is an outage; then all is there again", async () => {
  // It takes a second and a half over 300 keys, and says so meanwhile.
  const settings = { "key-load-delay": 5_000, "loading-process-events-interval-bytes": 1_024 };
  await using redis = await openRedis({ settings });
  await using node = await openNode(redis.url);
  const turn = await startTurn(node);
  const filler = Array.from({ length: 300 }, (_, i) => [`filler${i}`, "x".repeat(200)]).flat();
  await redis.command("MSET", ...filler);
  await redis.command("SAVE");
  await redis.kill();
  const started = redis.start();
  const hasty = new Redis(redis.url, { enableReadyCheck: false });
  hasty.on("error", () => {});
  defineSteps(hasty);
  const told = await until("it says that it loads", async () => {
    const fault = await enginesOf(new Link(hasty), { prefix: "test" })
      .nodes.beat("node", true)
      .catch((e) => e);
    return String(fault?.cause).includes("LOADING") && fault;
  });
  hasty.disconnect();
  expect(told).toBeInstanceOf(Outage);
  await expectOutage(patienceMs, () => node.nodes.beat("node", true));
  await expectAllOut(node);
  await started;
  await beaten(node);
  expect(await node.turns.read(turn)).toMatchObject({ state: "starting" });
});

test("N4 a Redis that is full is away, and nothing is half done; with room again it goes on", async () => {
  await using redis = await openRedis();
  await using node = await openNode(redis.url);
  const { conversationId } = await node.conversations.open(caller("li"));
  const before = await node.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  await redis.command("CONFIG", "SET", "maxmemory", 1);
  await expectOutage(patienceMs, () => node.turns.start(conversationId));
  await expectAllOut(node);
  await redis.command("CONFIG", "SET", "maxmemory", 0);
  await beaten(node);
  expect(await node.conversations.read(conversationId)).toMatchObject({
    running: null,
    waiting: { turnId: before.turnId },
  });
  expect((await node.turns.start(conversationId))?.turn).toMatchObject({ turnId: before.turnId, epoch: 1 });
});

test.for(["hangs", "is gone"] as const)(
  "N4 where a master of a Redis Cluster %s, its steps are outages within a second",
  async (how) => {
    await using cluster = await openRedisCluster(3);
    await using redis = await openStore({ kind: "cluster", nodes: cluster.servers.map(({ address }) => address) });
    const node = enginesOf(new Link(redis.store), { prefix: "test" });
    const { conversationId } = await startTurn(node);
    let port: number | undefined;
    await eachKey(redis.store, "test", async (master) => {
      port = master.options.port;
    });
    const master = cluster.servers.find((server) => server.port === port);
    await (how === "hangs" ? master?.stop() : master?.kill());
    await expectOutage(patienceMs, () => node.conversations.read(conversationId));
    await expectAllOut(node);
  },
);
