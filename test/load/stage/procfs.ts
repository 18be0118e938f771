import { readFileSync } from "node:fs";

/** What a process has used, as far as this system tells: Linux does. */
export interface Usage {
  /** Since its start, in milliseconds of one core. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Linux counts CPU time by this and memory by that, on all machines that Node runs on. */
const tickMs = 10;
const pageBytes = 4_096;

/** What all programs of this machine have used since it started, in milliseconds of one core; null where that is not told. */
export function machineCpuMs(): number | null {
  try {
    const [, ...ticks] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/ +/).map(Number);
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = ticks;
    return (user + nice + system + irq + softirq + stolen) * tickMs;
  } catch {
    return null;
  }
}

export function usageOf(pid: number): Usage | null {
  try {
    // The name stands in brackets and may hold anything, also a bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ");
    const [user, system, rss] = [fields[11], fields[12], fields[21]].map(Number);
    return { cpuMs: ((user ?? 0) + (system ?? 0)) * tickMs, rssBytes: (rss ?? 0) * pageBytes };
  } catch {
    return null;
  }
}
