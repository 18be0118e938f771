import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openClient, type RedisPlace } from "../../src/engines/redis/client.ts";
import { patiently } from "../../src/engines/redis/gathering.ts";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { openNode } from "./redis.support.ts";

const count = 200;
const values = Array.from({ length: count }, (_, at) => `value ${at}, 北京`);

/** How often `server` has found something to read on its connections. */
async function readsOf(server: RedisProcess): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(String(await server.command("INFO", "stats")))?.[1]);
}

/** What does not wait has been read by then, and what does is still waiting. */
const moment = () => pause(3);

async function expectGathered(place: RedisPlace, servers: readonly RedisProcess[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(openClient(place, "store"), (opened) => opened.disconnect());
  client.on("error", () => {});
  await until("it is connected", async () => (await client.set("{one}", "x")) === "OK");
  const reads = async () => (await Promise.all(servers.map(readsOf))).reduce((sum, some) => sum + some, 0);

  const before = await reads();
  const lengths = await Promise.all(values.map((value) => client.rpush("{one}:list", value)));
  expect((await reads()) - before).toBeLessThan(count / 4);
  expect(lengths).toEqual(values.map((_, at) => at + 1));
  expect(await client.lrange("{one}:list", 0, -1)).toEqual(values);
}

test("what is said in one turn arrives together, in its order", async () => {
  await using redis = await openRedis();
  await expectGathered({ kind: "one", url: redis.url }, [redis]);
});

/** A machine that stands still for longer than nobody's words wait lets them leave alone: then it is tried again. */
const timed = { retry: 2 };

test("what nobody waits for leaves with what is said next, in its order, or alone a moment later", timed, async () => {
  await using redis = await openRedis();
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(openClient({ kind: "one", url: redis.url }, "store"), (opened) => opened.disconnect());
  client.on("error", () => {});
  await until("it is connected", async () => (await client.set("one", "x")) === "OK");
  const before = await readsOf(redis);
  const patient = patiently(() => client.rpush("list", "patient"));
  await moment();
  const [first, second] = [client.rpush("list", "urgent"), client.rpush("list", "also urgent")];
  const third = patiently(() => client.rpush("list", "patient too"));
  expect(await Promise.all([patient, first, second, third])).toEqual([1, 2, 3, 4]);
  // One of them asks how many there were.
  expect((await readsOf(redis)) - before).toBe(2);
  expect(await patiently(() => client.rpush("list", "alone"))).toBe(5);
  expect(await client.lrange("list", 0, -1)).toEqual(["patient", "urgent", "also urgent", "patient too", "alone"]);
});

test(
  "N1 S8: the end of a node's work and the log of a text wait for company, what a tool has found does not",
  timed,
  async () => {
    await using redis = await openRedis();
    await using node = await openNode(redis.url);
    const { nodes, log } = node;
    const ref = { conversationId: "c", turnId: "t" };
    const call = { callId: "call", tool: "look", input: {}, round: 0, offset: 0 };
    const finding = { ...call, text: "seventeen", isError: false, cards: [], tookMs: 7 };
    // The step's own text goes first, once.
    await log.write(ref, 1, 0, "first");
    const readsDuring = async (work: () => Promise<unknown>[]) => {
      const before = await readsOf(redis);
      const waiting = work();
      await moment();
      await Promise.all([...waiting, nodes.take("node", "d")]);
      // One of them asks how many there were.
      return (await readsOf(redis)) - before - 1;
    };
    expect(await readsDuring(() => [nodes.drop("node", "c"), log.write(ref, 1, 5, "second")])).toBe(1);
    expect(await readsDuring(() => [nodes.drop("node", "c"), log.note(ref, finding)])).toBe(2);
  },
);

test("so it does on a connection that was made anew, and a command that waits meanwhile is not lost", async () => {
  await using redis = await openRedis();
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(openClient({ kind: "one", url: redis.url }, "subscriber"), (opened) =>
    opened.disconnect(),
  );
  client.on("error", () => {});
  await client.ping();
  await redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await until("the connection is lost", () => client.status !== "ready");
  const waited = client.set("waited", "yes");
  await until("it is connected again", () => client.status === "ready");
  expect(await waited).toBe("OK");
  const before = await readsOf(redis);
  await Promise.all(values.map((value) => client.rpush("list", value)));
  expect((await readsOf(redis)) - before).toBeLessThan(count / 4);
});

test("so it does in a Redis Cluster", async () => {
  await using cluster = await openRedisCluster();
  await expectGathered({ kind: "cluster", nodes: cluster.servers.map(({ address }) => address) }, cluster.servers);
});
