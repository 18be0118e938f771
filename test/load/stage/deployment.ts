import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOf, openRelay } from "../../cluster/service.support.ts";
import { openTopology } from "../../cluster/topology.ts";
import { openRedis } from "../../support/redis.ts";
import type { Narrowness } from "../line-stage.ts";
import { UsageError } from "../options.ts";
import { secret } from "../people.ts";
import type { Pulse } from "./pulse.ts";
import { RelayWeather } from "./relay-weather.ts";

/** A node that this run has started. */
export interface OwnNode {
  readonly url: string;
  /** Of the process that runs now; null while none does. */
  readonly pid: number | null;
  /** What it told of its event loop last. */
  readonly pulse: Pulse | null;
  kill(): Promise<unknown>;
  start(): Promise<void>;
}

/** The service that is put under load. */
export interface Deployment extends AsyncDisposable {
  readonly urls: readonly string[];
  /** Empty where the nodes are somebody else's. */
  readonly nodes: readonly OwnNode[];
  readonly redis: { readonly pid: number | null; commands(): Promise<number> } | null;
  readonly relayPid: number | null;
  /** Null where the relay cannot be told how to behave. */
  readonly weather: RelayWeather | null;
  /** What customers' tokens are signed with; null where that is not known. */
  readonly secret: string | null;
  /** What nodes have logged that no node may ever log. */
  readonly faults: () => readonly string[];
}

export interface OwnOptions {
  readonly nodes: number;
  readonly admission: Narrowness;
}

const pulse = ["--import", join(import.meta.dirname, "pulse.ts")];
/** A run is no reason to wait for a disk. */
const redisSettings = { appendonly: false };

/** Redis, the simulator and nodes, each a process of its own, with limits that no customer meets except the line's. */
export async function openOwn({ nodes: count, admission }: OwnOptions): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "tidegate-load-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, "config.json");
  const wide = JSON.parse(await readFile(join(import.meta.dirname, "../../cluster/node.json"), "utf8"));
  await writeFile(config, JSON.stringify({ ...wide, admission }));
  const redis = stack.use(await openRedis(redisSettings));
  const relay = stack.use(openRelay());
  const baseUrl = await relay.says(/at (http:\/\/[\d.]+:\d+)/);
  const pulses = new Map<ChildProcess, Pulse>();
  const env = { AUTH_SECRET: secret, ANTHROPIC_API_KEY: "sk-load", ANTHROPIC_BASE_URL: baseUrl };
  const topology = stack.use(
    await openTopology({
      nodes: count,
      haproxy: false,
      redis,
      env: { ...env, TIDEGATE_CONFIG: config, LOG_LEVEL: "warn" },
      nodeArgs: pulse,
      started: (child) => child.on("message", (told: Pulse) => pulses.set(child, told)),
    }),
  );
  const running = stack.move();
  return {
    urls: topology.nodes.map(({ url }) => url),
    nodes: topology.nodes.map((node) => ({
      url: node.url,
      get pid() {
        const { child } = node;
        return child.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null;
      },
      get pulse() {
        return pulses.get(node.child) ?? null;
      },
      kill: () => node.kill(),
      start: () => node.start(),
    })),
    redis: {
      pid: redis.pid,
      commands: async () =>
        Number(/total_commands_processed:(\d+)/.exec(String(await redis.command("INFO", "stats")))?.[1]),
    },
    relayPid: relay.child.pid ?? null,
    weather: new RelayWeather(baseUrl),
    secret,
    faults: () => topology.nodes.flatMap(faultsOf),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export interface FarOptions {
  readonly urls: readonly string[];
  readonly simulator: string | null;
  readonly secret: string | null;
}

/** A deployment that is there already. @throws when it does not answer */
export async function openFar({ urls, simulator, secret }: FarOptions): Promise<Deployment> {
  for (const url of urls) await mustAnswer(`${url}/readyz`, "The service");
  if (simulator !== null) await mustAnswer(`${simulator}/simulator`, "The simulator");
  return {
    urls,
    nodes: [],
    redis: null,
    relayPid: null,
    weather: simulator === null ? null : new RelayWeather(simulator),
    secret,
    faults: () => [],
    [Symbol.asyncDispose]: async () => {},
  };
}

async function mustAnswer(url: string, what: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch((fault: Error) => {
    throw new UsageError(`${what} does not answer at ${url}: ${String(fault.cause ?? fault.message)}.`);
  });
  if (!response.ok) throw new UsageError(`${what} does not want traffic: ${url} answers ${response.status}.`);
}
