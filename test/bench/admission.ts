import { performance } from "node:perf_hooks";
import { classes, type LineSettings } from "../../src/domain/line.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openStore } from "../engines/redis.support.ts";
import type { Stage } from "./contestants.ts";
import { cpuUs, median } from "./processes.ts";
import type { Table } from "./table.ts";

const offers = 20_000;
const many = 1_000_000;
const rate = { perSecond: many, burst: many };
const settings: LineSettings = {
  tiers: { high: rate, medium: rate, degraded: rate },
  acceptBelow: { vip: many, member: many, guest: many },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

interface Speed {
  readonly perSecond: number;
  /** CPU of this process, and of Redis. */
  readonly ownUs: number;
  readonly redisUs: number;
}

/** Questions that begin at once and are over at once: the whole way of a start through the line. */
async function drive(line: MemoryLine | RedisLine, atOnce: number, redisPids: readonly number[]): Promise<Speed> {
  const nodeId = "node";
  await line.round({ nodeId, room: many, taken: [], begun: [], ended: [], leftSeen: 0 });
  const [from, own, redis] = [performance.now(), cpuUs([process.pid]), cpuUs(redisPids)];
  for (let asked = 0; asked < offers; asked += atOnce) {
    const entering = Array.from({ length: atOnce }, (_, at) =>
      line.enter({ conversationId: `c${asked + at}`, class: classes[at % 3] ?? "guest" }, nodeId),
    );
    const grants = (await Promise.all(entering)).flatMap((each) => (each.kind === "granted" ? each.grant : []));
    if (grants.length !== atOnce) throw new Error(`${grants.length} of ${atOnce} begin`);
    await line.round({ nodeId, room: many, taken: grants, begun: grants, ended: grants, leftSeen: 0 });
  }
  return {
    perSecond: (1_000 * offers) / (performance.now() - from),
    ownUs: (cpuUs([process.pid]) - own) / offers,
    redisUs: (cpuUs(redisPids) - redis) / offers,
  };
}

/** Decisions of the two engines: entering, beginning, being over. */
export async function admissionTable({ redis }: Stage, rounds: number): Promise<Table> {
  const pid = Number(/process_id:(\d+)/.exec(String(await redis.command("INFO", "server")))?.[1]);
  await using opened = await openStore({ kind: "one", url: redis.url });
  const link = new Link(opened.store);
  let lines = 0;
  const rows: string[][] = [];
  for (const atOnce of [1, 10, 100]) {
    const engines = {
      memory: () => new MemoryLine({ settings, clock: systemClock }),
      Redis: () => new RedisLine({ link, keys: new Keys(`admission${lines++}`), settings, clock: systemClock }),
    };
    for (const [name, open] of Object.entries(engines)) {
      const pids = name === "Redis" ? [pid] : [];
      const samples: Speed[] = [];
      for (let round = 0; round < rounds; round++) samples.push(await drive(open(), atOnce, pids));
      const of = (kind: keyof Speed) => median(samples.map((speed) => speed[kind]));
      const redisUs = name === "Redis" ? of("redisUs").toFixed(1) : "";
      rows.push([name, String(atOnce), of("perSecond").toFixed(0), of("ownUs").toFixed(1), redisUs]);
    }
  }
  return {
    title: `Admission: ${offers} questions, each entered, begun and over, ${rounds} rounds`,
    columns: ["engine", "questions at once", "questions a second", "µs of the node", "µs of Redis, all CPU"],
    rows,
  };
}
