import type { Redis } from "ioredis";
import { openClient, type RedisPlace, type Store } from "./client.ts";
import { Keys } from "./keys.ts";

/** Sharded pub/sub came with it. */
const leastVersion = 7;

/**
 * Waits until Redis can be asked.
 *
 * @throws with one sentence that says what to do when it cannot be reached in time or is too old
 */
export async function awaitServer(store: Store, withinMs: number): Promise<void> {
  await ready(store, withinMs);
  const version = /redis_version:(\d+)/.exec(await (store as Redis).info("server"))?.[1]; // CAST: both have it
  if (Number(version) >= leastVersion) return;
  throw new Error(
    `Redis ${version ?? "of an unknown version"} is too old: Tidegate needs Redis 7 or newer, or Valkey.`,
  );
}

function ready(store: Store, withinMs: number): Promise<void> {
  if (store.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    let last = "no answer";
    const done = (then: () => void) => {
      clearTimeout(timer);
      store.off("ready", onReady).off("error", onError);
      then();
    };
    const onReady = () => done(resolve);
    const onError = (error: Error) => {
      last = error.message;
    };
    const timer = setTimeout(
      () => done(() => reject(new Error(`Redis cannot be reached (${last}). Start it, or correct REDIS_URL.`))),
      withinMs,
    );
    store.on("ready", onReady).on("error", onError);
  });
}

/** The secret that nodes without one of their own agree on (X6): the first one's. */
export async function agreeOnSecret(store: Store, keys: Keys, own: string): Promise<string> {
  await store.setnx(keys.secret, own);
  return (await store.get(keys.secret)) ?? own;
}

/** That secret, for a program that is no node; made up where there is none yet. */
export async function secretInRedis(where: RedisPlace, prefix: string, own: string): Promise<string> {
  const store = openClient(where, "store");
  store.on("error", () => {});
  try {
    await awaitServer(store, patienceMs);
    return await agreeOnSecret(store, new Keys(prefix), own);
  } finally {
    store.disconnect();
  }
}

const patienceMs = 5_000;
