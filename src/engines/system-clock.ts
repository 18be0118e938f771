import { performance } from "node:perf_hooks";
import type { Clock } from "../domain/clock.ts";

/** The machine's time. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  soon(task) {
    const turn = setImmediate(task);
    return () => clearImmediate(turn);
  },
};
