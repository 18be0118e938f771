import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { StartRate } from "../../src/domain/line.ts";
import { Customer } from "./customer.ts";
import { peopleFor } from "./people.ts";
import { most } from "./report.ts";
import { arrivals } from "./schedule.ts";
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
  static async open(count: number, urls: readonly string[], first = 0): Promise<Crowd> {
    const customers = (await peopleFor(count, urls, first)).map((person) => new Customer(person));
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

  /** How long it took until questions were acknowledged, in milliseconds. */
  get acknowledgedMs(): number[] {
    return this.stories.map(({ askedAt, acknowledgedAt }) => (acknowledgedAt ?? 0) - (askedAt ?? 0));
  }

  /** By how much anything that was seen here may have been late, as far as this process and the slowest reply tell. */
  get slackMs(): number {
    return Math.max(this.deafMs, most(this.acknowledgedMs));
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

/** So many seconds of work, at four fifths of the rate, before anything is measured. */
const warmUpSeconds = 5;
/** Where the numbers of those begin who come for that. */
const warmUpFrom = 1_000_000;

/** Code that has not run yet is slow: some are answered beforehand. The bucket is full again afterwards. */
export async function warmUp(urls: readonly string[], { perSecond, burst }: StartRate): Promise<void> {
  const asking = arrivals([{ seconds: warmUpSeconds, from: 0.8 * perSecond, to: 0.8 * perSecond }]);
  using crowd = await Crowd.open(asking.length, urls, warmUpFrom);
  await crowd.ask(asking);
  await crowd.settled(30_000);
  await pause((burst / perSecond) * 1_000);
}
