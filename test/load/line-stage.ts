import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LineSettings, StartRate } from "../../src/domain/line.ts";
import { openService, type Service } from "../cluster/service.support.ts";
import { secret } from "./people.ts";

/** How the line is set for a run. */
export interface Narrowness {
  readonly tiers: LineSettings["tiers"];
  readonly line?: { readonly max: number; readonly acceptBelow: LineSettings["acceptBelow"] };
}

export interface Stage extends AsyncDisposable {
  readonly service: Service;
}

/** Redis, the simulator and two nodes, each a process of its own, with such a line and with limits that nobody meets. */
export async function openStage(admission: Narrowness): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "tidegate-load-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const wide = JSON.parse(await readFile(join(import.meta.dirname, "../cluster/node.json"), "utf8"));
  const path = join(folder, "config.json");
  await writeFile(path, JSON.stringify({ ...wide, admission }));
  const env = { TIDEGATE_CONFIG: path, AUTH_SECRET: secret };
  const service = stack.use(await openService({ nodes: 2, env }));
  const running = stack.move();
  return { service, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The same rate at every service level: the run is about the line. */
export function onOneTier(rate: StartRate): Narrowness["tiers"] {
  return { high: rate, medium: rate, degraded: rate };
}
