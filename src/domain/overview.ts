import { TidegateError } from "../contract/errors.ts";
import type { Deed, History, Sample, ServiceState, TierReason } from "../contract/service.ts";
import type { Tier } from "../contract/shapes.ts";
import type { Board, BoardLook, Heard } from "./board.ts";
import type { Clock, Undo } from "./clock.ts";
import { addedByName, type NodeFigures } from "./figures.ts";
import { classes } from "./line.ts";
import { isPaused, noOrders, type Orders, ordered, type Wanted, withoutGone } from "./orders.ts";
import { Outage } from "./outage.ts";
import { quantileMs } from "./quantiles.ts";
import { Samples } from "./samples.ts";
import { type Counting, Tally } from "./tally.ts";
import { mergedTroubles, type Troubles } from "./troubles.ts";

/** What is the same for all nodes, as this one knows it. */
export interface Standing {
  readonly tier: Tier;
  readonly reason: TierReason;
  /** When the relay's health moved the tier last, in epoch milliseconds; null where that is not known. */
  readonly movedAt: number | null;
  readonly signal: ServiceState["signal"];
  readonly starting: number;
  /** Of today, by all nodes, in millionths of the currency; and what may be spent, null for no bound. */
  readonly spentMicros: number;
  readonly dailyMicros: number | null;
}

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

const lookMs = 1_000;
/** A node that was not heard of for so long is shown as lost. */
const lostMs = 4_000;
/** Rates are those of so long, quantiles and sums of attempts of their own spans. */
const rateMs = 5_000;
const quantileSpanMs = 30_000;
const minuteMs = 60_000;
/** So late a timer is too late for people. */
const busyMs = 200;
/** Two operators who order at the same moment are served one after the other. */
const mostTries = 5;

/**
 * The whole service as one picture, put together on each node once a second from what all nodes tell: counts are added
 * up before anything is reckoned from them. While the board is away it shows this node alone, and says so.
 */
export class Overview {
  readonly #options: OverviewOptions;
  readonly #tally = new Tally();
  readonly #samples = new Samples();
  readonly #listeners = new Set<OverviewListener>();
  #orders = noOrders;
  #nodes: ReadonlyMap<string, Heard> = new Map();
  #service: ServiceState | null = null;
  #isAway = false;
  #lookedAt = 0;
  /** Since when each look has got through: before, nobody can be missed. */
  #inTouchSince: number | null = null;
  #tier: { readonly key: string; readonly since: number } | null = null;
  #next: Undo = () => {};
  #closed = false;

  constructor(options: OverviewOptions) {
    this.#options = options;
  }

  /** What operators have ordered, as far as it is known here. */
  get orders(): Orders {
    return this.#orders;
  }

  /** The service as it was a moment ago. */
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
   * @throws {TidegateError} `not-found` (no such node), `forbidden` (the last node), `unavailable` (it cannot be told to all of them)
   */
  async order(wanted: Exclude<Wanted, { kind: "node" }> | NodeWish, by: string): Promise<void> {
    const { board, clock, obey, report } = this.#options;
    const named = wanted.kind === "node" ? this.#named(wanted) : wanted;
    for (let tries = 0; tries < mostTries; tries++) {
      const before = this.#orders;
      const after = ordered(before, named, { by, at: clock.now() });
      if (after === before) return;
      if (await this.#replaced(board, withoutGone(after, new Set(this.#nodes.keys())), before.revision)) {
        const [deed] = after.audit;
        if (deed) report(deed);
        return obey(this.#orders);
      }
      await this.#look();
    }
    throw new TidegateError("unavailable", undefined, { retryAfterMs: lookMs });
  }

  async #replaced(board: Board, orders: Orders, from: number): Promise<boolean> {
    try {
      const isReplaced = await board.order(orders, from);
      if (isReplaced) this.#orders = orders;
      return isReplaced;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      throw new TidegateError("unavailable", "Redis is away, so not all nodes can be told.", { retryAfterMs: lookMs });
    }
  }

