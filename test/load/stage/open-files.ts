import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** For everything that is no customer's socket: Redis, the relay, files, listeners. */
const others = 500;

/** One kind of process of a run, and how many sockets of customers each of them holds at most. */
export interface Holder {
  readonly what: string;
  readonly sockets: number;
}

/** A sentence that says why so many sockets cannot be held by processes of this system, or null. */
export function tooManyFiles(holders: readonly Holder[], hardLimit = hardLimitOf()): string | null {
  const short = holders.find(({ sockets }) => sockets + others > hardLimit);
  if (short === undefined) return null;
  const { what, sockets } = short;
  return `Each ${what} would need ${sockets + others} open files and this system allows ${hardLimit}: raise the hard limit (ulimit -Hn), take fewer --sockets, or more --nodes and --workers.`;
}

/** What a process may have open here; Node raises its own soft limit to the hard one when it starts. */
function hardLimitOf(): number {
  const { stdout } = spawnSync("sh", ["-c", "ulimit -H -n"], { encoding: "utf8" });
  const limit = stdout.trim();
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit) || Number.POSITIVE_INFINITY;
}

/**
 * Tries to raise the hard limit of this process, which all that it starts inherit: a privileged process may, others are left
 * with what they have.
 */
export function raiseOpenFiles(wanted: number): void {
  if (wanted + others <= hardLimitOf() || !existsSync("/usr/bin/prlimit")) return;
  spawnSync("/usr/bin/prlimit", ["--pid", String(process.pid), `--nofile=${wanted + others}:${wanted + others}`]);
}
