import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Clock } from "./clock.ts";
import { classes, type Order, type Round } from "./line.ts";

/** What steers the line now, as far as this node knows: a line that begins anew goes on by it (A10, A12). */
export class StandingOrders {
  readonly #clock: Clock;
  /** On the clock's `elapsed` scale. */
  readonly #pausedUntil: Record<CustomerClass, number> = { vip: 0, member: 0, guest: 0 };
  #tier: Tier = "high";
  #starting: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get tier(): Tier {
    return this.#tier;
  }

  /** So many answers at most wait for their first text, as this node has ordered it last. */
  get starting(): number | undefined {
    return this.#starting;
  }

  /** This node has given that order. */
  given({ tier, starting, pause }: Order): void {
    this.#tier = tier ?? this.#tier;
    this.#starting = starting ?? this.#starting;
    for (const name of pause?.classes ?? []) this.#pauses(name, pause?.ms ?? 0);
  }

  /** What all nodes have ordered so far, as a round of the line tells it. */
  heard({ tier, pausedMs }: Round): void {
    this.#tier = tier;
    for (const name of classes) this.#pauses(name, pausedMs[name] ?? 0);
  }

  /** How much longer a class pauses, in milliseconds. */
  pausedMs(name: CustomerClass): number {
    return Math.max(0, this.#pausedUntil[name] - this.#clock.elapsed());
  }

  /** All of it, as orders for a line that knows nothing. */
  get all(): readonly Order[] {
    const pauses = classes.flatMap((name): Order[] => {
      const ms = this.pausedMs(name);
      return ms > 0 ? [{ pause: { classes: [name], ms } }] : [];
    });
    const { tier } = this;
    return [this.#starting === undefined ? { tier } : { tier, starting: this.#starting }, ...pauses];
  }

  #pauses(name: CustomerClass, ms: number): void {
    this.#pausedUntil[name] = Math.max(this.#pausedUntil[name], this.#clock.elapsed() + ms);
  }
}
