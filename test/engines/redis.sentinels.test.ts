import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openClient, type RedisPlace, type Store } from "../../src/engines/redis/client.ts";
import { openProxy } from "../support/proxy.ts";
import { openRedis, openReplica } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { openSentinels, type Sentinels } from "../support/redis-sentinels.ts";
import { until } from "../support/until.ts";

/** Sentinels take about so long. */
const failoverMs = 1_000;

interface World extends AsyncDisposable {
  readonly master: RedisProcess;
  readonly replica: RedisProcess;
  readonly sentinels: Sentinels;
  /** What lies between clients and the Sentinel that they ask first. */
  readonly first: Awaited<ReturnType<typeof openProxy>>;
  open(purpose: "store" | "subscriber"): Promise<Store>;
}

async function openWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const master = stack.use(await openRedis());
  const replica = stack.use(await openReplica(master));
  const sentinels = stack.use(await openSentinels(master));
  const [one, ...others] = sentinels.servers;
  const first = stack.use(await openProxy(one?.port ?? 0));
  const where: RedisPlace = {
    kind: "sentinel",
    sentinels: [`127.0.0.1:${first.port}`, ...others.map(({ address }) => address)],
    master: sentinels.env.REDIS_SENTINEL,
  };
  const running = stack.move();
  return {
    master,
    replica,
    sentinels,
    first,
    async open(purpose) {
      const client = running.adopt(openClient(where, purpose), (opened) => opened.disconnect());
      client.on("error", () => {});
      await until("a client is ready", () => client.status === "ready");
      return client;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** All clients of `server` lose their connections. */
function cutAll(server: RedisProcess): Promise<unknown> {
  return server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
}

test("N4: a failover that is announced while a client asks a slow Sentinel for the master does not end the client", async () => {
  await using world = await openWorld();
  const { master, replica, sentinels, first } = world;
  const store = await world.open("store");
  const subscriber = await world.open("subscriber");
  const heard: string[] = [];
  subscriber.on("smessage", (_, text: string) => heard.push(text));
  await subscriber.ssubscribe("kept");

  await sentinels.servers[1]?.command("SENTINEL", "FAILOVER", sentinels.env.REDIS_SENTINEL);
  await pause(failoverMs / 2);
  // Slow, but not so slow that it would be passed over: what is asked takes as long as the failover.
  first.delay(failoverMs / 5);
  await Promise.all([cutAll(master), master.command("CLIENT", "KILL", "TYPE", "pubsub")]);
  await until("the replica is the master", async () => (await sentinels.masterPort()) === replica.port);
  // Asked for while there is no connection: it is kept for the next one.
  const later = subscriber.ssubscribe("later");
  first.delay(0);

  await until(
    "the client reaches the new master",
    async () => (await store.set("some", "value").catch(() => null)) === "OK",
  );
  expect(await replica.command("GET", "some")).toBe("value");
  await later;
  await until("what was subscribed to is heard again", async () => {
    await replica.command("SPUBLISH", "kept", "one");
    await replica.command("SPUBLISH", "later", "other");
    return heard.includes("one") && heard.includes("other");
  });
});

test("N4: a Sentinel that takes connections and says nothing is passed over", async () => {
  await using world = await openWorld();
  const store = await world.open("store");
  world.first.pause();
  await cutAll(world.master);
  await until("the connection is noticed as lost", () => store.status !== "ready");
  await until("the client reaches the master", () => store.status === "ready");
  expect(await store.set("some", "value")).toBe("OK");
});

test("a client that is closed while it asks a slow Sentinel is closed for good", async () => {
  await using world = await openWorld();
  const store = await world.open("store");
  world.first.delay(300);
  await cutAll(world.master);
  await until("it asks", () => store.status === "connecting");
  store.disconnect();
  await until("it has ended", () => store.status === "end");
  world.first.delay(0);
  await expect(store.set("some", "value")).rejects.toThrow("Connection is closed");
});
