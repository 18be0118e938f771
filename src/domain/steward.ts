import type { Tier } from "../contract/shapes.ts";
import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";
import { isPaused, noOrders, type Orders } from "./orders.ts";
import { Outage } from "./outage.ts";

export interface StewardOptions {
  readonly clock: Clock;
  readonly line: Pick<Line, "steer">;
  /** This node, for as long as its process lives. */
  readonly nodeId: string;
  /** How much longer guests pause, as the line told last, in milliseconds. */
  readonly guestsPausedMs: () => number;
  /** The tier is to be told to the line anew. */
  readonly tierOrdered: () => void;
  /** This node takes nobody from now on, or takes everybody again. */
  readonly drained: (isDrained: boolean) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Guests are paused for so long, again and again: so soon do they go on when they are let go. */
const pauseMs = 4_000;
const renewBelowMs = 2_200;

/**
 * Carries out on this node what operators have ordered: the tier that is held, guests who pause, a node that takes nobody.
 * Each node does so by itself; what two of them tell the line is the same.
 */
export class Steward {
  readonly #options: StewardOptions;
  #orders = noOrders;

  constructor(options: StewardOptions) {
    this.#options = options;
  }

  /** The tier that an operator holds; null for none. */
  get tier(): Tier | null {
    return this.#orders.tier?.tier ?? null;
  }

  /** Guests wait for an operator: nobody can tell how long. */
  get pausesGuests(): boolean {
    return isPaused(this.#orders, this.#options.clock.now());
  }

  /** An operator has taken this node out. */
  get isDrained(): boolean {
    return this.#orders.drained[this.#options.nodeId] !== undefined;
  }

  /** Call with the latest orders at least once a second. */
  obey(orders: Orders): void {
    const { tier, isDrained } = this;
    this.#orders = orders;
    if (tier !== this.tier) this.#options.tierOrdered();
    if (isDrained !== this.isDrained) this.#options.drained(this.isDrained);
    this.#pauseGuests(orders);
  }

  #pauseGuests({ guests }: Orders): void {
    const { clock, line, guestsPausedMs, onFault } = this.#options;
    const leftMs = guests === null ? 0 : guests.until - clock.now();
    // One node's word is enough for all.
    if (leftMs <= 0 || guestsPausedMs() > Math.min(leftMs, renewBelowMs)) return;
    const pause = { classes: ["guest"], ms: Math.min(leftMs, pauseMs), keepsStarts: true } as const;
    line.steer({ pause }).catch((fault: unknown) => {
      if (!(fault instanceof Outage)) onFault(fault, "steward");
    });
  }
}
