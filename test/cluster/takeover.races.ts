import { setTimeout as pause } from "node:timers/promises";
import { tokenOf } from "../support/agent.ts";
import { allRun, openService, type Service } from "./service.support.ts";
import { AgentPage } from "./takeover.pages.ts";
import { planHops, planWeather, type Weather } from "./takeover.plan.ts";
import { Race } from "./takeover.race.ts";
import type { Snapshot } from "./takeover.screen.ts";
import {
  doubleHolds,
  holdsOf,
  lateWords,
  rowFaults,
  screenFaults,
  storeFaults,
  storyFaults,
} from "./takeover.verdict.ts";

/** What many races have shown. */
export interface Races {
  races: number;
  rounds: { fair: number; kill: number; sleep: number };
  moves: number;
  /** Acknowledged takes, and everything else after which the assistant has to be silent. */
  holds: number;
  /** For how long the assistant was listened for in vain, in milliseconds, all together. */
  silentMs: number;
  /** From sending a take to its acknowledgement, in milliseconds: in fair weather, and while a node was killed or asleep. */
  readonly takeMs: number[];
  readonly takeInStormMs: number[];
  /** Each with the seed that runs it again. */
  readonly faults: string[];
}

export interface RacesOptions {
  readonly races: number;
  readonly seed?: number;
  /** Told after each round. */
  readonly progress?: (races: Races) => void;
}

/** Races whose seeds lie between two multiples of this run together, and share their agents and their weather. */
export const perRound = 40;
const settleMs = 12_000;
const settleLookMs = 150;

/** Runs the races of so many seeds, from `seed` on, on two nodes that are processes and share one Redis. */
export async function runRaces({ races, seed = 0, progress }: RacesOptions): Promise<Races> {
  await using service = await openService({ nodes: 2 });
  const found: Races = {
    races: 0,
    rounds: { fair: 0, kill: 0, sleep: 0 },
    moves: 0,
    holds: 0,
    silentMs: 0,
    takeMs: [],
    takeInStormMs: [],
    faults: [],
  };
  for (let first = seed; first < seed + races; ) {
    const round = Math.floor(first / perRound);
    const next = Math.min(seed + races, (round + 1) * perRound);
    await runRound(service, round, range(first, next), found);
    first = next;
    progress?.(found);
  }
  if (!allRun(service)) found.faults.push("X3: a node has ended by itself");
  return found;
}

async function runRound(service: Service, round: number, seeds: readonly number[], found: Races): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const [one = "", other = ""] = service.urls;
  const agents = [
    stack.use(await openAgent("Li", round, [one, other])),
    stack.use(await openAgent("Wang", round, [other, one])),
  ] as const;
  const races = await Promise.all(seeds.map((seed) => Race.open(seed, [one, other], agents)));
  for (const race of races) stack.use(race);
  const weather = planWeather(round);
  found.rounds[weather.kind]++;
  const hops = planHops(round).map(({ atMs, who }) => pause(atMs).then(() => agents[who].line.hop()));
  await Promise.all([...races.map((race) => race.play()), ...hops, storm(service, weather)]);
  const living = service.nodes.filter((_, at) => weather.kind !== "kill" || at !== weather.node);
  for (const race of races) count(race, weather, found);
  const verdicts = await Promise.all(
    races.map((race) =>
      judge(
        race,
        weather,
        living.map(({ url }) => url),
      ),
    ),
  );
  for (const [at, faults] of verdicts.entries())
    found.faults.push(...faults.map((fault) => `seed ${seeds[at]} (${weather.kind}): ${fault}`));
  found.faults.push(...service.faults.map((line) => `a node has logged: ${line.slice(0, 400)}`));
  await Promise.all(races.map(tidyUp));
  if (weather.kind === "kill") await service.nodes[weather.node]?.start();
}

async function openAgent(name: string, round: number, urls: readonly string[]): Promise<AgentPage> {
  const agentId = `${name.toLowerCase()}-${round}@shop`;
  const page = new AgentPage({ name, agentId }, urls, await tokenOf({ sub: agentId, role: "agent", name }));
  await page.line.ready;
  return page;
}

async function storm(service: Service, weather: Weather): Promise<void> {
  if (weather.kind === "fair") return;
  const node = service.nodes[weather.node];
  await pause(weather.atMs);
  if (weather.kind === "kill") return void (await node?.kill());
  node?.child.kill("SIGSTOP");
  await pause(weather.lastsMs);
  node?.child.kill("SIGCONT");
}

function count(race: Race, weather: Weather, found: Races): void {
  const { done } = race;
  const holds = holdsOf(race);
  found.races++;
  found.moves += done.length;
  found.holds += holds.length;
  found.silentMs += holds.reduce((sum, { from, to }) => sum + Math.min(to, performance.now()) - from, 0);
  const takes = done.filter(({ kind, outcome }) => kind === "take" && outcome.kind === "done");
  const into = weather.kind === "fair" ? found.takeMs : found.takeInStormMs;
  into.push(...takes.map(({ sentAt, doneAt }) => doneAt - sentAt));
}

/** What is wrong at rest; until then it may be on its way. */
async function judge(race: Race, weather: Weather, urls: readonly string[]): Promise<string[]> {
  const always = [...lateWords(race, weather.kind === "sleep"), ...doubleHolds(race)];
  const deadline = performance.now() + settleMs;
  let open: string[];
  do {
    await pause(settleLookMs);
    open = await openFaults(race, urls);
  } while (open.length > 0 && performance.now() < deadline);
  return [
    ...always,
    ...race.screens.flatMap(({ faults, name }) => faults.map((fault) => `${name}: ${fault}`)),
    ...open,
  ];
}

async function openFaults(race: Race, urls: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const url of urls) {
    using page = await race.openAfresh(url);
    const stored = page.given;
    if (stored === null) return [`S11: the conversation did not open at ${url}`];
    faults.push(...faultsAgainst(race, stored));
  }
  return [...new Set(faults)];
}

function faultsAgainst(race: Race, stored: Snapshot): string[] {
  return [
    ...storeFaults(race, stored),
    ...storyFaults(stored.messages, stored.responder),
    ...race.screens.flatMap((screen) => screenFaults(screen, stored)),
    ...race.agents.flatMap((agent) => rowFaults(agent, race.conversationId, stored)),
  ];
}

/** The desk of the next round is not to be full of this one's. */
async function tidyUp(race: Race): Promise<void> {
  const { agents, conversationId } = race;
  await Promise.all(agents.map(({ line }) => line.command("conversation:resolve", { conversationId })));
  await Promise.all(agents.map((agent) => agent.leave(conversationId)));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
