import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Customer } from "./customer.ts";
import { peopleFor } from "./people.ts";
import { isSettled, type Story } from "./story.ts";

/** So many connect at the same time. */
const atOnce = 50;

/** All customers of a run, each with a connection of one's own. */
export class Crowd implements Disposable {
  readonly customers: readonly Customer[];
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  /** How late each question was asked, in milliseconds. */
  readonly latenessMs: number[] = [];

  private constructor(customers: readonly Customer[]) {
    this.customers = customers;
  }

  /** Everybody has opened the conversation, and nobody has asked. */
  static async open(count: number, urls: readonly string[]): Promise<Crowd> {
    const customers = (await peopleFor(count, urls)).map((person) => new Customer(person));
    const coming = customers.values();
    const come = async () => {
      for (const customer of coming) await customer.open();
    };
    await Promise.all(Array.from({ length: atOnce }, come));
    return new Crowd(customers);
  }

  get stories(): readonly Story[] {
    return this.customers.map(({ story }) => story);
  }

  /** The longest that this process has kept a fact waiting before it was heard, in milliseconds. */
  get deafMs(): number {
    return this.#delay.max / 1e6;
  }

  /** Each asks when it is time, whatever has become of the others (open loop). */
  async ask(times: readonly number[]): Promise<void> {
    this.#delay.enable();
    const from = performance.now();
    for (const [at, dueMs] of times.entries()) {
      const leftMs = from + dueMs - performance.now();
      if (leftMs > 0) await pause(leftMs);
      this.latenessMs.push(Math.max(0, performance.now() - from - dueMs));
      this.customers[at]?.ask();
    }
  }

  /** Resolves when everybody who asked knows how it ended, or after `patienceMs`. */
  async settled(patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline && !this.stories.every(isSettled)) await pause(100);
    this.#delay.disable();
  }

  [Symbol.dispose](): void {
    for (const customer of this.customers) customer[Symbol.dispose]();
  }
}
