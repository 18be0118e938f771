import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Honest, type HonestOptions } from "../fuzz/honest.ts";
import { openTarget, type Target } from "../fuzz/target.ts";
import { Percentiles } from "../load/percentiles.ts";
import { machineCpuMs } from "../load/stage/procfs.ts";
import { Attacker, type AttackName } from "./attacker.ts";
import type { Tally } from "./attacks.ts";

export interface FloodOptions {
  /** Of all, a fifth of it calm. */
  readonly seconds: number;
  readonly redis: boolean;
  readonly progress?: (flood: Flood) => void;
}

/** What was done, and what honest customers saw of it. */
export interface Flood {
  readonly tallies: ReadonlyMap<string, Tally>;
  /** From a question to the first word of its answer, without and with the flood. */
  readonly calm: Percentiles;
  readonly storm: Percentiles;
  /** Of all nodes, before and after. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** During the flood, in cores: all nodes, and whatever has no part in it; null where that is not told. */
  readonly cpu: { readonly nodes: number; readonly others: number | null };
  /** What must not have happened. */
  readonly findings: readonly string[];
}

const names: readonly AttackName[] = ["connections", "crowd", "commands", "frames", "halves", "polling"];
const honestCustomers = 24;
/** A relay's first word comes after so long, and each customer asks at the rate that one customer may. */
const pace = "first=150 delta=20 chars=8";
const pauseMs = 2_300;
/** How much longer the first word may take at the worst of a hundred. */
const slower = 1.5;
const growth = { bytes: 32 * 1_048_576, withinMs: 150_000 };
/** Of what is due, an attack that reached less was not the one that is meant. */
const reached = 0.97;
/** When others take so much of a machine, they may be to blame. */
const toBlame = 0.3;
/** Until everything that is made once is made. */
const warmUpSeconds = 10;

/** Floods a server of its own, with the limits that come along, while honest customers ask at a calm rate. */
export async function flood(options: FloodOptions): Promise<Flood> {
  const findings = new Set<string>();
  const fault = (what: string) => void (findings.size < 20 && findings.add(what));
  const tallies = new Map<string, Tally>();
  const [calm, storm] = [new Percentiles(), new Percentiles()];
  const nowhere = new Percentiles();
  let [times, since] = [nowhere, 0];
  /** Only what is asked from now on: what this looks at a node for holds that up. */
  const count = (into: Percentiles) => {
    [times, since] = [into, performance.now()];
  };
  const config = "test/flood/node.json";
  await using target = await openTarget({ redis: options.redis, config, logLevel: "info", fault });
  const flood = {
    tallies,
    calm,
    storm,
    bytes: { before: 0, after: 0 },
    cpu: { nodes: 0, others: null as number | null },
    findings: [] as string[],
  };
  {
    await using stack = new AsyncDisposableStack();
    const answered = (ms: number, askedAt: number) => void (askedAt >= since && times.add(ms));
    const honest = (_: unknown, at: number) => openHonest(target, at, { fault, answered });
    for (const customer of await Promise.all(Array.from({ length: honestCustomers }, honest))) stack.use(customer);
    await pause(1_000 * warmUpSeconds);
    count(calm);
    await pause(200 * options.seconds);
    count(nowhere);
    flood.bytes.before = await target.inspect(true);
    count(storm);
    const before = used(target, []);
    await rage(target, options, tallies, (attackers) => {
      for (const { hasEnded, attack } of attackers) if (hasEnded) fault(`nobody attacks with ${attack} any more`);
      flood.cpu = shareOf(before, used(target, attackers));
      options.progress?.(flood);
    });
  }
  flood.bytes.after = await comeDown(target, flood.bytes.before);
  judge(flood, fault);
  return { ...flood, findings: [...findings] };
}

const used = (target: Target, attackers: readonly Attacker[]) => ({
  at: performance.now(),
  nodes: target.cpuMs(),
  own: attackers.reduce(
    (sum, { cpuMs }) => sum + cpuMs,
    process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
  ),
  machine: machineCpuMs(),
});

/** The simulator counts among the others: it does little. */
function shareOf(since: ReturnType<typeof used>, now: ReturnType<typeof used>): Flood["cpu"] {
  const ms = now.at - since.at;
  const nodes = (now.nodes - since.nodes) / ms;
  if (now.machine === null || since.machine === null) return { nodes, others: null };
  const own = (now.own - since.own) / ms;
  return { nodes, others: Math.max(0, (now.machine - since.machine) / ms - own - nodes) };
}

function openHonest({ urls }: Target, at: number, told: Pick<HonestOptions, "fault" | "answered">): Promise<Honest> {
  return Honest.open(`honest customer ${at}`, { url: urls[at % urls.length] ?? "", pace, pauseMs, ...told });
}

/** Everything at once, four fifths of the time. */
async function rage(
  { urls, inspect }: Target,
  { seconds }: FloodOptions,
  tallies: Map<string, Tally>,
  progress: (attackers: readonly Attacker[]) => void,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const attackers = names.map((attack, at) =>
    stack.use(Attacker.start(attack, urls[at % urls.length] ?? "", (tally) => tallies.set(attack, tally))),
  );
  const endsAt = performance.now() + 800 * seconds;
  while (performance.now() < endsAt) {
    await pause(10_000);
    await inspect(false);
    progress(attackers);
  }
}

async function comeDown(target: Target, before: number): Promise<number> {
  const deadline = performance.now() + growth.withinMs;
  for (;;) {
    const bytes = await target.inspect(true);
    if (bytes <= before + growth.bytes || performance.now() > deadline) return bytes;
    await pause(2_000);
  }
}

function judge({ tallies, calm, storm, bytes, cpu }: Omit<Flood, "findings">, fault: (what: string) => void): void {
  for (const [name, { due, begun }] of tallies)
    if (begun < reached * due)
      fault(
        `${name} began ${begun} of ${Math.round(due)}: nothing is proven by a flood that the machine had no time for`,
      );
  const [before, after] = [calm.at(99) ?? 0, storm.at(99) ?? Number.POSITIVE_INFINITY];
  const taken = (cpu.others ?? 0) / availableParallelism();
  if (after > slower * before) {
    fault(`the first word takes ${Math.round(after)} ms instead of ${Math.round(before)} ms`);
    if (taken > toBlame)
      fault(`nothing is proven by that: other programs took ${Math.round(100 * taken)} % of this machine`);
  }
  if (bytes.after > bytes.before + growth.bytes) fault("memory does not come back");
}
