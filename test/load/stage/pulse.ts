import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * Loaded into a node of a load run before its own program (`--import`): tells the process that started it, once a second,
 * how late its event loop was. Without a channel to tell it through it does nothing.
 */

/** In milliseconds, over the last second. */
export interface Pulse {
  readonly kind: "pulse";
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

/** How often the loop is looked at: the histogram holds this much even when nothing is late. */
const resolutionMs = 5;

if (process.send) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const late = (ns: number) => Math.max(0, ns / 1e6 - resolutionMs);
  delay.enable();
  const tell = () => {
    const pulse: Pulse = {
      kind: "pulse",
      p50Ms: late(delay.percentile(50)),
      p99Ms: late(delay.percentile(99)),
      mostMs: late(delay.max),
    };
    delay.reset();
    if (process.connected) process.send?.(pulse);
  };
  setInterval(tell, 1_000).unref();
}
