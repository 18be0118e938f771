import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { usageOf } from "../load/stage/procfs.ts";
import { type Attack, attacks, type Tally } from "./attacks.ts";
import { LocalPorts } from "./local-ports.ts";

export type AttackName = keyof typeof attacks;

/** Linux' command that starts a program of a class which runs only while nobody else wants to, and gives way at once. */
const idle = "/usr/bin/chrt";

/**
 * A process that attacks until it is ended. Attackers have machines of their own: what is lacking here is lacking to them
 * first. A low priority alone is not enough: whoever has it still keeps a core to the end of its time slice.
 */
export class Attacker implements AsyncDisposable {
  readonly attack: AttackName;
  readonly #child: ChildProcess;

  private constructor(attack: AttackName, child: ChildProcess) {
    this.attack = attack;
    this.#child = child;
  }

  static start(attack: AttackName, url: string, told: (tally: Tally) => void): Attacker {
    const command = existsSync(idle)
      ? { execPath: idle, execArgv: ["--idle", "0", process.execPath] }
      : { execPath: process.execPath, execArgv: [] };
    // A session of its own: Linux shares cores among sessions first, and whoever is idle in one is so among its own only.
    const child = fork(import.meta.filename, [attack, url], { ...command, detached: true });
    yieldToAll(child.pid);
    child.on("message", (message) => told(message as Tally)); // CAST: it sends nothing else
    return new Attacker(attack, child);
  }

  /** What it has used so far, in milliseconds of one core. */
  get cpuMs(): number {
    return usageOf(this.#child.pid ?? 0)?.cpuMs ?? 0;
  }

  /** It has ended by itself, as it never should. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}

/** To the sessions of all others, where Linux groups by them (`sched_autogroup_enabled`). */
function yieldToAll(pid: number | undefined): void {
  const group = `/proc/${pid}/autogroup`;
  if (existsSync(group)) writeFileSync(group, String(constants.priority.PRIORITY_LOW));
}

/**
 * So often in each second, however long each takes. An attacker that came late, as the server's machine had no time for it, makes
 * up for it at no more than twice that: otherwise a busy server would be spared, or hit by all that was owed at once.
 */
async function often({ perSecond, once }: Attack, url: string, tally: Tally, ports: LocalPorts): Promise<never> {
  const everyMs = 20;
  let [owed, since] = [0, performance.now()];
  for (;;) {
    const now = performance.now();
    const due = (perSecond * (now - since)) / 1_000;
    since = now;
    owed += due;
    tally.due += due;
    const most = Math.max(1, (2 * perSecond * everyMs) / 1_000);
    for (let begun = 0; owed >= 1 && begun < most; begun++, owed--) {
      tally.begun++;
      once(url, tally, ports).catch(() => {
        tally.cut++;
      });
    }
    await pause(everyMs);
  }
}

/** More than it has connections at the same time, for one that is still in use lets nobody out: most of them by far are of one kind. */
function portsOf(name: AttackName): LocalPorts {
  const { connections: _, ...others } = attacks;
  const at = Object.keys(others).indexOf(name);
  const half = 1 / 2;
  const share = half / Object.keys(others).length;
  return at < 0 ? new LocalPorts(0, half) : new LocalPorts(half + at * share, share);
}

function attack(name: AttackName, url: string): void {
  const tally: Tally = { due: 0, begun: 0, refused: 0, cut: 0 };
  setPriority(constants.priority.PRIORITY_LOW);
  // A server that cuts an attacker off is what is looked for.
  process.on("unhandledRejection", () => {});
  process.on("uncaughtException", () => {});
  // Whoever started it may have been killed.
  process.on("disconnect", () => process.exit());
  setInterval(() => process.send?.(tally), 1_000);
  const ports = portsOf(name);
  for (const each of attacks[name]) void often(each, url, tally, ports);
}

const [, , name, url] = process.argv;
// CAST: `start` gives the name of one.
if (process.send && process.argv[1] === import.meta.filename && url !== undefined) attack(name as AttackName, url);
