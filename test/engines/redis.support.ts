import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Cluster, type Redis } from "ioredis";
import { RedisAnswerLog } from "../../src/engines/redis/answer-log.ts";
import { Attendance } from "../../src/engines/redis/attendance.ts";
import { openClient, type RedisPlace, type Store } from "../../src/engines/redis/client.ts";
import { RedisConversations } from "../../src/engines/redis/conversations.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { RedisNodes } from "../../src/engines/redis/nodes.ts";
import { Place } from "../../src/engines/redis/place.ts";
import { RedisResponders } from "../../src/engines/redis/responders.ts";
import { RedisRestorer } from "../../src/engines/redis/restorer.ts";
import { defineSteps } from "../../src/engines/redis/scripts.ts";
import { RedisTurns } from "../../src/engines/redis/turns.ts";
import { until } from "../support/until.ts";
import type { Engines, EngineWorld, WorldOptions } from "./world.ts";

/** Time passes by {@link passTime} alone: no test takes so long. */
export const lifeMs = 60_000;

/** A connected client that knows the steps, as nodes have it. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
}

export async function openStore(place: RedisPlace): Promise<TestStore> {
  const store = openClient(place, "store");
  // Each command tells its own failure.
  store.on("error", () => {});
  defineSteps(store);
  await once(store, "ready");
  return { store, [Symbol.asyncDispose]: async () => store.disconnect() };
}

export interface NodeOptions extends WorldOptions {
  readonly prefix: string;
  readonly nodeId?: string;
}

export interface RedisEngines extends Engines {
  readonly prefix: string;
  readonly attendance: Attendance;
  readonly keys: Keys;
  readonly restorer: RedisRestorer;
}

/** The engines of one node. */
export function enginesOf(link: Link, { prefix, nodeId = "node", maxMessages = 200 }: NodeOptions): RedisEngines {
  const keys = new Keys(prefix);
  const attendance = new Attendance(() => nodeId);
  const place = new Place({ link, keys, attendance, nodeId: () => nodeId, lifeMs, maxMessages });
  return {
    prefix,
    attendance,
    keys,
    conversations: new RedisConversations({ place, newId: randomUUID }),
    turns: new RedisTurns({ place, newId: randomUUID }),
    responders: new RedisResponders(place),
    restorer: new RedisRestorer({ place, newId: randomUUID }),
    log: new RedisAnswerLog(place),
    nodes: new RedisNodes(link, keys),
  };
}

/** A world of its own for one node: nothing else uses its prefix, and nothing of it is left behind. */
export async function openWorld(store: Store, options: WorldOptions = {}): Promise<EngineWorld & RedisEngines> {
  const prefix = randomUUID();
  return {
    ...enginesOf(new Link(store), { ...options, prefix }),
    lifeMs,
    pass: (ms) => passTime(store, prefix, ms),
    [Symbol.asyncDispose]: () => passTime(store, prefix, Number.POSITIVE_INFINITY),
  };
}

/** Brings the end of every key of a world nearer; those whose end has come go. Endless keys go at the end of time alone. */
async function passTime(store: Store, prefix: string, ms: number): Promise<void> {
  await eachKey(store, prefix, async (master, key) => {
    const leftMs = await master.pttl(key);
    const endless = leftMs < 0 && ms !== Number.POSITIVE_INFINITY;
    if (!endless) await (leftMs > ms ? master.pexpire(key, leftMs - ms) : master.del(key));
  });
}

/** Visits every key of a world, on the master where it lies. */
export async function eachKey(
  store: Store,
  prefix: string,
  visit: (master: Redis, key: string) => Promise<void>,
): Promise<void> {
  for (const master of store instanceof Cluster ? store.nodes("master") : [store]) {
    const keys = await master.keys(`${prefix}:*`);
    await Promise.all(keys.map((key) => visit(master, key)));
  }
}

/** A node on the Redis at `url`. */
export async function openNode(url: string): Promise<RedisEngines & AsyncDisposable> {
  const { store, [Symbol.asyncDispose]: close } = await openStore({ kind: "one", url });
  return { ...enginesOf(new Link(store), { prefix: "test" }), [Symbol.asyncDispose]: close };
}

/** Beats until a beat gets through, as a node does. */
export async function beaten({ nodes }: Engines): Promise<void> {
  await until("a beat gets through", async () => (await nodes.beat("node", true)).beats.size > 0);
}
