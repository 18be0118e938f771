import { pino } from "pino";
import { type App, openApp } from "../../src/app.ts";
import { type Config, readConfig } from "../../src/config.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import type { Entry } from "../../src/simulator/journal.ts";
import { openSimulator, type SimulatorOptions } from "../../src/simulator/server.ts";

export const secret = "a secret for tests only that is long enough";

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Where the simulator behind it listens. */
  readonly relayUrl: string;
  /** What was logged so far, one object a line. */
  readonly logged: readonly Record<string, unknown>[];
  readonly app: App;
  /** What the node asked of the simulator so far. */
  requests(): Promise<readonly Entry[]>;
  /** Lets the simulator misbehave. */
  misbehave(fault: FaultInput): Promise<void>;
}

/** A fault as the simulator's endpoint takes it: the kind, and what differs from the defaults. */
export type FaultInput = Pick<Fault, "kind"> & Readonly<Record<string, unknown>>;

export interface TestServerOptions {
  /** Environment variables beside the defaults. */
  readonly env?: Record<string, string>;
  /** Changes to the configuration after it was read. */
  readonly config?: (config: Config) => Config;
  readonly simulator?: SimulatorOptions;
}

/** Answers at once and fast, so that tests wait for facts and not for the pace. */
const briskly: SimulatorOptions = { pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 8 } };

/** Limits and lengths that no test meets by accident. */
export function generous(config: Config): Config {
  return {
    ...config,
    assistant: { ...config.assistant, maxTokens: 64_000 },
    limits: {
      commandsPerSecond: 10_000,
      commandsBurst: 100_000,
      messagesPerMinute: 100_000,
      messagesBurst: 100_000,
      socketsPerCustomer: 100_000,
      connectionsPerSecond: 100_000,
      connectionsBurst: 100_000,
      connectionsPerAddress: 100_000,
    },
  };
}

/** Changes to the configuration's `relay` part. */
export function withRelay(change: Partial<Config["relay"]>): (config: Config) => Config {
  return (config) => ({ ...generous(config), relay: { ...config.relay, ...change } });
}

/** A whole server on a free port, with a simulator of its own that it reaches over HTTP. */
export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await openSimulator(options.simulator ?? briskly));
  const config = readConfig({
    PORT: "0",
    HOST: "127.0.0.1",
    AUTH_SECRET: secret,
    ANTHROPIC_BASE_URL: simulator.baseUrl,
    ANTHROPIC_API_KEY: "sk-test",
    DRAIN_SECONDS: "1",
    ...options.env,
  });
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line) => logged.push(JSON.parse(line)) });
  const app = stack.use(await openApp(options.config?.(config) ?? config, log));
  const running = stack.move();
  return {
    url: app.url,
    relayUrl: simulator.baseUrl,
    logged,
    app,
    async requests() {
      const response = await fetch(`${simulator.baseUrl}/simulator/requests`);
      const { requests } = (await response.json()) as { requests: Entry[] }; // CAST: the simulator's own endpoint
      return requests;
    },
    async misbehave(fault) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(fault);
      const response = await fetch(`${simulator.baseUrl}/simulator/faults`, { method: "POST", headers, body });
      if (!response.ok) throw new Error(await response.text());
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
