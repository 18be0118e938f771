import { type EventLoopUtilization, performance } from "node:perf_hooks";

const sampleMs = 200;

/** Share of time the event loop was busy lately, 0 to 1: sampled, so that asking costs nothing. */
export class EventLoopLoad {
  #share = 0;
  #last: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#sample(), sampleMs).unref();
  }

  get share(): number {
    return this.#share;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const now = performance.eventLoopUtilization();
    this.#share = performance.eventLoopUtilization(now, this.#last).utilization;
    this.#last = now;
  }
}

/**
 * Milliseconds between two frames of one answer (S1). A quiet node passes on what comes as it comes. At a sixth of its
 * time a node writes for dozens of people at once: 25 frames a second cost it and their phones half as much as 50. The
 * busier it is, the further apart they are, so that it has time for who asks next; from two fifths on as far as they may be.
 * Our pages spread each over the time until the next (`client/widget/flush.ts`); others get ten frames a second then.
 */
export function paceMs(share: number): number {
  if (share < 0.15) return 8;
  return Math.round(Math.min(40 + ((share - 0.15) / 0.25) * 60, 100));
}

/**
 * Milliseconds between two reads of one answer: no frame is made of it more often. At the longest pace what came right after a
 * read is still shown in time (S1).
 */
export function readPaceMs(share: number): number {
  return Math.min(paceMs(share), 90);
}
