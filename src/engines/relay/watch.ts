/** The clocks of one attempt (U2). */
export interface Limits {
  /** From the start of the request until the answer begins to grow. */
  readonly firstTokenMs: number;
  /** Between bytes once it grows; pings are bytes. */
  readonly idleMs: number;
  /** In all. */
  readonly totalMs: number;
}

export type Expiry = "slow-start" | "stall" | "too-long";

/**
 * Watches all clocks of one attempt with one timer, which looks at timestamps when it fires and is not touched by
 * single deltas. Calls `expire` at most once, and only after the bytes that already arrived had their turn: a node that
 * was busy does not take its own delay for the relay's.
 */
export class Watch {
  readonly startedAt = performance.now();
  readonly #limits: Limits;
  readonly #silentSince: () => number;
  readonly #expire: (expiry: Expiry) => void;
  #begun = false;
  #timer: NodeJS.Timeout | undefined;
  #confirming: NodeJS.Immediate | undefined;

  constructor(limits: Limits, silentSince: () => number, expire: (expiry: Expiry) => void) {
    this.#limits = limits;
    this.#silentSince = silentSince;
    this.#expire = expire;
    this.#arm();
  }

  /** The answer grows: from now on silence counts. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#arm();
  }

  elapsedMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#confirming);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, Math.max(1, Math.ceil(this.#next().at - performance.now())));
  }

  readonly #look = (): void => {
    if (performance.now() < this.#next().at) this.#arm();
    else this.#confirming = setImmediate(this.#confirm);
  };

  readonly #confirm = (): void => {
    const { at, expiry } = this.#next();
    if (performance.now() < at) this.#arm();
    else this.#expire(expiry);
  };

  #next(): { at: number; expiry: Expiry } {
    const { firstTokenMs, idleMs, totalMs } = this.#limits;
    const totalAt = this.startedAt + totalMs;
    const at = this.#begun ? this.#silentSince() + idleMs : this.startedAt + firstTokenMs;
    return totalAt <= at ? { at: totalAt, expiry: "too-long" } : { at, expiry: this.#begun ? "stall" : "slow-start" };
  }
}
