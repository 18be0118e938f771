import type { Sample, ServiceState, TierReason } from "../contract/service.ts";
import type { Tier } from "../contract/shapes.ts";
import type { Heard } from "./board.ts";
import { addedByName, type NodeFigures, type ToldTrouble } from "./figures.ts";
import { classes } from "./line.ts";
import { isPaused, type Orders } from "./orders.ts";
import { quantileMs } from "./quantiles.ts";
import type { Roll } from "./roll.ts";
import type { Counting, Tally } from "./tally.ts";
import { mergedTroubles } from "./troubles.ts";

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

/** What a picture of the service is put together from. */
export interface Seen {
  /** The time of day. */
  readonly at: number;
  readonly nodeId: string;
  readonly currency: string;
  readonly standing: Standing;
  /** Since when the tier is what it is, and for that reason. */
  readonly since: number;
  readonly orders: Orders;
  readonly roll: Roll;
  readonly tally: Tally;
  /** This node's own. */
  readonly troubles: readonly ToldTrouble[];
}

/** Rates are those of so long, quantiles and sums of attempts of their own spans. */
const rateMs = 5_000;
const quantileSpanMs = 30_000;
const minuteMs = 60_000;

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

/** The whole service at one moment: counts of all nodes are added up before anything is reckoned from them. */
export function stateOf(seen: Seen): ServiceState {
  const { at, nodeId, standing, roll, tally } = seen;
  const { heard, own } = roll;
  const figures = [...heard.values()].map((each) => each.figures);
  const minute = tally.over(minuteMs);
  return {
    ...{ at, nodeId, tier: tierOf(seen), signal: standing.signal },
    lines: classes.map((name) => ({
      class: name,
      waiting: own?.lines[name].waiting ?? 0,
      // The node that has seen the line for the longest has seen the most.
      oldestWaitMs: Math.max(0, ...figures.map(({ lines }) => lines[name].oldestWaitMs)),
    })),
    starting: standing.starting,
    openAnswers: sum(figures.map(({ openAnswers }) => openAnswers)),
    firstTokens: quantilesOf(tally.over(quantileSpanMs)),
    rates: ratesOf(tally.over(rateMs)),
    cost: costOf(seen, minute),
    relay: { attempts: minute.attempts, pauses: minute.totals.pauses, quiet: quietOf(figures) },
    redis: { state: own?.redis ?? "none", failures: sum(figures.map(({ redisFailures }) => redisFailures)) },
    nodes: roll.rows,
    troubles: mergedTroubles([...seen.troubles, ...othersTroubles(heard, nodeId)], at),
    ...ordersOf(seen),
  };
}

/** That moment as a row of the history. */
export function sampleOf({ at, lines, openAnswers, rates, firstTokens, cost }: ServiceState): Sample {
  const { p50Ms, p90Ms, p99Ms } = firstTokens;
  return {
    ...{ at, openAnswers, p50Ms, p90Ms, p99Ms },
    waiting: sum(lines.map(({ waiting }) => waiting)),
    starts: tenths(rates.starts),
    shed: tenths(rates.shed),
    outputTokens: tenths(rates.outputTokens),
    costPerMinute: Math.round(cost.perMinute * 1e6) / 1e6,
  };
}

const tenths = (value: number) => Math.round(value * 10) / 10;

function tierOf({ standing: { tier, reason }, since, orders: { tier: held } }: Seen): ServiceState["tier"] {
  if (reason === "operator" && held !== null) return { tier, reason, since: held.at, by: held.by };
  return { tier, reason, since };
}

function quantilesOf({ firstTokens }: Counting): ServiceState["firstTokens"] {
  const of = (share: number) => quantileMs(firstTokens, share);
  return { count: sum(Object.values(firstTokens)), p50Ms: of(0.5), p90Ms: of(0.9), p99Ms: of(0.99) };
}

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

function costOf({ currency, standing: { spentMicros, dailyMicros } }: Seen, minute: Counting): ServiceState["cost"] {
  return {
    currency,
    perMinute: (60 * perSecond(minute, minute.totals.costMicros)) / 1e6,
    today: spentMicros / 1e6,
    budget: dailyMicros === null ? null : dailyMicros / 1e6,
  };
}

/** Whichever node holds back a model for the longest knows best. */
function quietOf(figures: readonly NodeFigures[]): ServiceState["relay"]["quiet"] {
  const models = Object.keys(addedByName(figures.map(({ quietMs }) => quietMs)));
  return models
    .map((model) => ({ model, leftMs: Math.max(...figures.map(({ quietMs }) => quietMs[model] ?? 0)) }))
    .filter(({ leftMs }) => leftMs > 0);
}

function othersTroubles(heard: ReadonlyMap<string, Heard>, nodeId: string): ToldTrouble[] {
  const others = [...heard].filter(([id]) => id !== nodeId);
  return others.flatMap(([, { figures, heardMs }]) =>
    figures.troubles.map((each) => ({ ...each, firstMs: each.firstMs + heardMs, lastMs: each.lastMs + heardMs })),
  );
}

function ordersOf({ orders, at }: Seen): Pick<ServiceState, "orders" | "audit"> {
  return {
    orders: {
      tier: orders.tier,
      guests: isPaused(orders, at) ? orders.guests : null,
      drained: Object.entries(orders.drained).map(([nodeId, given]) => ({ nodeId, ...given })),
    },
    audit: [...orders.audit],
  };
}
