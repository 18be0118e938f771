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
