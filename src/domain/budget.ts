import type { Tier } from "../contract/shapes.ts";
import type { Clock, Undo } from "./clock.ts";
import type { Ledger } from "./costs.ts";
import { Outage } from "./outage.ts";

export interface BudgetOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly dayOf: (at: number) => string;
  /** What may be spent in a day, in millionths of the currency; null for no bound. */
  readonly dailyMicros: number | null;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** All nodes know within this what all of them have spent; where nothing hangs on it, within a few seconds. */
const lookMs = 500;
const unboundMs = 5_000;
/** Beyond so many times the budget, the last resort. */
const overspent = 1.2;

/**
 * Watches what the service spends in a day. Once the day's budget is spent the tier is `medium` at most, and beyond a fifth more
 * `degraded`: answers are shorter and come from the small model, but they come. With the next day all is as it was.
 */
export class Budget {
  readonly #options: BudgetOptions;
  #spentMicros = 0;
  #next: Undo = () => {};
  #closed = false;

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  /** The highest tier that the budget leaves. */
  get cap(): Tier {
    const { dailyMicros } = this.#options;
    if (dailyMicros === null || this.#spentMicros < dailyMicros) return "high";
    return this.#spentMicros < overspent * dailyMicros ? "medium" : "degraded";
  }

  /** Of today, by all nodes, in millionths of the currency. */
  get spentMicros(): number {
    return this.#spentMicros;
  }

  /** What may be spent in a day, in millionths of the currency; null for no bound. */
  get dailyMicros(): number | null {
    return this.#options.dailyMicros;
  }

  async open(): Promise<void> {
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#next();
  }

  /** While the ledger is away what was known last holds. */
  async #look(): Promise<void> {
    const { ledger, clock, dayOf, onFault } = this.#options;
    try {
      this.#spentMicros = await ledger.spentMicros(dayOf(clock.now()));
    } catch (fault) {
      if (!(fault instanceof Outage)) onFault(fault, "budget");
    }
    const nextMs = this.dailyMicros === null ? unboundMs : lookMs;
    if (!this.#closed) this.#next = clock.after(nextMs, () => void this.#look());
  }
}
