import { join } from "node:path";
import { Daemon } from "../support/daemon.ts";
import { type ClusterNode, openTopology, type TopologyOptions } from "./topology.ts";

export type ServiceOptions = Omit<TopologyOptions, "ports">;

/** Nodes as processes, without HAProxy unless it is wished for, and the relay they share, which survives them all. */
export interface Service extends AsyncDisposable {
  /** Where customers come: HAProxy, or the first node. */
  readonly url: string;
  readonly nodes: readonly ClusterNode[];
  readonly urls: readonly string[];
  /** What nodes have logged that no node may ever log, whatever becomes of Redis or of the others. */
  readonly faults: readonly string[];
  /** What the relay was asked last. */
  lastAsked(): Promise<{ readonly system: unknown; readonly messages: unknown }>;
}

const root = join(import.meta.dirname, "../..");

const metricsToken = "a-token-for-monitoring";

/** Guests' tokens of one node are good at every other. */
const settings = {
  AUTH_SECRET: "a secret for tests only that is long enough",
  ANTHROPIC_API_KEY: "sk-test",
  TIDEGATE_CONFIG: "test/cluster/node.json",
  LOG_LEVEL: "warn",
  METRICS_TOKEN: metricsToken,
};

export async function openService({ env = {}, ...options }: ServiceOptions = {}): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(openRelay());
  const baseUrl = await relay.says(/at (http:\/\/[\d.]+:\d+)/);
  const all = { ...settings, ANTHROPIC_BASE_URL: baseUrl, ...env };
  const topology = stack.use(await openTopology({ haproxy: false, nodes: 2, ...options, env: all }));
  const running = stack.move();
  const { url, nodes } = topology;
  return {
    url,
    nodes,
    urls: nodes.map((node) => node.url),
    get faults() {
      return nodes.flatMap(faultsOf);
    },
    async lastAsked() {
      const { requests } = await fetch(`${baseUrl}/simulator/requests`).then((response) => response.json());
      return requests.at(-1).body;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Lines that are errors, and lines that no log has written: what a process says when it breaks. */
export function faultsOf({ tail }: ClusterNode): string[] {
  return tail.split("\n").filter((line) => line !== "" && !/^\{"level":[1-4]0,/.test(line));
}

/** How many answers that node writes at this moment: the line lets another one begin them where the first is busy (A10). */
export async function writtenBy({ url }: ClusterNode): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
  return Number(/^tidegate_open_answers (\d+)$/m.exec(await response.text())?.[1]);
}

/** Every process goes on as it was started. */
export function allRun({ nodes }: Service): boolean {
  return nodes.every(({ child }) => child.exitCode === null && child.signalCode === null);
}

/** The simulator as a process of its own; it says where it is. */
export function openRelay(): Daemon {
  const args = ["--import", "./src/node-version.mjs", "src/simulator/main.ts"];
  const env = { PATH: process.env["PATH"], SIMULATOR_PORT: "0" };
  return new Daemon("the simulator", process.execPath, args, { cwd: root, env });
}

export interface Writing {
  readonly chars: number;
  /** Between two pieces. */
  readonly deltaMs?: number;
  readonly deltaChars?: number;
}

/** A question to which the relay gives an answer of so many characters, at such a pace. */
export function asking({ chars, deltaMs = 20, deltaChars = 10 }: Writing, words = "hello"): string {
  return `[[sim: long chars=${chars}; pace first=1 delta=${deltaMs} chars=${deltaChars}]] ${words}`;
}
