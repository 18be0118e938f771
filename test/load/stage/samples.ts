import { nowMs } from "../clock.ts";
import type { Deployment } from "./deployment.ts";
import { machineCpuMs, type Usage, usageOf } from "./procfs.ts";
import type { Pulse } from "./pulse.ts";

/** What one process used in one second. */
export interface ProcessSample {
  /** Of one core. */
  readonly cpuShare: number;
  readonly rssBytes: number;
  /** How late the event loop was, in milliseconds; null where the process does not tell. */
  readonly delayMs: number | null;
}

export interface Sample {
  readonly at: number;
  readonly processes: Readonly<Record<string, ProcessSample>>;
  readonly redisCommands: number | null;
  /** Of one core, by all programs of this machine, whoever runs them. */
  readonly machineShare: number | null;
  /** Open sockets, as the generator sees them. */
  readonly sockets: number;
}

const everyMs = 1_000;

/** Looks once a second at all processes of a run. */
export class Sampler implements Disposable {
  readonly samples: Sample[] = [];
  readonly #deployment: Deployment;
  readonly #sockets: () => number;
  readonly #workers: () => readonly number[];
  readonly #timer: NodeJS.Timeout;
  readonly #before = new Map<string, Usage & { readonly pid: number; readonly at: number }>();
  readonly #commands = new Pace();
  readonly #machine = new Pace();

  constructor(deployment: Deployment, workers: () => readonly number[], sockets: () => number) {
    this.#deployment = deployment;
    this.#workers = workers;
    this.#sockets = sockets;
    this.#timer = setInterval(() => void this.#look(), everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { nodes, redis, relayPid } = this.#deployment;
    const redisCommands = this.#commands.of(await redis?.commands().catch(() => null));
    const machineMs = this.#machine.of(machineCpuMs());
    const processes: Record<string, ProcessSample> = {};
    const add = (name: string, pid: number | null, pulse: Pulse | null = null) => {
      const used = pid === null ? null : this.#used(name, pid);
      if (used) processes[name] = { ...used, delayMs: pulse?.p99Ms ?? null };
    };
    for (const [at, node] of nodes.entries()) add(`node ${at + 1}`, node.pid, node.pulse);
    if (redis) add("Redis", redis.pid);
    add("relay", relayPid);
    for (const [at, pid] of this.#workers().entries()) add(`generator ${at + 1}`, pid);
    const machineShare = machineMs === null ? null : machineMs / 1_000;
    this.samples.push({ at: nowMs(), processes, redisCommands, machineShare, sockets: this.#sockets() });
  }

  #used(name: string, pid: number): Omit<ProcessSample, "delayMs"> | null {
    const [usage, before, at] = [usageOf(pid), this.#before.get(name), nowMs()];
    if (usage === null) return null;
    this.#before.set(name, { ...usage, pid, at });
    // A process that was started again has begun to count anew.
    if (before === undefined || before.pid !== pid) return null;
    return { cpuShare: (usage.cpuMs - before.cpuMs) / (at - before.at), rssBytes: usage.rssBytes };
  }
}

/** How fast a count grows. */
class Pace {
  #before: { readonly at: number; readonly count: number } | null = null;

  /** A second, since the last call; null where there is nothing to compare. */
  of(count: number | null | undefined): number | null {
    if (count == null) return null;
    const [at, before] = [nowMs(), this.#before];
    this.#before = { at, count };
    return before === null ? null : ((count - before.count) * 1_000) / (at - before.at);
  }
}
