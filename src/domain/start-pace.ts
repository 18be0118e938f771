/** A loop that runs its timers so much too late has more to do than it can. */
const lateMs = 25;
/** More starts than this in one round hold no node up. */
const enough = 40;
/** So many go on in any case: a node is never quite out of the line. */
const fewest = 2;
/** How many more starts a round may have for each millisecond that all went well. */
const growthPerMs = 0.02;

/**
 * How many answers a node lets begin from one round to the next (A10). A start costs most in its first moments, and those who
 * wait for their place to be told wait behind it: where the event loop is late the pace is halved, and grows steadily
 * while it is not (AIMD, as TCP's window; Chiu and Jain 1989).
 */
export class StartPace {
  #most = enough;
  #lookedAt: number | null = null;

  /**
   * @param now in milliseconds
   * @param late how much too late the round's timer ran, in milliseconds
   */
  look(now: number, late: number): void {
    const goodMs = this.#lookedAt === null ? 0 : now - this.#lookedAt;
    this.#lookedAt = now;
    const next = late > lateMs ? this.#most / 2 : this.#most + goodMs * growthPerMs;
    this.#most = Math.min(enough, Math.max(fewest, next));
  }

  /** Starts until the next round. */
  get room(): number {
    return this.#most < enough ? Math.floor(this.#most) : Number.POSITIVE_INFINITY;
  }
}
