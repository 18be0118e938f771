import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../src/simulator/faults.ts";
import { openSimulator, type Simulator } from "../../src/simulator/server.ts";
import { makeToken } from "../../src/transport/identity.ts";
import { type ClusterNode, openTopology } from "../cluster/topology.ts";
import { TestOperator } from "../support/operator.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { until } from "../support/until.ts";
import { Askers } from "./askers.ts";
import { Prometheus } from "./prometheus.ts";

/** A small service at work: three nodes, Redis, the simulator, Prometheus, and guests who ask. */
export interface Scene extends AsyncDisposable {
  readonly nodes: readonly [ClusterNode, ClusterNode, ClusterNode];
  readonly redis: RedisProcess;
  readonly relay: Simulator;
  readonly prometheus: Prometheus;
  readonly askers: Askers;
  /** Looks at the dashboard of the first node. */
  readonly operator: TestOperator;
  /** What a node's own settings are, for whoever examines it. */
  readonly env: Readonly<Record<string, string>>;
  /** The relay behaves so from now on. */
  misbehave(fault: Pick<Fault, "kind"> & Readonly<Record<string, unknown>>): Promise<void>;
}

const token = "a-token-for-the-drill";
const secret = "a secret for the drill only that is long enough";
const askedPerSecond = 8;
/** Enough for those who ask, and not for a flood. */
const admission = {
  tiers: { high: { perSecond: 20, burst: 20 } },
  line: { acceptBelow: { vip: 60, member: 50, guest: 40 }, max: 60 },
};

export async function openScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(await openSimulator({ pace: { firstTokenMs: 40, deltaMs: 5, deltaChars: 4 } }));
  const redis = stack.use(await openRedis({ settings: { maxmemory: "64mb", "maxmemory-policy": "noeviction" } }));
  const env = {
    AUTH_SECRET: secret,
    ANTHROPIC_BASE_URL: relay.baseUrl,
    ANTHROPIC_API_KEY: "sk-drill",
    METRICS_TOKEN: token,
    TIDEGATE_CONFIG: await configured(stack),
    ...redis.env,
  };
  const topology = stack.use(await openTopology({ haproxy: false, redis, env }));
  const [one, two, three] = topology.nodes;
  if (!one || !two || !three) throw new Error("three nodes were asked for");
  const nodes = [one, two, three] as const;
  const askers = stack.use(
    new Askers(
      nodes.map(({ url }) => url),
      askedPerSecond,
    ),
  );
  const prometheus = stack.use(
    await Prometheus.open(
      nodes.map(({ port }) => `127.0.0.1:${port}`),
      token,
    ),
  );
  const operator = stack.use(await openOperator(one.url));
  await until("Prometheus has seen every node twice", async () => (await prometheus.seen()) === nodes.length, 30_000);
  const running = stack.move();
  return {
    ...{ nodes, redis, relay, prometheus, askers, operator, env },
    async misbehave(fault) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ times: "all", ...fault });
      await fetch(`${relay.baseUrl}/simulator/faults`, { method: "POST", headers, body });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openOperator(url: string): Promise<TestOperator> {
  const token = makeToken({ sub: "on-duty", role: "operator", name: "On duty" }, secret, 3_600);
  const operator = await new TestOperator(url, { token }).connected();
  await operator.ask("service:open", {});
  return operator;
}

async function configured(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tidegate-drill-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const wide = JSON.parse(await readFile(join(import.meta.dirname, "../cluster/node.json"), "utf8"));
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify({ ...wide, admission }));
  return file;
}
