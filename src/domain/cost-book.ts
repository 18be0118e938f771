import { type Clock, sleep } from "./clock.ts";
import {
  addedUp,
  type CostBatch,
  type CostRecord,
  countsOf,
  type DayCounts,
  type Ledger,
  noCounts,
  outcomeOf,
  usageOf,
} from "./costs.ts";
import { Outage } from "./outage.ts";
import { costOf, microsOf, type PriceTable, priceOf } from "./prices.ts";
import type { Listener, Step } from "./steps.ts";

export interface CostBookOptions {
  readonly ledger: Ledger;
  readonly prices: PriceTable;
  readonly clock: Clock;
  /** The day of a moment in epoch milliseconds, as `YYYY-MM-DD`. */
  readonly dayOf: (at: number) => string;
  /** The same customer gives the same word, and the word does not give the customer. */
  readonly hash: (customerId: string) => string;
  /** This process and no other. */
  readonly writer: string;
  /** So many single records are lost: the ledger was away for too long. Their counts are not. */
  readonly lost: (records: number) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** What has come together for one day and is not entered yet. */
interface Page {
  readonly records: CostRecord[];
  readonly counts: Map<string, DayCounts>;
  spentMicros: number;
}

/** So long single records come together before they are entered. */
const gatherMs = 500;
const retryMs = 1_000;
const mostInBatch = 500;
/** A few megabytes. Beyond them an outage costs single records, never counts. */
const mostHeld = 10_000;
/** For the last batches when the node closes. */
const patienceMs = 2_000;

/**
 * Keeps the book of all attempts (U6): gathers what they used and enters it in batches, beside the answers and never in their
 * way (S6). While the ledger is away single records are held up to a bound, and counts without one: they are few.
 */
export class CostBook implements Listener {
  readonly #options: CostBookOptions;
  /** By day, oldest first. */
  readonly #pages = new Map<string, Page>();
  readonly #leaving = new AbortController();
  #held = 0;
  #lost = 0;
  #number = 0;
  #entering: Promise<void> | null = null;

  constructor(options: CostBookOptions) {
    this.#options = options;
  }

  text(): void {}

  step(step: Step): void {
    if (step.kind !== "attempt-ended") return;
    this.#note(this.#recordOf(step));
    this.#entering ??= this.#enterAll().finally(() => {
      this.#entering = null;
    });
  }

  /** Enters what is held; what cannot be entered soon is lost. */
  async close(): Promise<void> {
    this.#leaving.abort();
    await this.#entering;
    if (this.#held > 0) this.#options.lost(this.#held);
  }

  #recordOf({ ref, epoch, account, purpose, end }: Extract<Step, { kind: "attempt-ended" }>): CostRecord {
    const { clock, hash, prices } = this.#options;
    const { report } = end;
    return {
      at: clock.now(),
      ...ref,
      epoch,
      customer: account.customerId === "" ? "" : hash(account.customerId),
      class: account.class,
      tier: account.tier,
      model: report.model,
      purpose,
      outcome: outcomeOf(end),
      isEstimated: report.usage === "estimated",
      ...usageOf(report),
      firstTokenMs: report.firstTokenMs,
      totalMs: report.totalMs,
      requestId: report.requestId,
      prices: prices.version,
    };
  }

  #note(record: CostRecord): void {
    const { model, tier, class: name } = record;
    const { prices, dayOf } = this.#options;
    const day = dayOf(record.at);
    const page: Page = this.#pages.get(day) ?? { records: [], counts: new Map(), spentMicros: 0 };
    this.#pages.set(day, page);
    const key = `${tier} ${name} ${model}`;
    page.counts.set(key, {
      day,
      model,
      tier,
      class: name,
      ...addedUp(page.counts.get(key) ?? noCounts, countsOf(record)),
    });
    page.spentMicros += microsOf(costOf(priceOf(prices.relay, model), record));
    if (this.#held >= mostHeld) return void this.#lost++;
    page.records.push(record);
    this.#held++;
  }

  async #enterAll(): Promise<void> {
    while (this.#pages.size > 0) {
      await sleep(this.#options.clock, gatherMs, this.#leaving.signal);
      do {
        const batch = this.#take();
        if (batch === null || !(await this.#enter(batch))) return;
        this.#held -= batch.records.length;
        if (this.#lost > 0) this.#options.lost(this.#lost);
        this.#lost = 0;
      } while (this.#held >= mostInBatch);
    }
  }

  /** The next batch; null when there is nothing to enter. Its records count as held until it is entered. */
  #take(): CostBatch | null {
    const [first] = this.#pages;
    if (first === undefined) return null;
    const [day, { records, counts, spentMicros }] = first;
    const batch = records.slice(0, mostInBatch);
    const rest = records.slice(mostInBatch);
    // The counts of all go with the first of several.
    if (rest.length > 0) this.#pages.set(day, { records: rest, counts: new Map(), spentMicros: 0 });
    else this.#pages.delete(day);
    this.#number++;
    const { writer } = this.#options;
    return { writer, number: this.#number, day, records: batch, counts: [...counts.values()], spentMicros };
  }

  /** As often as it takes; false when the node leaves and the ledger is still away. */
  async #enter(batch: CostBatch): Promise<boolean> {
    const { ledger, clock, onFault } = this.#options;
    const startedAt = clock.elapsed();
    for (;;) {
      try {
        await ledger.enter(batch);
        return true;
      } catch (fault) {
        if (!(fault instanceof Outage)) {
          onFault(fault, "costs");
          return true;
        }
      }
      if (this.#leaving.signal.aborted && clock.elapsed() - startedAt > patienceMs) return false;
      await sleep(clock, retryMs, this.#leaving.signal.aborted ? new AbortController().signal : this.#leaving.signal);
    }
  }
}
