import { pino } from "pino";
import { type App, openApp } from "../../src/app.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { openSimulator, type SimulatorOptions } from "../../src/simulator/server.ts";

export const secret = "a secret for tests only, long enough";

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Where the simulator behind it listens. */
  readonly relayUrl: string;
  /** What was logged so far, one object a line. */
  readonly logged: readonly Record<string, unknown>[];
  readonly app: App;
}

export interface TestServerOptions {
  /** Environment variables beside the defaults. */
  readonly env?: Record<string, string>;
  /** Changes to the configuration after it was read. */
  readonly config?: (config: Config) => Config;
  readonly simulator?: SimulatorOptions;
}

/** Answers at once and fast, so that tests wait for facts and not for the pace. */
const briskly: SimulatorOptions = { pace: { firstTokenMs: 1, deltaMs: 1, deltaChars: 8 } };

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
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
