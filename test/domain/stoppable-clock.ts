import type { Undo } from "../../src/domain/clock.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** The clock of a process that can be stopped, on a machine whose wall clock can be set. */
export class StoppableClock extends VirtualClock {
  #wokenAt = Number.NEGATIVE_INFINITY;
  #wallMs = 0;

  override now(): number {
    return this.elapsed() + this.#wallMs;
  }

  override elapsed(): number {
    return Math.max(super.elapsed(), this.#wokenAt);
  }

  override after(ms: number, task: () => void): Undo {
    return super.after(this.elapsed() - super.elapsed() + ms, task);
  }

  /** Nothing runs for so long; what has fallen due runs afterwards. */
  stop(ms: number): void {
    this.#wokenAt = this.elapsed() + ms;
    this.advance(ms);
  }

  setWall(byMs: number): void {
    this.#wallMs += byMs;
  }
}

/** What follows from the last thing that happened has been done by then. */
export function everybodyWaits(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass in steps of at most `stepMs`; what is to be done at each of them is done in between. */
export async function pass(clock: VirtualClock, ms: number, stepMs = 100): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    clock.advance(Math.min(left, stepMs));
    await everybodyWaits();
  }
}
