import type { Config } from "../config.ts";
import { examineRedis } from "../engines/redis/examine.ts";
import { doubtful, type Finding, skewFinding, well, wrong } from "./finding.ts";

const nearlyFull = 0.95;
/** Every step of the line waits for it. */
const farMs = 5;

export async function* redisFindings({ redis, redisPrefix }: Config): AsyncGenerator<Finding> {
  if (redis === null) {
    yield well("redis", "none: one node, which keeps everything in memory");
    return;
  }
  try {
    const seen = await examineRedis(redis, redisPrefix);
    const { version, policy, appendOnly, maxMemoryBytes, usedMemoryBytes = 0, roundTripMs, at } = seen;
    const trip = `${roundTripMs.toFixed(1)} ms away`;
    const isFar = roundTripMs > farMs;
    yield isFar
      ? doubtful("redis", `version ${version}, ${trip}`, "put it into the same network as the nodes")
      : well("redis", `version ${version}, ${trip}, runs the service's steps`);
    if (policy !== undefined && policy !== "noeviction")
      yield wrong("redis", `maxmemory-policy is ${policy}: open conversations may be evicted`, "set it to noeviction");
    if (maxMemoryBytes === 0)
      yield doubtful(
        "redis",
        "maxmemory is not set: it may take all of the machine's",
        "set maxmemory, see docs/deploy",
      );
    const memory = memoryFinding(usedMemoryBytes, maxMemoryBytes ?? 0);
    if (memory) yield memory;
    if (appendOnly === "no")
      yield doubtful("redis", "appendonly is off: a restart of Redis forgets every conversation", "set appendonly yes");
    yield skewFinding("clock", "Redis'", at, Date.now());
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    yield wrong("redis", why, "start Redis 7 or newer, or correct REDIS_URL and its password");
  }
}

/** Null where there is room; where no bound is set nobody can tell. */
export function memoryFinding(usedBytes: number, maxBytes: number): Finding | null {
  if (maxBytes === 0 || usedBytes <= nearlyFull * maxBytes) return null;
  const share = Math.round((100 * usedBytes) / maxBytes);
  return wrong(
    "redis",
    `memory is full or nearly so (${share} %): it takes nothing more`,
    "raise maxmemory (CONFIG SET maxmemory 2gb), then see docs/runbook.md#redisaway",
  );
}
