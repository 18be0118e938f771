import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { allRun, openService, type Service } from "../cluster/service.support.ts";
import { usageOf } from "../load/stage/procfs.ts";
import { openRedis } from "../support/redis.ts";
import { secret } from "../support/server.ts";
import { strangerIn } from "./marks.ts";
import type { Order, Report } from "./warden.ts";

export interface TargetOptions {
  /** Two nodes on one Redis, or else one node that keeps everything in memory. */
  readonly redis: boolean;
  /** The configuration file of the nodes. */
  readonly config: string;
  readonly logLevel: "debug" | "info";
  /** Told of everything that a node should not have said or done. */
  readonly fault: (what: string) => void;
}

/** Nodes that are attacked, each a process of its own with a warden inside, and the simulator that they ask. */
export interface Target extends AsyncDisposable {
  readonly urls: readonly string[];
  /** What signs tokens there. */
  readonly secret: string;
  /**
   * Asks the wardens: gives the bytes in use in all nodes, and tells what is polluted.
   *
   * @param isTidy after a collection of garbage, which holds the nodes up for a moment
   */
  inspect(isTidy: boolean): Promise<number>;
  /** What the nodes have used so far, in milliseconds of one core. */
  cpuMs(): number;
}

const nodeArgs = ["--expose-gc", "--import", join(import.meta.dirname, "warden.ts")];
const nobody: ReadonlySet<string> = new Set();
/** Lines of JSON at a level below error. */
const harmless = /^\{"level":[1-4]0,/;

export async function openTarget({ redis, config, logLevel, fault }: TargetOptions): Promise<Target> {
  await using stack = new AsyncDisposableStack();
  const children: ChildProcess[] = [];
  const service = stack.use(
    await openService({
      nodes: redis ? 2 : 1,
      redis: redis ? stack.use(await openRedis()) : { env: {} },
      env: { TIDEGATE_CONFIG: config, LOG_LEVEL: logLevel },
      nodeArgs,
      started: (child) => {
        children.push(child);
        watch(child, fault);
      },
    }),
  );
  const running = stack.move();
  return {
    urls: service.urls,
    secret,
    inspect: (isTidy) => inspect(service, children, { kind: "look", isTidy }, fault),
    cpuMs: () => children.reduce((sum, { pid = 0 }) => sum + (usageOf(pid)?.cpuMs ?? 0), 0),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Everything a node says: no errors, nothing that no log has written, and no word of anybody (X5). */
function watch({ stdout, stderr }: ChildProcess, fault: TargetOptions["fault"]): void {
  const read = (line: string) => {
    if (line !== "" && !harmless.test(line)) fault(`a node says: ${line.slice(0, 2_000)}`);
    if (strangerIn(line, nobody) !== null) fault(`a text in the log: ${line.slice(0, 2_000)}`);
    if (line.includes(secret)) fault("a secret in the log");
  };
  for (const stream of [stdout, stderr]) if (stream) createInterface({ input: stream }).on("line", read);
}

async function inspect(
  service: Service,
  children: readonly ChildProcess[],
  order: Order,
  fault: TargetOptions["fault"],
): Promise<number> {
  if (!allRun(service)) {
    fault("a node has ended");
    return 0;
  }
  const reports = await Promise.all(children.map((child) => report(child, order)));
  for (const { polluted } of reports) if (polluted.length > 0) fault(`polluted: ${polluted.join(", ")}`);
  return reports.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function report(child: ChildProcess, order: Order): Promise<Report> {
  const told = once(child, "message", { signal: AbortSignal.timeout(30_000) });
  child.send(order);
  const [answer] = await told;
  return answer as Report; // CAST: the warden sends nothing else
}
