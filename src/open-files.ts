import { readFileSync } from "node:fs";

/** How many files and sockets this process may have open; null where the system does not tell. */
export function openFilesLimit(): number | null {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return null;
  }
}

/** For connections to the relay, to Redis and to the shop, and files of its own, a process keeps this share, or so many. */
const kept = { share: 0.1, most: 3_500 };

/**
 * How many connections a process takes so that it can still open what it needs itself; undefined for any number. One that
 * has nothing left to open can neither ask the relay nor read its own memory.
 */
export function mostConnections(limit: number | null): number | undefined {
  if (limit === null || !Number.isFinite(limit)) return undefined;
  return Math.floor(limit - Math.min(limit * kept.share, kept.most));
}
