import type { Clock, Undo } from "./clock.ts";

interface Loop {
  readonly paceMs: () => number;
  readonly what: () => Promise<void>;
}

/** Things that are done again and again, each at its own pace, until they are closed. */
export class Loops {
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  readonly #loops = new Map<string, Loop>();
  readonly #next = new Map<string, Undo>();
  #closed = false;

  constructor(clock: Clock, onFault: (fault: unknown) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** From now on: the first time after its pace, and again after each end of it. */
  open(name: string, paceMs: () => number, what: () => Promise<void>): void {
    this.#loops.set(name, { paceMs, what });
    this.within(name, paceMs());
  }

  /** Does it after so long instead of at its own pace. */
  within(name: string, ms: number): void {
    const loop = this.#loops.get(name);
    if (this.#closed || loop === undefined) return;
    this.#next.get(name)?.();
    this.#next.set(
      name,
      this.#clock.after(ms, () => void this.#run(name, loop)),
    );
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#next.values()) undo();
  }

  async #run(name: string, { paceMs, what }: Loop): Promise<void> {
    await what().catch((fault: unknown) => this.#onFault(fault));
    this.within(name, paceMs());
  }
}