  #named({ nodeId, active }: NodeWish): Wanted {
    const rows = this.service.nodes;
    const row = rows.find((node) => node.nodeId === nodeId && node.state !== "lost");
    if (row === undefined) throw new TidegateError("not-found", "There is no such node.");
    const isLast = !rows.some((node) => node.nodeId !== nodeId && node.state === "up");
    if (active && isLast) throw new TidegateError("forbidden", "No other node would be left to take customers.");
    return { kind: "node", nodeId, name: row.name, active };
  }

  async #look(): Promise<void> {
    this.#next();
    try {
      const figures = await this.#options.own();
      await this.#hear(await this.#tell(figures));
      this.#show();
    } catch (fault) {
      this.#fault(fault);
    }
    if (!this.#closed) this.#next = this.#options.clock.after(lookMs, () => void this.#look());
  }

  /** While the board is away the others stay as they were heard of last, but nothing is counted of them. */
  async #tell(figures: NodeFigures): Promise<BoardLook> {
    const { board, nodeId, clock } = this.#options;
    const sinceMs = this.#lookedAt === 0 ? 0 : clock.elapsed() - this.#lookedAt;
    this.#lookedAt = clock.elapsed();
    try {
      const look = await board.tell(nodeId, figures);
      this.#isAway = false;
      this.#inTouchSince ??= clock.elapsed();
      return look;
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      this.#isAway = true;
      this.#inTouchSince = null;
      const aged = [...this.#nodes].map(([id, heard]) => [id, { ...heard, heardMs: heard.heardMs + sinceMs }] as const);
      return { nodes: new Map([...aged, [nodeId, { figures, heardMs: 0 }]]), orders: this.#orders };
    }
  }

  async #hear({ nodes, orders }: BoardLook): Promise<void> {
    const { board, nodeId, clock, obey } = this.#options;
    this.#nodes = nodes;
    // A board that was emptied is told again what it knew.
    if (orders.revision < this.#orders.revision) await board.order(this.#orders, orders.revision);
    else this.#orders = orders;
    obey(this.#orders);
    const counted = [...nodes].filter(([id, heard]) => this.#isHeard(heard) && (!this.#isAway || id === nodeId));
    this.#tally.note(clock.elapsed(), new Map(counted.map(([id, { figures }]) => [id, figures.counted])));
  }

  #isHeard({ heardMs }: Heard): boolean {
    return heardMs < lostMs;
  }

  #show(): void {
    const service = this.#put();
    const sample = sampleOf(service);
    this.#service = service;
    this.#samples.add(sample);
    for (const listener of this.#listeners) listener(service, sample);
  }

  #put(): ServiceState {
    const { clock, nodeId, standing, currency } = this.#options;
    const at = clock.now();
    const now = standing();
    const rows = this.#rows();
    this.#noteStates(rows, now);
    const heard = [...this.#nodes].filter(([id, one]) => this.#isHeard(one) && (!this.#isAway || id === nodeId));
    const figures = heard.map(([, one]) => one.figures);
    const [recent, minute] = [this.#tally.over(rateMs), this.#tally.over(minuteMs)];
    const own = this.#nodes.get(nodeId)?.figures;
    return {
      at,
      nodeId,
      tier: this.#tierOf(now, at),
      signal: now.signal,
      lines: classes.map((name) => ({
        class: name,
        waiting: own?.lines[name].waiting ?? 0,
        // Of those who wait the one who was there first has seen the most.
        oldestWaitMs: Math.max(0, ...figures.map(({ lines }) => lines[name].oldestWaitMs)),
      })),
      starting: now.starting,
      openAnswers: sum(figures.map(({ openAnswers }) => openAnswers)),
      firstTokens: this.#quantiles(),
      rates: ratesOf(recent),
      cost: {
        currency,
        perMinute: perSecond(minute, minute.totals.costMicros) * 60e-6,
        today: now.spentMicros / 1e6,
        budget: now.dailyMicros === null ? null : now.dailyMicros / 1e6,
      },
      relay: { attempts: minute.attempts, pauses: minute.totals.pauses, quiet: quietOf(figures) },
      redis: {
        state: own?.redis ?? "none",
        failures: sum(figures.map(({ redisFailures }) => redisFailures)),
      },
      nodes: rows,
      troubles: mergedTroubles([...this.#options.troubles.told, ...othersTroubles(heard, nodeId)], at),
      orders: {
        tier: this.#orders.tier,
        guests: isPaused(this.#orders, at) ? this.#orders.guests : null,
        drained: Object.entries(this.#orders.drained).map(([id, given]) => ({ nodeId: id, ...given })),
      },
      audit: [...this.#orders.audit],
    };
  }

  #quantiles(): ServiceState["firstTokens"] {
    const { firstTokens } = this.#tally.over(quantileSpanMs);
    const of = (share: number) => quantileMs(firstTokens, share);
    return { count: sum(Object.values(firstTokens)), p50Ms: of(0.5), p90Ms: of(0.9), p99Ms: of(0.99) };
  }

  #tierOf({ tier, reason, movedAt }: Standing, at: number): ServiceState["tier"] {
    const key = `${tier} ${reason}`;
    const isFirst = this.#tier === null;
    if (this.#tier?.key !== key) this.#tier = { key, since: (isFirst && movedAt) || at };
    const { since } = this.#tier;
    const held = this.#orders.tier;
    if (reason === "operator" && held !== null) return { tier, reason, since: held.at, by: held.by };
    return { tier, reason, since };
  }

  #rows(): ServiceState["nodes"] {
    const rows = [...this.#nodes].map(([id, heard]) => this.#row(id, heard));
    return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  #row(id: string, heard: Heard): ServiceState["nodes"][number] {
    const { figures, heardMs } = heard;
    const { name, upMs, customers, agents, openAnswers, loopDelayMs, memoryBytes, redis } = figures;
    const state = this.#stateOf(id, heard);
    return { nodeId: id, name, state, heardMs, upMs, customers, agents, openAnswers, loopDelayMs, memoryBytes, redis };
  }

  #stateOf(id: string, heard: Heard): ServiceState["nodes"][number]["state"] {
    if (this.#isAway && id !== this.#options.nodeId) return "unknown";
    if (!this.#isHeard(heard)) return this.#mayMiss ? "lost" : "unknown";
    return heard.figures.isDraining ? "draining" : "up";
  }

  /** Long enough in touch to have heard of everybody who lives. */
  get #mayMiss(): boolean {
    return this.#inTouchSince !== null && this.#options.clock.elapsed() - this.#inTouchSince > lostMs;
  }

  /** What lasts is noted while it does. */
  #noteStates(rows: ServiceState["nodes"], { spentMicros, dailyMicros }: Standing): void {
    const { troubles, nodeId } = this.#options;
    for (const { nodeId: id, name, state, redis, loopDelayMs } of rows) {
      if (state === "lost") troubles.lasts("node-lost", name);
      if (id !== nodeId) continue;
      if (redis === "away") troubles.lasts("redis-away");
      if (loopDelayMs > busyMs) troubles.lasts("node-busy", name);
    }
    if (dailyMicros !== null && spentMicros >= dailyMicros) troubles.lasts("budget-spent");
  }

  #fault(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#options.onFault(fault, "overview");
  }
}

/** A node as whoever orders names it. */
type NodeWish = Omit<Extract<Wanted, { kind: "node" }>, "name">;

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

function perSecond({ seconds }: Counting, count: number): number {
  return seconds === 0 ? 0 : count / seconds;
}

function ratesOf(counting: Counting): ServiceState["rates"] {
  const { starts, shed, refused, inputTokens, outputTokens } = counting.totals;
  const rate = (count: number) => perSecond(counting, count);
  return {
    starts: rate(starts),
    shed: rate(shed),
    refused: rate(refused),
    inputTokens: rate(inputTokens),
    outputTokens: rate(outputTokens),
  };
}

/** Whichever node holds back a model for the longest knows best. */
function quietOf(figures: readonly NodeFigures[]): ServiceState["relay"]["quiet"] {
  const models = Object.keys(addedByName(figures.map(({ quietMs }) => quietMs)));
  return models
    .map((model) => ({ model, leftMs: Math.max(...figures.map(({ quietMs }) => quietMs[model] ?? 0)) }))
    .filter(({ leftMs }) => leftMs > 0);
}

function othersTroubles(heard: readonly (readonly [string, Heard])[], nodeId: string) {
  const others = heard.filter(([id]) => id !== nodeId);
  return others.flatMap(([, { figures, heardMs }]) =>
    figures.troubles.map((each) => ({
      ...each,
      firstMs: each.firstMs + heardMs,
      lastMs: each.lastMs + heardMs,
    })),
  );
}

function sampleOf({ at, lines, openAnswers, rates, firstTokens, cost }: ServiceState): Sample {
  const { p50Ms, p90Ms, p99Ms } = firstTokens;
  return {
    at,
    waiting: sum(lines.map(({ waiting }) => waiting)),
    openAnswers,
    starts: rounded(rates.starts),
    shed: rounded(rates.shed),
    ...{ p50Ms, p90Ms, p99Ms },
    outputTokens: rounded(rates.outputTokens),
    costPerMinute: Math.round(cost.perMinute * 1e6) / 1e6,
  };
}

const rounded = (value: number) => Math.round(value * 10) / 10;
