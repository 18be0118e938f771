import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Scene } from "./scene.ts";
import type { Trouble } from "./troubles.ts";

/** By what a trouble was known, and how many seconds after it was there. */
export interface Sign {
  readonly what: string;
  readonly seconds: number;
}

/** Null where there was no sign of it. */
export interface Signs {
  readonly log: Sign | null;
  readonly alert: Sign | null;
  readonly dashboard: Sign | null;
  /** The seconds that the doctor took, called at once. */
  readonly doctor: Sign | null;
  /** Alerts of a name that means something else. */
  readonly others: readonly string[];
}

const patienceMs = 20_000;
const lookMs = 100;
const root = join(import.meta.dirname, "../..");

/** Strikes, and looks at log, alerts, dashboard and doctor until each has named the trouble, or for long enough. */
export async function watch(scene: Scene, trouble: Trouble): Promise<Signs> {
  const struckAt = Date.now();
  await trouble.strike(scene);
  const others = new Set<string>();
  const since = () => (Date.now() - struckAt) / 1_000;
  const look = async (find: () => Promise<Sign | null>) => {
    while (Date.now() - struckAt < patienceMs) {
      const found = await find();
      if (found) return found;
      await pause(lookMs);
    }
    return null;
  };
  const alerted = async () => {
    const firing = (await scene.prometheus.alerts()).filter(({ isFiring }) => isFiring);
    for (const { name } of firing) if (!trouble.alerts.includes(name)) others.add(name);
    const named = firing.find(({ name }) => trouble.alerts.includes(name));
    return named ? { what: `${named.name} (${named.severity}): ${named.summary}`, seconds: since() } : null;
  };
  const shown = async () => {
    const found = scene.operator.told.at(-1)?.troubles.find(({ code }) => trouble.dashboard.includes(code));
    return found?.isNow ? { what: `${found.code} ${found.about}`.trim(), seconds: since() } : null;
  };
  const [log, alert, dashboard, doctor] = await Promise.all([
    look(async () => logged(scene, trouble, struckAt)),
    look(alerted),
    look(shown),
    examine(scene, trouble, since),
  ]);
  return { log, alert, dashboard, doctor, others: [...others] };
}

/** The first line of a node that says it, by the time that stands in the line. */
function logged({ nodes }: Scene, { log }: Trouble, struckAt: number): Sign | null {
  const lines = nodes.flatMap(({ tail }) => tail.split("\n")).filter((line) => log.test(line));
  const told = lines.flatMap((line) => {
    const { time, msg, reason, why } = JSON.parse(line);
    const what = [msg, reason ?? why].filter(Boolean).join(" · ");
    return time < struckAt ? [] : [{ what, seconds: (time - struckAt) / 1_000 }];
  });
  return told.toSorted((a, b) => a.seconds - b.seconds)[0] ?? null;
}

/** What the doctor prints first of it. */
async function examine(scene: Scene, trouble: Trouble, since: () => number): Promise<Sign | null> {
  const port = String(trouble.examined?.(scene) ?? scene.nodes[0].port);
  const args = ["--import", "./src/node-version.mjs", "src/doctor.ts"];
  const env = { PATH: process.env["PATH"], HOST: "127.0.0.1", ...scene.env, PORT: port };
  // A note is there once a node has noticed.
  await pause(2_000);
  const child = spawn(process.execPath, args, { cwd: root, env });
  const calledAt = since();
  let sign: Sign | null = null;
  for await (const line of createInterface({ input: child.stdout }))
    if (sign === null && trouble.doctor.test(line)) sign = { what: line.trim(), seconds: since() - calledAt };
  return sign;
}
