import { once } from "node:events";
import { connect } from "node:net";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { openProxy } from "./proxy.ts";
import { openRedis, openReplica } from "./redis.ts";
import { openRedisCluster } from "./redis-cluster.ts";
import { openSentinels } from "./redis-sentinels.ts";
import { until } from "./until.ts";

describe("a Redis of its own", () => {
  test("forgets everything when it is killed, and answers nothing until it starts again", async () => {
    await using redis = await openRedis();
    await redis.command("SET", "greeting", "hello");
    expect(await redis.command("GET", "greeting")).toBe("hello");
    await redis.kill();
    await expect(redis.command("GET", "greeting")).rejects.toThrow("closed");
    await redis.start();
    expect(await redis.command("GET", "greeting")).toBeNull();
  });

  test("with an append-only file it comes back with what it had", async () => {
    await using redis = await openRedis({ appendonly: true });
    await redis.command("SET", "greeting", "hello");
    await redis.kill();
    await redis.start();
    expect(await redis.command("GET", "greeting")).toBe("hello");
  });

  test("takes the settings it is given", async () => {
    await using redis = await openRedis({ settings: { maxmemory: "100kb", "maxmemory-policy": "noeviction" } });
    await expect(redis.command("SET", "letter", "a")).rejects.toThrow("OOM");
  });

  test("stopped, it takes connections and says nothing until it goes on", async () => {
    await using redis = await openRedis();
    redis.stop();
    let isAnswered = false;
    const answer = redis.command("PING").then((reply) => {
      isAnswered = true;
      return reply;
    });
    const visitor = connect(redis.port, "127.0.0.1");
    await once(visitor, "connect");
    visitor.destroy();
    expect(isAnswered).toBe(false);
    redis.cont();
    expect(await answer).toBe("PONG");
  });

  test("one that cannot start says why", async () => {
    await expect(openRedis({ settings: { maxmemory: "plenty" } })).rejects.toThrow(/argument must be a memory value/);
  });
});

describe("several of them", () => {
  test("Sentinels know the replica and make it the master when the master is gone", async () => {
    await using master = await openRedis();
    await using replica = await openReplica(master);
    await using sentinels = await openSentinels(master);
    expect(await sentinels.masterPort()).toBe(master.port);
    await master.command("SET", "greeting", "hello");
    await master.command("WAIT", 1, 0);
    await master.kill();
    await until("the replica is the master", async () => (await sentinels.masterPort()) === replica.port);
    expect(await replica.command("GET", "greeting")).toBe("hello");
  });

  test("a cluster serves every slot from its start, and a replica takes its master's place", async () => {
    await using cluster = await openRedisCluster(3, 1);
    const [first, , , replica] = cluster.servers;
    for (const server of cluster.servers) {
      expect(await server.command("CLUSTER", "INFO")).toContain("cluster_slots_ok:16384");
    }
    expect(await first?.command("SET", "{06S}", "in slot 0")).toBe("OK");
    await first?.command("WAIT", 1, 0);
    await first?.kill();
    await until("the replica serves its slots", async () => (await replica?.command("GET", "{06S}")) === "in slot 0");
  });
});

describe("a proxy before it", () => {
  test("held bytes arrive later, in their order", async () => {
    await using stack = new AsyncDisposableStack();
    const { redis, proxy, client } = await openLine(stack);
    const other = await openLine(stack);
    proxy.pause();
    const replies = Promise.all([client.rpush("list", "first"), client.rpush("list", "second")]);
    // What goes the same way on another line, and later, has been answered.
    await other.client.ping();
    expect(await redis.command("LLEN", "list")).toBe(0);
    await proxy.resume();
    expect(await replies).toEqual([1, 2]);
  });

  test("each piece takes its delay in each direction", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, client } = await openLine(stack);
    proxy.delay(100);
    const startedAt = performance.now();
    await client.ping();
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });

  test("a cut ends what is connected and nothing else", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, client } = await openLine(stack, 1);
    const closed = new Promise((resolve) => client.once("close", resolve));
    proxy.cut();
    await closed;
    expect(await client.ping()).toBe("PONG");
  });

  test("while it refuses, nobody listens", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy } = await openLine(stack);
    await proxy.refuse();
    const late = stack.use(openClient(proxy.port));
    const failed = new Promise((resolve) => late.once("error", resolve));
    await expect(late.ping()).rejects.toThrow();
    expect(await failed).toMatchObject({ code: "ECONNREFUSED" });
    await proxy.resume();
    expect(await stack.use(openClient(proxy.port)).ping()).toBe("PONG");
  });

  test("a swallowed reply is to a command that was carried out, and once", async () => {
    await using stack = new AsyncDisposableStack();
    const { redis, proxy, client } = await openLine(stack);
    const swallowed = proxy.swallowReply("counter");
    expect(await client.ping()).toBe("PONG");
    await expect(client.incr("counter")).rejects.toThrow();
    await swallowed;
    expect(await redis.command("GET", "counter")).toBe("1");
    expect(await stack.use(openClient(proxy.port)).incr("counter")).toBe(2);
  });
});

/** @param retryMs when it connects again after it lost its connection; null for never */
function openClient(port: number, retryMs: number | null = null): Redis & AsyncDisposable {
  const client = new Redis({ host: "127.0.0.1", port, retryStrategy: () => retryMs });
  client.on("error", () => {});
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() });
}

async function openLine(stack: AsyncDisposableStack, retryMs?: number) {
  const redis = stack.use(await openRedis());
  const proxy = stack.use(await openProxy(redis.port));
  const client = stack.use(openClient(proxy.port, retryMs));
  await client.ping();
  return { redis, proxy, client };
}
