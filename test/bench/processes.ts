import { readFileSync } from "node:fs";

/** Clock ticks of Linux are hundredths of a second. */
const tickUs = 10_000;
const pageBytes = 4_096;

/** CPU time of processes so far, user and system, in microseconds. */
export function cpuUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * tickUs;
  }, 0);
}

/** Resident memory of processes, in bytes. */
export function rssBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return sum + Number(pages) * pageBytes;
  }, 0);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
