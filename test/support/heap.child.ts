import { constants, PerformanceObserver } from "node:perf_hooks";
import { tendHeap } from "../../src/garbage.ts";

/** Keeps ever more, as a node that more and more customers come to, and tells how often all of its heap was looked through meanwhile. */
interface Growth {
  readonly megabytes: number;
  /** Of each ten milliseconds it works so many, before and while it grows. */
  readonly busyMs: number;
  readonly beforeMs: number;
}

tendHeap();

let marked = 0;
new PerformanceObserver((list) => {
  // CAST: Node's types do not say what an entry of this type tells.
  const entries = list.getEntries() as unknown as readonly { readonly detail: { readonly kind: number } }[];
  const kinds = entries.map(({ detail }) => detail.kind);
  marked += kinds.filter((kind) => kind === constants.NODE_PERFORMANCE_GC_MAJOR).length;
}).observe({ entryTypes: ["gc"] });

const kept: unknown[] = [];

async function work(busyMs: number): Promise<void> {
  for (const from = performance.now(); performance.now() - from < busyMs; );
  await new Promise((resolve) => setTimeout(resolve, 10 - busyMs));
}

async function grow({ megabytes, busyMs, beforeMs }: Growth): Promise<number> {
  for (const from = performance.now(); performance.now() - from < beforeMs; ) await work(busyMs);
  const before = marked;
  const enough = process.memoryUsage().heapUsed + megabytes * 1e6;
  while (process.memoryUsage().heapUsed < enough) {
    for (let at = 0; at < 4_000; at++) kept.push({ at, list: [at, at] });
    await work(busyMs);
  }
  // The observer hears of it later.
  await work(0);
  return marked - before;
}

process.on("message", async (growth: Growth) => process.send?.(await grow(growth)));
process.send?.({ url: "" });
