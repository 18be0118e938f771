import {
  addedUp,
  type CostBatch,
  type CostRecord,
  type DayCounts,
  type Ledger,
  type RecordPage,
} from "../../domain/costs.ts";

interface Day {
  spentMicros: number;
  readonly counts: Map<string, DayCounts>;
}

/** Days of which the counts are kept: memory is no archive. */
const mostDays = 40;
/** Single records of a process; a cluster's book has room for more. */
const mostRecords = 20_000;

/** {@link Ledger} of one process: what it knows is gone when it stops. */
export class MemoryLedger implements Ledger {
  readonly #most: number;
  readonly #days = new Map<string, Day>();
  readonly #entered = new Map<string, number>();
  #records: CostRecord[] = [];
  /** How many are gone from the beginning. */
  #gone = 0;

  /** @param most single records that are kept */
  constructor(most = mostRecords) {
    this.#most = Math.min(most, mostRecords);
  }

  async enter({ writer, number, day: name, records, counts, spentMicros }: CostBatch): Promise<number> {
    const day = this.#days.get(name) ?? { spentMicros: 0, counts: new Map<string, DayCounts>() };
    this.#days.set(name, day);
    if ((this.#entered.get(writer) ?? 0) >= number) return day.spentMicros;
    this.#entered.set(writer, number);
    day.spentMicros += spentMicros;
    for (const one of counts) {
      const key = `${one.tier} ${one.class} ${one.model}`;
      const known = day.counts.get(key);
      day.counts.set(key, known ? { ...one, ...addedUp(known, one) } : one);
    }
    this.#keep(records);
    const [oldest] = this.#days.keys();
    if (this.#days.size > mostDays && oldest !== undefined) this.#days.delete(oldest);
    return day.spentMicros;
  }

  async spentMicros(day: string): Promise<number> {
    return this.#days.get(day)?.spentMicros ?? 0;
  }

  async counts(day: string): Promise<readonly DayCounts[]> {
    return [...(this.#days.get(day)?.counts.values() ?? [])];
  }

  async records(from: string | null, most: number): Promise<RecordPage> {
    const first = Math.max(0, Number(from ?? 0) - this.#gone);
    const records = this.#records.slice(first, first + most);
    const end = first + records.length;
    return { records, next: end < this.#records.length ? String(this.#gone + end) : null };
  }

  #keep(records: readonly CostRecord[]): void {
    this.#records.push(...records);
    const extra = this.#records.length - this.#most;
    if (extra <= 0) return;
    this.#records.splice(0, extra);
    this.#gone += extra;
  }
}
