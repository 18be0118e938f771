/**
 * The line under pressure: `npx node test/bench/line.bench.ts`. Eight connections to a real Redis enter and hold rounds as
 * fast as they can until all answers have begun, on Redis' own clock; somebody who takes no part checks that no
 * interval had more starts than its bucket allows. Then: what a decision costs, what ten thousand places cost a node, and
 * what it costs to turn somebody away.
 */
import { performance } from "node:perf_hooks";
import { Admission } from "../../src/domain/admission.ts";
import { classes, type Grant, type LineSettings } from "../../src/domain/line.ts";
import { Places } from "../../src/domain/places.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openStore, type TestStore } from "../engines/redis.support.ts";
import { openRedis } from "../support/redis.ts";

const starts = Number(process.argv[2] ?? 200_000);
const connections = 8;
/** Less than eight connections can ask for, so that the bucket is what limits. */
const rate = { perSecond: Number(process.argv[3] ?? 5_000), burst: 2_000 };
const settings: LineSettings = {
  tiers: { high: rate, medium: rate, degraded: rate },
  acceptBelow: { vip: 10_000, member: 8_500, guest: 6_000 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

await using redis = await openRedis();
const keys = new Keys("bench");
let served = 0;
let over = false;
let looks = 0;
const enters: number[] = [];

async function load(nodeId: string): Promise<void> {
  await using store = await openStore({ kind: "one", url: redis.url });
  const line = new RedisLine({ link: new Link(store.store), keys, settings, clock: systemClock });
  let [asked, taken] = [0, [] as readonly Grant[]];
  while (!over) {
    const wishes = Array.from({ length: 40 }, () => {
      const name = classes[asked % 3] ?? "guest";
      return line.enter({ conversationId: `${nodeId}-${asked++}`, class: name }, nodeId);
    });
    const from = performance.now();
    const [first, ...others] = wishes;
    await first;
    enters.push(performance.now() - from);
    const entered = await Promise.all(others);
    const at = entered.flatMap((each) => (each.kind === "granted" ? each.grant : []));
    const all = [...taken, ...at];
    const round = await line.round({ nodeId, room: 100_000, taken: all, begun: all, ended: all, leftSeen: 0 });
    taken = round.granted;
  }
}

/** A time on Redis' clock, and the starts until then, in one step: `now` and `numbers` in the order of `line/state.lua`. */
const look =
  "local fields = { cmsgpack.unpack(redis.call('GET', KEYS[1])) } return { tostring(fields[2]), fields[10] }";

async function lookWith({ store }: TestStore): Promise<{ readonly now: number; readonly starts: number }> {
  const [state = ""] = keys.line;
  // CAST: what the script gives.
  const [now, starts] = (await store.eval(look, 1, state)) as [string, number];
  return { now: Number(now), starts };
}

/** By how many starts the worst of all intervals between two looks went beyond burst and rate; negative when none did. */
async function watch(beganAt: number): Promise<number> {
  await using store = await openStore({ kind: "one", url: redis.url });
  const perMs = rate.perSecond / 1_000;
  // How far the starts are ahead of the rate: an interval's excess is the rise from the lowest point before it.
  let [lowest, worst] = [-beganAt * perMs, Number.NEGATIVE_INFINITY];
  while (served < starts) {
    const seen = await lookWith(store);
    served = seen.starts;
    const ahead = served - seen.now * perMs;
    worst = Math.max(worst, ahead - lowest - rate.burst);
    lowest = Math.min(lowest, ahead);
    looks++;
  }
  over = true;
  return worst;
}

/** The clock of the bucket runs from here on, before anybody has asked. */
async function begin(): Promise<number> {
  await using store = await openStore({ kind: "one", url: redis.url });
  const line = new RedisLine({ link: new Link(store.store), keys, settings, clock: systemClock });
  await line.round({ nodeId: "nobody", room: 0, taken: [], begun: [], ended: [], leftSeen: 0 });
  return (await lookWith(store)).now;
}

const clockAt = await begin();
const beganAt = performance.now();
const [worst] = await Promise.all([watch(clockAt), ...Array.from({ length: connections }, (_, at) => load(`n${at}`))]);
const tookMs = performance.now() - beganAt;
const stats = String(await redis.command("INFO", "commandstats"));
const [, calls = "0", usec = "0"] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(stats) ?? [];
enters.sort((a, b) => a - b);
const allowed = rate.burst + (rate.perSecond * tookMs) / 1_000;
console.log(`${served} starts in ${Math.round(tookMs)} ms over ${connections} connections`);
console.log(`the worst of all intervals between ${looks} looks: ${worst.toFixed(2)} starts beyond what is allowed`);
console.log(`used of what was allowed: ${((100 * served) / allowed).toFixed(2)} %`);
console.log(`Redis per step: ${(Number(usec) / Number(calls)).toFixed(1)} µs, ${calls} steps`);
console.log(
  `a decision: p50 ${enters[enters.length >> 1]?.toFixed(2)} ms, p99 ${enters[Math.floor(enters.length * 0.99)]?.toFixed(2)} ms`,
);

/** CPU of this process while ten thousand wait here and a hundred a second are served. */
async function costOfPlaces(): Promise<void> {
  const slow = { perSecond: 100, burst: 1 };
  const narrow = {
    ...settings,
    tiers: { high: slow, medium: slow, degraded: slow },
    acceptBelow: { vip: 1e9, member: 1e9, guest: 1e9 },
  };
  const line = new MemoryLine({ settings: narrow, clock: systemClock });
  let facts = 0;
  const tell = () => {
    facts++;
  };
  const places = new Places({ settings: narrow, clock: systemClock, tell, vanished: () => {} });
  for (let at = 0; at < 10_001; at++) {
    const conversationId = `c${at}`;
    const entered = await line.enter({ conversationId, class: classes[at % 3] ?? "guest" }, "n");
    const ref = { conversationId, turnId: `t${at}` };
    if (entered.kind === "waiting") places.step({ kind: "turn-queued", ref, place: entered });
  }
  facts = 0;
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  let taken: readonly Grant[] = [];
  while (performance.now() - from < 10_000) {
    const round = await line.round({ nodeId: "n", room: 1e6, taken, begun: taken, ended: taken, leftSeen: 0 });
    taken = round.granted;
    for (const { conversationId } of taken) places.gone({ conversationId, turnId: conversationId.replace("c", "t") });
    places.round(round);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1_000 / (performance.now() - from);
  console.log(`10,000 places: ${(100 * share).toFixed(1)} % of a core, ${Math.round(facts / 10)} facts a second`);
}

/** Turning somebody away, once the node knows that the line is full. */
async function costOfShedding(): Promise<void> {
  const full = { ...settings, acceptBelow: { vip: 0, member: 0, guest: 0 } };
  const admission = new Admission({
    line: new MemoryLine({
      settings: { ...full, tiers: { ...full.tiers, high: { perSecond: 0.1, burst: 1 } } },
      clock: systemClock,
    }),
    clock: systemClock,
    random: Math.random,
    nodeId: () => "n",
    mostOpen: 1,
    acceptBelow: full.acceptBelow,
    comeBackMs: 20_000,
    onFault: console.error,
  });
  const rounds = 100_000;
  const from = performance.now();
  for (let at = 0; at < rounds; at++)
    await admission.enter({ conversationId: `c${at}`, class: "guest" }).catch(() => {});
  console.log(`turned away: ${(((performance.now() - from) * 1_000) / rounds).toFixed(1)} µs each`);
  admission.close();
}

await costOfPlaces();
await costOfShedding();
process.exit(0);
