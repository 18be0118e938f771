import type { Redis } from "ioredis";
import { openClient, type RedisPlace } from "./client.ts";
import { Keys } from "./keys.ts";
import { defineSteps, runStep } from "./scripts.ts";
import { awaitServer } from "./server.ts";

/** How a Redis is, as far as it tells. */
export interface RedisHealthcheck {
  readonly version: string;
  /** Undefined where it does not tell, as managed ones do not. */
  readonly policy: string | undefined;
  readonly appendOnly: string | undefined;
  readonly maxMemoryBytes: number | undefined;
  readonly usedMemoryBytes: number | undefined;
  readonly roundTripMs: number;
  /** Epoch milliseconds on its clock. */
  readonly at: number;
}

const patienceMs = 5_000;
const rounds = 21;

/** Changes nothing. @throws with one sentence when it cannot be reached, is too old, or does not run the service's steps */
export async function examineRedis(where: RedisPlace, prefix: string): Promise<RedisHealthcheck> {
  const store = openClient(where, "store");
  store.on("error", () => {});
  defineSteps(store);
  try {
    await awaitServer(store, patienceMs);
    const one = store as Redis; // CAST: both have the commands that follow
    const server = await one.info("server");
    const used = /used_memory:(\d+)/.exec(await one.info("memory"))?.[1];
    const setting = async (name: string) => {
      const [, value] = (await one.config("GET", name).catch(() => [])) as string[]; // CAST: name and value
      return value;
    };
    // A batch of number 0 was entered before any other: it adds nothing.
    const keys = new Keys(prefix);
    const book = [keys.costWriter("doctor"), keys.costDay("doctor"), keys.costRecords];
    await runStep(store, "costs/enter", book, ["0", "0", "1000", "1000", "0", "0"]);
    const trips: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      await one.ping();
      trips.push(performance.now() - startedAt);
    }
    const [seconds = 0, micros = 0] = (await one.time()).map(Number);
    const maxMemory = await setting("maxmemory");
    return {
      version: /(?:valkey|redis)_version:(\S+)/.exec(server)?.[1] ?? "unknown",
      policy: await setting("maxmemory-policy"),
      appendOnly: await setting("appendonly"),
      maxMemoryBytes: maxMemory === undefined ? undefined : Number(maxMemory),
      usedMemoryBytes: used === undefined ? undefined : Number(used),
      roundTripMs: trips.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0,
      at: seconds * 1_000 + micros / 1_000,
    };
  } finally {
    store.disconnect();
  }
}
