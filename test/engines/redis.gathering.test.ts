import { expect, test } from "vitest";
import { openClient, type RedisPlace } from "../../src/engines/redis/client.ts";
import { patiently } from "../../src/engines/redis/gathering.ts";
import { openRedis } from "../support/redis.ts";
import { openRedisCluster } from "../support/redis-cluster.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";

const count = 200;
const values = Array.from({ length: count }, (_, at) => `value ${at}, 北京`);

/** How often `server` has found something to read on its connections. */
async function readsOf(server: RedisProcess): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(String(await server.command("INFO", "stats")))?.[1]);
}

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

test("what nobody waits for leaves with what is said next, in its order, or alone a moment later", async () => {
  await using redis = await openRedis();
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(openClient({ kind: "one", url: redis.url }, "store"), (opened) => opened.disconnect());
  client.on("error", () => {});
  await until("it is connected", async () => (await client.set("one", "x")) === "OK");
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const before = await readsOf(redis);
  const patient = patiently(() => client.rpush("list", "patient"));
  await turn();
  const [first, second] = [client.rpush("list", "urgent"), client.rpush("list", "also urgent")];
  const third = patiently(() => client.rpush("list", "patient too"));
  expect(await Promise.all([patient, first, second, third])).toEqual([1, 2, 3, 4]);
  // One of them asks how many there were.
  expect((await readsOf(redis)) - before).toBe(2);
  expect(await patiently(() => client.rpush("list", "alone"))).toBe(5);
  expect(await client.lrange("list", 0, -1)).toEqual(["patient", "urgent", "also urgent", "patient too", "alone"]);
});

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
