import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ClusterNode } from "../cluster/topology.ts";
import { freePort } from "../support/ports.ts";
import type { RedisProcess } from "../support/redis-process.ts";
import { collectGarbage } from "./garbage.ts";
import type { Speech } from "./speech.ts";

/** What all servers of one run share. */
export interface Stage {
  readonly relayUrl: string;
  /** Variables by which a server trusts the relay. */
  readonly trust: Readonly<Record<string, string>>;
  readonly redis: RedisProcess;
  /** The servers can be told to collect their garbage, so that their memory can be compared. */
  readonly isInspected?: boolean;
}

/** Tidegate's, for the tokens of customers whom the shop knows. */
export const authSecret = "a secret for the benchmark that is long enough";

/** A server of the comparison that is running. */
export interface Running extends AsyncDisposable {
  readonly speech: Speech;
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  collectGarbage(): Promise<void>;
}

export interface Contestant {
  readonly name: string;
  open(stage: Stage): Promise<Running>;
}

async function inspect({ isInspected = false }: Stage): Promise<{ port: number; env: Record<string, string> }> {
  const port = isInspected ? await freePort() : 0;
  return { port, env: isInspected ? { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` } : {} };
}

const peers = join(import.meta.dirname, "peers");

/** Fetches what only the comparison needs, the first time. */
export function installPeers(): void {
  if (existsSync(join(peers, "node_modules"))) return;
  console.log("installing what is compared with …");
  const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", peers], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The servers to compare with could not be installed:\n${stderr}`);
}

function peer(name: string, file: string, speech: Speech, env: (stage: Stage) => Record<string, string> = () => ({})) {
  const open = async (stage: Stage): Promise<Running> => {
    const inspected = await inspect(stage);
    const settings = {
      PATH: process.env["PATH"],
      ANTHROPIC_BASE_URL: stage.relayUrl,
      NODE_ENV: "production",
      ...stage.trust,
    };
    const child = spawn(process.execPath, [join(peers, file)], {
      env: { ...settings, ...inspected.env, ...env(stage) },
    });
    const exited = once(child, "exit");
    child.stderr.on("data", (data) => !/^(Debugger|For help)/.test(String(data)) && process.stderr.write(data));
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), "line"),
      exited.then(() => [""]),
    ]);
    const url = /http:\S+/.exec(String(line))?.[0];
    if (url === undefined) throw new Error(`${name} did not start`);
    return {
      speech,
      urls: [url],
      pids: [child.pid ?? 0],
      collectGarbage: () => collectGarbage(inspected.port),
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await exited;
      },
    };
  };
  return { name, open } satisfies Contestant;
}

const throughRedis = ({ redis }: Stage) => ({ REDIS_URL: redis.url });

/** Limits that no benchmark reaches: what is measured is what things cost. */
function writeConfig(admission?: object): string {
  const path = join(mkdtempSync(join(tmpdir(), "tidegate-bench-")), "config.json");
  const many = 1_000_000;
  const tier = { perSecond: many, burst: many };
  const config = {
    assistant: { maxTokens: 64_000 },
    limits: {
      connectionsPerSecond: many,
      connectionsBurst: many,
      connectionsPerAddress: many,
      commandsPerSecond: 10_000,
      commandsBurst: 100_000,
      messagesPerMinute: 100_000,
      messagesBurst: 100_000,
    },
    admission: admission ?? { tiers: { high: tier, medium: tier, degraded: tier } },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/**
 * Tidegate with all its features on.
 *
 * @param admission the part of its configuration, where it is not to let everybody in
 */
export function tidegate(name: string, nodes: number, isShared: boolean, admission?: object): Contestant {
  const open = async (stage: Stage): Promise<Running> => {
    const { relayUrl, redis, trust } = stage;
    await using stack = new AsyncDisposableStack();
    const env = {
      PATH: process.env["PATH"],
      HOST: "127.0.0.1",
      LOG_LEVEL: "warn",
      NODE_ENV: "production",
      AUTH_SECRET: authSecret,
      ANTHROPIC_BASE_URL: relayUrl,
      ANTHROPIC_API_KEY: "key",
      ...trust,
      TIDEGATE_CONFIG: writeConfig(admission),
      ...(isShared && { REDIS_URL: redis.url, REDIS_PREFIX: `bench${process.hrtime.bigint()}` }),
    };
    const running: ClusterNode[] = [];
    const inspected: { readonly port: number }[] = [];
    for (let at = 0; at < nodes; at++) {
      const own = await inspect(stage);
      inspected.push(own);
      running.push(stack.use(new ClusterNode(await freePort(), { ...env, ...own.env })));
    }
    await Promise.all(running.map((node) => node.ready()));
    const open = stack.move();
    return {
      speech: "tidegate",
      urls: running.map(({ url }) => url),
      pids: running.map(({ child }) => child.pid ?? 0),
      collectGarbage: async () => {
        for (const { port } of inspected) await collectGarbage(port);
      },
      [Symbol.asyncDispose]: () => open.disposeAsync(),
    };
  };
  return { name, open };
}

export const contestants = {
  ws: peer("bare ws, no SDK", "ws.mjs", "ws"),
  socketIo: peer("bare Socket.IO, no SDK", "socket-io.mjs", "socket.io"),
  tutorial: peer("tutorial: SDK + socket.emit", "socket-io.mjs", "socket.io", () => ({ SDK: "1" })),
  tutorialRedis: peer("tutorial + classic Redis adapter", "socket-io.mjs", "socket.io", (stage) => ({
    SDK: "1",
    ...throughRedis(stage),
  })),
  aiSdk: peer("AI SDK, UI message stream", "ai-sdk.mjs", "sse"),
  aiSdkResumable: peer("AI SDK + resumable-stream", "ai-sdk.mjs", "sse", throughRedis),
  memory: tidegate("Tidegate, memory", 1, false),
  redis: tidegate("Tidegate, Redis", 1, true),
} as const;
