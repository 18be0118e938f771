import { TidegateError } from "../contract/errors.ts";
import type { Deed, History, Sample, ServiceState } from "../contract/service.ts";
import type { Board } from "./board.ts";
import type { Clock, Undo } from "./clock.ts";
import type { NodeFigures } from "./figures.ts";
import { noOrders, type Orders, ordered, type Wanted, withoutGone } from "./orders.ts";
import { Outage } from "./outage.ts";
import { Roll } from "./roll.ts";
import { Samples } from "./samples.ts";
import { type Standing, sampleOf, stateOf } from "./service-state.ts";
import { Tally } from "./tally.ts";
import type { Troubles } from "./troubles.ts";

export interface OverviewOptions {
  readonly board: Board;
  readonly clock: Clock;
  /** This node, for as long as its process lives. */
  readonly nodeId: string;
  readonly currency: string;
  /** How this node is now. */
  readonly own: () => Promise<NodeFigures>;
  readonly standing: () => Standing;
  readonly troubles: Troubles;
  /** Carries out what is ordered: told each second, and at once where it was ordered here. */
  readonly obey: (orders: Orders) => void;
  /** An operator has ordered something here. */
  readonly report: (deed: Deed) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** Told each second. */
export type OverviewListener = (service: ServiceState, sample: Sample) => void;

/** A node as whoever orders names it. */
type NodeWish = Omit<Extract<Wanted, { kind: "node" }>, "name">;

const lookMs = 1_000;
/** So late a timer is too late for people, where it is so at a few looks in a row. */
const busyMs = 200;
const fewestBusyLooks = 3;
/** Two operators who order at the same moment are served one after the other. */
const mostTries = 5;

/**
 * The whole service as one picture, put together on each node once a second from what all nodes tell, with the quarter of an
 * hour before; and the way in for what operators order. While the board is away it shows this node alone, and says so.
 */
export class Overview {
  readonly #options: OverviewOptions;
  readonly #roll: Roll;
  readonly #tally = new Tally();
  readonly #samples = new Samples();
  readonly #listeners = new Set<OverviewListener>();
  #orders = noOrders;
  #service: ServiceState | null = null;
  /** Which tier and reason hold, and since when. */
  #tier: { readonly name: string; readonly since: number } | null = null;
  #looking: Promise<void> | null = null;
  #busyLooks = 0;
  #next: Undo = () => {};
  #closed = false;

  constructor(options: OverviewOptions) {
    this.#options = options;
    this.#roll = new Roll(options.clock, options.nodeId);
  }

  /** What operators have ordered, as far as it is known here. */
  get orders(): Orders {
    return this.#orders;
  }

  /** The service as it was a moment ago. @throws {TidegateError} `unavailable` before it was looked at */
  get service(): ServiceState {
    if (this.#service === null) throw new TidegateError("unavailable", undefined, { retryAfterMs: lookMs });
    return this.#service;
  }

  get history(): History {
    return this.#samples.history;
  }

  /** Looks for the first time: what was ordered before this node came is known then. */
  async open(): Promise<void> {
    await this.#look();
  }

  /** Tells no more, and is not missed by the others. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    await this.#options.board.leave(this.#options.nodeId).catch((fault: unknown) => this.#fault(fault));
  }

  subscribe(listener: OverviewListener): Undo {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Orders something of all nodes.
   *
   * @throws {TidegateError} `not-found` (no such node), `forbidden` (the last node), `unavailable` (not all can be told)
   */
  async order(wanted: Exclude<Wanted, { kind: "node" }> | NodeWish, by: string): Promise<void> {
    const { clock, obey, report } = this.#options;
    const named = wanted.kind === "node" ? this.#named(wanted) : wanted;
    for (let tries = 0; tries < mostTries; tries++) {
      const before = this.#orders;
      const after = ordered(before, named, { by, at: clock.now() });
      if (after === before) return;
      if (await this.#replaced(withoutGone(after, this.#roll.nodeIds), before.revision)) {
        for (const deed of after.audit.slice(0, 1)) report(deed);
        obey(this.#orders);
        this.#service = this.#picture();
        return;
      }
      await this.#look();
    }
    throw new TidegateError("unavailable", undefined, { retryAfterMs: lookMs });
  }

  async #replaced(orders: Orders, from: number): Promise<boolean> {
    const isReplaced = await this.#options.board.order(orders, from);
    if (isReplaced) this.#orders = orders;
    return isReplaced;
  }

  #named({ nodeId, active }: NodeWish): Wanted {
    const rows = this.service.nodes;
    const row = rows.find((node) => node.nodeId === nodeId && node.state !== "lost");
    if (row === undefined) throw new TidegateError("not-found", "There is no such node.");
    const isLast = !rows.some((node) => node.nodeId !== nodeId && node.state === "up");
    if (active && isLast) throw new TidegateError("forbidden", "No other node would be left to take customers.");
    return { kind: "node", nodeId, name: row.name, active };
  }

  /** One look at a time: whoever asks meanwhile waits for the same. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    this.#next();
    try {
      await this.#hear(await this.#options.own());
      this.#show();
    } catch (fault) {
      this.#fault(fault);
    }
    if (!this.#closed) this.#next = this.#options.clock.after(lookMs, () => void this.#look());
  }

  async #hear(figures: NodeFigures): Promise<void> {
    const { board, nodeId, clock, obey } = this.#options;
    try {
      const { nodes, orders } = await board.tell(nodeId, figures);
      this.#roll.called(nodes);
      // A board that was emptied is told again what it knew.
      if (orders.revision < this.#orders.revision) await board.order(this.#orders, orders.revision);
      else this.#orders = orders;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      this.#roll.alone(figures);
    }
    obey(this.#orders);
    const counted = [...this.#roll.heard].map(([id, heard]) => [id, heard.figures.counted] as const);
    this.#tally.note(clock.elapsed(), new Map(counted));
  }

  #picture(): ServiceState {
    const { clock, nodeId, currency, troubles } = this.#options;
    const standing = this.#options.standing();
    const at = clock.now();
    return stateOf({
      ...{ at, nodeId, currency, standing, orders: this.#orders, roll: this.#roll, tally: this.#tally },
      since: this.#sinceOf(standing, at),
      troubles: troubles.told,
    });
  }

  #show(): void {
    this.#noteStates(this.#options.standing());
    const service = this.#picture();
    const sample = sampleOf(service);
    this.#service = service;
    this.#samples.add(sample);
    for (const listener of this.#listeners) listener(service, sample);
  }

  #sinceOf({ tier, reason, movedAt }: Standing, at: number): number {
    const name = `${tier} ${reason}`;
    // What held when this node came may have held for long.
    if (this.#tier?.name !== name) this.#tier = { name, since: (this.#tier === null && movedAt) || at };
    return this.#tier.since;
  }

  /** What lasts is noted while it does. */
  #noteStates({ signal, spentMicros, dailyMicros }: Standing): void {
    const { troubles, nodeId } = this.#options;
    troubles.judged(signal);
    for (const { nodeId: id, name, state, redis, loopDelayMs } of this.#roll.rows) {
      if (state === "lost") troubles.lasts("node-lost", name);
      if (id !== nodeId) continue;
      if (redis === "away") troubles.lasts("redis-away");
      this.#busyLooks = loopDelayMs > busyMs ? this.#busyLooks + 1 : 0;
      if (this.#busyLooks >= fewestBusyLooks) troubles.lasts("node-busy", name);
    }
    if (dailyMicros !== null && spentMicros >= dailyMicros) troubles.lasts("budget-spent");
  }

  #fault(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#options.onFault(fault, "overview");
  }
}
