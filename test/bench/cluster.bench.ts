// CPU of the node that writes the answers, per delta, alone and in a cluster; and what a delta costs Redis. One run:
//   npx node test/bench/cluster.bench.ts
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterNode } from "../cluster/topology.ts";
import { openAgain, openCustomer, type TestCustomer } from "../support/customer.ts";
import { freePort } from "../support/ports.ts";
import { openProgram } from "../support/process.ts";
import { openRedis } from "../support/redis.ts";

const answers = 40;
const deltas = 250;
const rounds = 5;
const question = `[[sim: long chars=${deltas * 4}; pace first=1 delta=20 chars=4]] 你好`;
/** Clock ticks of Linux are hundredths of a second. */
const tickUs = 10_000;

await using stack = new AsyncDisposableStack();
const simulator = stack.use(
  await openProgram("src/simulator/main.ts", { SIMULATOR_PORT: "0" }, /at (http:\/\/[\d.]+:\d+)/),
);
const redis = stack.use(await openRedis());
const configPath = join(tmpdir(), `tidegate-bench-${process.pid}.json`);
const many = 100_000;
const limits = { connectionsPerSecond: many, connectionsBurst: many, connectionsPerAddress: many };
writeFileSync(configPath, JSON.stringify({ assistant: { maxTokens: 64_000 }, limits }));
const settings = {
  PATH: process.env["PATH"],
  HOST: "127.0.0.1",
  LOG_LEVEL: "warn",
  AUTH_SECRET: "a secret for the benchmark that is long enough",
  ANTHROPIC_BASE_URL: simulator.said,
  ANTHROPIC_API_KEY: "key",
  TIDEGATE_CONFIG: configPath,
};

const clusters = {
  "in memory, 1 node": { nodes: await open(1, {}), watched: false },
  "Redis, 1 node": { nodes: await open(1, { REDIS_PREFIX: "one" }), watched: false },
  "Redis, 4 nodes": { nodes: await open(4, { REDIS_PREFIX: "four" }), watched: false },
  "Redis, 2 nodes, each answer watched on both": { nodes: await open(2, { REDIS_PREFIX: "two" }), watched: true },
};

interface Sample {
  readonly ownerUs: number;
  readonly othersUs: number;
  readonly commands: number;
  readonly logWrites: number;
}

const samples = new Map(Object.keys(clusters).map((name) => [name, [] as Sample[]]));
for (let round = 0; round <= rounds; round++) {
  for (const [name, { nodes, watched }] of Object.entries(clusters)) {
    const sample = await measure(nodes, watched);
    if (round > 0) samples.get(name)?.push(sample);
  }
}
for (const [name, all] of samples) {
  const median = (pick: (sample: Sample) => number) =>
    all.map(pick).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  const owner = median(({ ownerUs }) => ownerUs).toFixed(1);
  const others = median(({ othersUs }) => othersUs).toFixed(1);
  const commands = median((sample) => sample.commands).toFixed(4);
  const writes = median(({ logWrites }) => logWrites).toFixed(1);
  console.log(`${name}: ${owner} µs per delta where it is written, ${others} µs on each other node;`);
  console.log(`  Redis commands per delta ${commands} without the log, log writes a second per answer ${writes}`);
}

async function open(count: number, env: Record<string, string>): Promise<readonly ClusterNode[]> {
  const shared = "REDIS_PREFIX" in env ? { REDIS_URL: redis.url } : {};
  const nodes: ClusterNode[] = [];
  for (let i = 0; i < count; i++) {
    nodes.push(stack.use(new ClusterNode(await freePort(), { ...settings, ...shared, ...env })));
  }
  await Promise.all(nodes.map((node) => node.ready()));
  return nodes;
}

async function measure(nodes: readonly ClusterNode[], watched: boolean): Promise<Sample> {
  const [owner, ...others] = nodes;
  if (owner === undefined) throw new Error("no node");
  const customers = await Promise.all(Array.from({ length: answers }, () => openCustomer(owner.url)));
  const watchers = watched
    ? await Promise.all(customers.map((customer) => openAgain(others[0]?.url ?? owner.url, customer)))
    : [];
  const turns = await Promise.all(customers.map((customer) => customer.begin(question)));
  const before = {
    owner: cpuUs(owner),
    others: others.map(cpuUs),
    commands: await commandCounts(),
    at: performance.now(),
  };
  await Promise.all(customers.map((customer, i) => end(customer, turns[i] ?? "")));
  const after = await commandCounts();
  const total = answers * deltas;
  const spent = others.map((node, i) => cpuUs(node) - (before.others[i] ?? 0));
  const seconds = (performance.now() - before.at) / 1_000;
  const sample = {
    ownerUs: (cpuUs(owner) - before.owner) / total,
    othersUs: spent.reduce((sum, us) => sum + us, 0) / total / Math.max(1, others.length),
    // Beats go on whether anybody talks or not, and each end is one step of its own.
    commands: (after.others - before.commands.others) / total,
    logWrites: (after.log - before.commands.log) / answers / seconds,
  };
  for (const customer of [...customers, ...watchers]) customer.socket.disconnect();
  return sample;
}

async function end(customer: TestCustomer, turnId: string): Promise<void> {
  const { message } = await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  if (message?.text.length !== deltas * 4) throw new Error(`an answer of ${message?.text.length} characters`);
}

/** CPU time of a process so far, user and system. */
function cpuUs({ child }: ClusterNode): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}

/** Commands that Redis has run for the nodes: of the log, and all others but heartbeats and this program's own. */
async function commandCounts(): Promise<{ log: number; others: number }> {
  const text = String(await redis.command("INFO", "commandstats"));
  let log = 0;
  let others = 0;
  for (const [, name, calls] of text.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)) {
    if (name === "hset") log += Number(calls);
    else if (name === "spublish" || name === "publish") others += Number(calls);
  }
  return { log, others };
}
