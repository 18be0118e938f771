import { setTimeout as pause } from "node:timers/promises";
import type { ClusterNode } from "../cluster/topology.ts";
import { Crowd, warmUp } from "./crowd.ts";
import type { Customer } from "./customer.ts";
import { onOneTier, openStage } from "./line-stage.ts";
import { checkMovingUp, checkReloads, checkReturn } from "./moves.ts";
import { checkFirstPlace, checkFront, checkOrder, checkRange } from "./places.ts";
import { checkPromises } from "./promises.ts";
import { type Report, whole } from "./report.ts";
import { type Killing, type Leaving, type Reload, type Run, rescueMs } from "./run.ts";
import { arrivals } from "./schedule.ts";
import { checkPauses, checkStarts } from "./starts.ts";
import { waits } from "./story.ts";

const rate = { perSecond: 100, burst: 50 };
const askingSeconds = 2;
/** So many reload, and so many leave. */
const sample = 50;

const checks = [
  checkFirstPlace,
  checkOrder,
  checkFront,
  checkRange,
  checkStarts,
  checkPauses,
  checkReloads,
  checkMovingUp,
  checkReturn,
];

/** Many ask within two seconds, and then all that may happen to somebody in line happens to some. */
export async function runLine(report: Report, count: number): Promise<void> {
  await using stage = await openStage({ tiers: onOneTier(rate) });
  const { service } = stage;
  report.title(`The line: ${whole(count)} questions in ${askingSeconds} s; ${rate.perSecond}/s, burst ${rate.burst}`);
  await warmUp(service.urls, rate);
  using crowd = await Crowd.open(count, service.urls);
  const run = await play(crowd, service.nodes[1]);
  for (const check of checks) check(report, run);
  checkPromises(report, crowd, service, run.leaving.gone);
}

async function play(crowd: Crowd, node: ClusterNode | undefined): Promise<Run> {
  const { customers } = crowd;
  const lastsMs = ((customers.length - rate.burst) / rate.perSecond) * 1_000;
  const from = performance.now();
  const part = (share: number) => pause(from + 1_000 * askingSeconds + share * lastsMs - performance.now());
  const perSecond = customers.length / askingSeconds;
  await crowd.ask(arrivals([{ seconds: askingSeconds, from: perSecond, to: perSecond }]));
  await part(0.05);
  const reloads = await reloadSome(customers);
  await part(0.2);
  const leaving = await leaveSome(customers);
  await part(0.4);
  const killing = await kill(node);
  await crowd.settled(2 * lastsMs + 30_000);
  const isClear = (at: number) => at < killing.at || at > killing.at + rescueMs;
  return { stories: crowd.stories, rate, slackMs: crowd.slackMs, isClear, reloads, leaving, killing };
}

function reloadSome(customers: readonly Customer[]): Promise<Reload[]> {
  return Promise.all(
    someOf(customers.filter(standsBeyond(20))).map(async (customer) => {
      const { told } = customer.story;
      const [before, count] = [placeOf(customer), told.length];
      await customer.reload();
      return { before, after: told[count]?.position ?? null };
    }),
  );
}

/** Guests from the middle of their line, so that nobody near its front is moved by it. */
async function leaveSome(customers: readonly Customer[]): Promise<Leaving> {
  const some = someOf(customers.filter(standsBeyond(200)).filter(({ story }) => story.class === "guest"));
  const from = performance.now();
  await Promise.all(some.map((customer) => customer.leave()));
  return { from, to: performance.now(), gone: some.map(({ story }) => story) };
}

async function kill(node: ClusterNode | undefined): Promise<Killing> {
  if (node === undefined) throw new Error("there is no second node");
  const at = performance.now();
  await node.kill();
  return { at, node: node.url };
}

function standsBeyond(place: number): (customer: Customer) => boolean {
  return (customer) => waits(customer.story) && placeOf(customer) > place;
}

function placeOf({ story }: Customer): number {
  return story.told.at(-1)?.position ?? 0;
}

/** Evenly from all over. */
function someOf(customers: readonly Customer[]): Customer[] {
  const every = Math.max(1, Math.floor(customers.length / sample));
  return customers.filter((_, at) => at % every === 0).slice(0, sample);
}
