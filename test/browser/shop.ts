import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { Entry } from "../../src/simulator/journal.ts";
import { ensureChromium } from "../support/chromium.ts";
import { openProgram } from "../support/process.ts";

export const secret = "a secret for the browser tests that is long enough";

/** The whole of it: the server and the simulator as processes of their own, and a browser. */
export interface Shop extends AsyncDisposable {
  /** The demo shop's address. */
  readonly url: string;
  readonly browser: Browser;
  /** What the server asked of the simulator for questions that contain `mark`. */
  asked(mark: string): Promise<readonly Entry[]>;
  /** The answer to the same question over plain HTTP, from a customer of its own. */
  answerOver(question: string): Promise<string>;
}

const browserArguments = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(
    await openProgram("src/simulator/main.ts", { SIMULATOR_PORT: "0" }, /at (http:\/\/[\d.]+:\d+)/),
  );
  const server = stack.use(await openServer({ ...relayAt(simulator.said), ...env }));
  const browser = stack.adopt(await openBrowser(), (opened) => opened.close());
  const running = stack.move();
  return {
    url: server.said,
    browser,
    async asked(mark) {
      const response = await fetch(`${simulator.said}/simulator/requests`);
      const { requests } = (await response.json()) as { requests: Entry[] }; // CAST: the simulator's own endpoint
      return requests.filter(({ body }) => lastQuestionOf(body).includes(mark));
    },
    async answerOver(text) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${server.said}/api/chat`, {
        method: "POST",
        headers,
        body: JSON.stringify({ text }),
      });
      const { result } = (await response.json()) as { result: { message: { text: string } } }; // CAST: the contract's
      return result.message.text;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The server as `npm start` runs it, on a free port. */
export function openServer(env: Readonly<Record<string, string>>) {
  return openProgram("src/main.ts", { PORT: "0", LOG_LEVEL: "info", ...env }, /listens on (http:\/\/[\d.]+:\d+)/);
}

const relayAt = (baseUrl: string) => ({
  ANTHROPIC_BASE_URL: baseUrl,
  ANTHROPIC_API_KEY: "sk-test",
  AUTH_SECRET: secret,
  TIDEGATE_CONFIG: join(import.meta.dirname, "server.json"),
});

/** Chromium, as all tests run it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(), args: browserArguments });
}

/** CAST: the journal keeps bodies as they came; ours are those of the Messages API. */
function lastQuestionOf(body: unknown): string {
  const { messages = [] } = (body ?? {}) as { messages?: { role: string; content: unknown }[] };
  return JSON.stringify(messages.findLast(({ role }) => role === "user")?.content ?? "");
}
