import { monitorEventLoopDelay } from "node:perf_hooks";

const resolutionMs = 20;

/** How late timers run. Each reader has one of its own, and hears of the time since it read last. */
export class LoopDelay implements Disposable {
  readonly #monitor = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#monitor.enable();
  }

  [Symbol.dispose](): void {
    this.#monitor.disable();
  }

  /** For each share (0.5, 0.99, 1) so many milliseconds of delay, since it was read last. */
  read(shares: readonly number[]): number[] {
    const { count } = this.#monitor;
    const late = shares.map((share) => (count === 0 ? 0 : this.#monitor.percentile(100 * share) / 1e6 - resolutionMs));
    this.#monitor.reset();
    return late.map((ms) => Math.max(0, ms));
  }
}
