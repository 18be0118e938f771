/**
 * Who gets the starts, and how soon it is decided: `npx node test/bench/fairness.bench.ts`. Against a real Redis, on its
 * own clock: the shares of the classes while all of them wait; what a customer gains who sends a hundred times as much; and
 * how long a decision takes at the rate of the night, eight thousand questions a second over eight connections.
 */
import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import type { CustomerClass } from "../../src/contract/shapes.ts";
import { Admission } from "../../src/domain/admission.ts";
import { classes, type Grant, type LineSettings, type StartRate } from "../../src/domain/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { openStore } from "../engines/redis.support.ts";
import { openRedis } from "../support/redis.ts";

await using redis = process.argv[2] === undefined ? await openRedis() : null;

async function openLine(prefix: string, rate: StartRate, most = 1_000_000, url = redis?.url ?? "") {
  const store = await openStore({ kind: "one", url });
  const settings: LineSettings = {
    tiers: { high: rate, medium: rate, degraded: rate },
    acceptBelow: { vip: most, member: 0.85 * most, guest: 0.6 * most },
    weights: { vip: 6, member: 3, guest: 1 },
    ageingMs: 3_600_000,
    rampPerSecond: null,
  };
  const line = new RedisLine({ link: new Link(store.store), keys: new Keys(prefix), settings, clock: systemClock });
  return { line, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

const warmMs = 5_000;
const rushMs = 10_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whoever is answered asks again at once, so that all classes always wait. */
async function shares(): Promise<void> {
  await using opened = await openLine("shares", { perSecond: 2_000, burst: 200 });
  const { line } = opened;
  const classOf = (id: string) => classes.find((name) => id.startsWith(name)) ?? "guest";
  const enter = (id: string) => line.enter({ conversationId: id, class: classOf(id) }, "n");
  await line.round({ nodeId: "n", room: 10_000, taken: [], begun: [], ended: [], leftSeen: 0 });
  for (const name of classes) await Promise.all(Array.from({ length: 500 }, (_, at) => enter(`${name}${at}`)));
  const served: Record<CustomerClass, number> = { vip: 0, member: 0, guest: 0 };
  let taken: readonly Grant[] = [];
  for (const from = performance.now(); performance.now() - from < 15_000; await pause(20)) {
    const round = await line.round({ nodeId: "n", room: 10_000, taken, begun: taken, ended: taken, leftSeen: 0 });
    await Promise.all(taken.map(({ conversationId }) => enter(conversationId)));
    taken = round.granted;
    for (const { conversationId } of taken) served[classOf(conversationId)]++;
  }
  const all = classes.reduce((sum, name) => sum + served[name], 0);
  const percent = classes.map((name) => `${name} ${((100 * served[name]) / all).toFixed(2)} %`);
  console.log(`shares of ${all} starts while all wait: ${percent.join(", ")}`);
}

/** Two hundred customers, each asking again once answered, and one who sends a hundred times as often all the while. */
async function greed(): Promise<void> {
  await using opened = await openLine("greed", { perSecond: 1_000, burst: 100 });
  const { line } = opened;
  const enter = (id: string) => line.enter({ conversationId: id, class: "member" }, "n");
  const others = Array.from({ length: 200 }, (_, at) => `c${at}`);
  const served = new Map<string, number>();
  let asked = 0;
  let taken: readonly Grant[] = [];
  await line.round({ nodeId: "n", room: 10_000, taken: [], begun: [], ended: [], leftSeen: 0 });
  await Promise.all(others.map(enter));
  for (const from = performance.now(); performance.now() - from < 15_000; await pause(20)) {
    const round = await line.round({ nodeId: "n", room: 10_000, taken, begun: taken, ended: taken, leftSeen: 0 });
    await Promise.all(taken.map(({ conversationId }) => enter(conversationId)));
    // A hundred times as often as each of the others, who ask again a few times a second.
    for (let at = 0; at < 10; at++, asked++) await enter("greedy");
    taken = round.granted;
    for (const { conversationId } of taken) served.set(conversationId, (served.get(conversationId) ?? 0) + 1);
  }
  const counts = others.map((id) => served.get(id) ?? 0);
  const sum = counts.reduce((total, count) => total + count, 0);
  const jain = sum ** 2 / (counts.length * counts.reduce((total, count) => total + count ** 2, 0));
  const mean = sum / counts.length;
  console.log(
    `one asked ${asked} times, each of the others about ${Math.round(mean)}: it was answered ${served.get("greedy")} times, the others ${mean.toFixed(1)} on average; Jain's index over them ${jain.toFixed(5)}`,
  );
}

/** What some nodes did in the rush. */
interface Rush {
  /** Milliseconds of each decision to let in or to let wait. */
  readonly took: number[];
  /** And of each to shed, at the door or by the line. */
  readonly shed: number[];
}

/** Open loop: questions come by the clock at these nodes, whether those before are decided or not. */
async function rushAt(url: string, nodes: readonly string[], perSecond: number): Promise<Rush> {
  const rushed: Rush = { took: [], shed: [] };
  let isWarm = false;
  const play = async (name: string) => {
    await using opened = await openLine("night", { perSecond: 1_000, burst: 5_000 }, 10_000, url);
    const admission = new Admission({
      line: opened.line,
      clock: systemClock,
      random: Math.random,
      nodeId: () => name,
      mostOpen: 1_000_000,
      acceptBelow: { vip: 10_000, member: 8_500, guest: 6_000 },
      comeBackMs: 20_000,
      onFault: console.error,
    });
    // Each answer has its first text at once, and is over a second later.
    const answer = (id: string) => {
      admission.began(id);
      setTimeout(() => admission.ended(id), 1_000);
    };
    await admission.open({ granted: answer, round: () => {}, tier: () => {} });
    let asked = 0;
    const deciding = new Set<Promise<void>>();
    const ask = async () => {
      const from = performance.now();
      const id = `${name}-${asked++}`;
      const as = classes[asked % 3] ?? "guest";
      const entered = await admission.enter({ conversationId: id, class: as }).catch(() => null);
      const tookMs = Number((performance.now() - from).toFixed(2));
      if (isWarm) (entered === null ? rushed.shed : rushed.took).push(tookMs);
      if (entered?.kind === "granted") answer(id);
    };
    const rush = async (rate: number, ms: number) => {
      const [start, before] = [performance.now(), asked];
      for (let at = start; at < start + ms; at = performance.now()) {
        const due = before + ((at - start) * rate) / 1_000;
        while (asked < due) {
          const one = ask().finally(() => deciding.delete(one));
          deciding.add(one);
        }
        await pause(2);
      }
    };
    // Code that has never run is slow: the evening before.
    await rush(75, warmMs);
    isWarm = true;
    await rush(perSecond, rushMs);
    await Promise.all(deciding);
    admission.close();
  };
  await Promise.all(nodes.map(play));
  return rushed;
}

/** Two processes of four nodes each. */
async function decisions(perSecond: number): Promise<void> {
  setTimeout(() => void redis?.command("CONFIG", "RESETSTAT"), warmMs + 1_000);
  const halves = ["a", "b"].map(async (half) => {
    const nodes = Array.from({ length: 4 }, (_, at) => `${half}${at}`).join(",");
    const args = [import.meta.filename, redis?.url ?? "", nodes, String(perSecond / 8)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1_024 * 1_024 });
    return JSON.parse(stdout) as Rush; // CAST: what this file prints
  });
  const done = await Promise.all(halves);
  const sorted = (each: (rush: Rush) => readonly number[]) => done.flatMap(each).sort((a, b) => a - b);
  const [all, took] = [sorted((rush) => [...rush.took, ...rush.shed]), sorted((rush) => rush.took)];
  const stats = String(await redis?.command("INFO", "commandstats"));
  const [, calls = "0", usec = "0"] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(stats) ?? [];
  const at = (of: readonly number[], share: number) => `${(of[Math.floor(of.length * share)] ?? 0).toFixed(2)} ms`;
  const offers = all.length;
  console.log(
    `${offers} offers at ${perSecond} a second, ${offers - took.length} of them shed at the door or by the line`,
  );
  console.log(`all decisions: p50 ${at(all, 0.5)}, p99 ${at(all, 0.99)}`);
  console.log(`those to let in or to let wait: p50 ${at(took, 0.5)}, p99 ${at(took, 0.99)}`);
  console.log(
    `Redis: ${(Number(usec) / offers).toFixed(1)} µs an offer, ${(Number(usec) / took.length).toFixed(1)} µs for each that was not shed, rounds included (${calls} steps); ${((100 * Number(usec)) / (1_000 * rushMs)).toFixed(0)} % of its core`,
  );
}

const [, , url, nodes = "", rate] = process.argv;
if (url !== undefined) {
  const done = JSON.stringify(await rushAt(url, nodes.split(","), Number(rate)));
  process.stdout.write(done, () => process.exit(0));
  await new Promise(() => {});
}
await shares();
await greed();
await decisions(8_000);
process.exit(0);
