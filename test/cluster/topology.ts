import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Daemon, type Exit } from "../support/daemon.ts";
import { ensureHaproxy } from "../support/haproxy.ts";
import { freePort } from "../support/ports.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface TopologyOptions {
  /** HAProxy's configuration knows three at most. */
  readonly nodes?: number;
  /** Whether HAProxy stands in front, with the configuration of `docs/deploy`. */
  readonly haproxy?: boolean;
  /** The Redis of the nodes, by the settings that lead to it; without it the topology opens and closes one of its own. */
  readonly redis?: { readonly env: Environment };
  /** More settings of every node. */
  readonly env?: Environment;
  /** Of the nodes and of HAProxy; without them, free ones. */
  readonly ports?: { readonly nodes: readonly number[]; readonly haproxy: number };
  /** What Node itself is given before the program of a node. */
  readonly nodeArgs?: readonly string[];
  /** Told of each process of a node, with a channel to it, as it is started. */
  readonly started?: (child: ChildProcess) => void;
}

/** What `docker-compose.yml` describes, as plain processes on loopback. */
export interface Topology extends AsyncDisposable {
  /** Where customers come: HAProxy, or the first node. */
  readonly url: string;
  readonly nodes: readonly ClusterNode[];
  /** HAProxy's last lines: requests and what it finds out about nodes. */
  readonly balanced: string;
}

const root = join(import.meta.dirname, "../..");
const path = process.env["PATH"] ?? "";
/** Another Redis that the environment names is not the topology's. */
const noRedis: Environment = { REDIS_URL: undefined, REDIS_NODES: undefined, REDIS_SENTINEL: undefined };

export async function openTopology(options: TopologyOptions = {}): Promise<Topology> {
  await using stack = new AsyncDisposableStack();
  const { nodes: count = 3, haproxy = true, env = {} } = options;
  const ports = options.ports ?? { nodes: await freePorts(Math.max(3, count)), haproxy: await freePort() };
  const redis = options.redis ?? stack.use(await openRedis({ appendonly: true }));
  const proxies = haproxy ? "1" : "0";
  const settings = { PATH: path, TRUSTED_PROXIES: proxies, ...env, HOST: "127.0.0.1", ...noRedis, ...redis.env };
  const nodes = ports.nodes.slice(0, count).map((port) => stack.use(new ClusterNode(port, settings, options)));
  await Promise.all(nodes.map((node) => node.ready()));
  const balancer = haproxy ? stack.use(await openHaproxy(ports)) : null;
  const running = stack.move();
  return {
    url: addressOf(haproxy ? ports.haproxy : (ports.nodes[0] ?? 0)),
    nodes,
    get balanced() {
      return balancer?.tail ?? "";
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A node in a process of its own. */
export class ClusterNode implements AsyncDisposable {
  readonly port: number;
  readonly #env: Environment;
  readonly #options: Pick<TopologyOptions, "nodeArgs" | "started">;
  #daemon: Daemon;

  constructor(port: number, env: Environment, options: Pick<TopologyOptions, "nodeArgs" | "started"> = {}) {
    this.port = port;
    this.#options = options;
    this.#env = { ...env, PORT: String(port) };
    this.#daemon = this.#spawn();
  }

  get url(): string {
    return addressOf(this.port);
  }

  get child(): ChildProcess {
    return this.#daemon.child;
  }

  /** How the process of now ended or will end. */
  get exited(): Promise<Exit> {
    return this.#daemon.exited;
  }

  /** Its last lines. */
  get tail(): string {
    return this.#daemon.tail;
  }

  /** Resolves once it wants traffic. */
  async ready(): Promise<void> {
    await this.#daemon.whileAlive(answers(`${this.url}/readyz`));
  }

  /** Sends it the signal; gives how it ends. */
  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Starts it again on its port once it has ended; resolves once it wants traffic. */
  async start(): Promise<void> {
    await this.exited;
    this.#daemon = this.#spawn();
    await this.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #spawn(): Daemon {
    const { nodeArgs = [], started } = this.#options;
    const args = ["--max-semi-space-size=4", "--import", "./src/node-version.mjs", ...nodeArgs, "src/main.ts"];
    const options = { cwd: root, env: this.#env, channel: started !== undefined };
    const daemon = new Daemon(`the node on port ${this.port}`, process.execPath, args, options);
    started?.(daemon.child);
    return daemon;
  }
}

async function openHaproxy({ nodes, haproxy }: { nodes: readonly number[]; haproxy: number }): Promise<Daemon> {
  await using stack = new AsyncDisposableStack();
  const places = nodes.map((port, i) => [`NODE${i + 1}`, `127.0.0.1:${port}`]);
  const env = { PATH: path, BIND: `127.0.0.1:${haproxy}`, ...Object.fromEntries(places) };
  const balancer = stack.use(
    new Daemon("HAProxy", ensureHaproxy(), ["-f", "docs/deploy/haproxy.cfg"], { cwd: root, env }),
  );
  await balancer.whileAlive(answers(`${addressOf(haproxy)}/readyz`));
  stack.move();
  return balancer;
}

async function answers(url: string): Promise<void> {
  await until(`${url} answers`, async () => (await fetch(url)).ok);
}

async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** `npm run cluster`: the topology until a signal ends it, on the ports that HAProxy's configuration knows by itself. */
async function main(): Promise<void> {
  const signal = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const ports = { nodes: [3_001, 3_002, 3_003], haproxy: 8_080 };
  await using topology = await openTopology({ env: process.env, ports });
  console.log(`A cluster is on ${topology.url}: HAProxy before ${topology.nodes.map(({ url }) => url).join(", ")}.`);
  console.log("Ctrl-C ends it.");
  await signal;
}

if (import.meta.main) {
  await main().catch((fault: Error) => {
    console.error(fault.message);
    process.exit(1);
  });
}
