import { addedUp, type Counts, countNames, type DayCounts, noCounts } from "../domain/costs.ts";
import { costOf, type PriceTable, picosPerMicro, priceOf, type Tariff } from "../domain/prices.ts";

export const groupNames = ["day", "model", "tier", "class"] as const;
export type GroupName = (typeof groupNames)[number];

/** Amounts in 10⁻¹² of the currency. */
export interface Amounts {
  readonly direct: bigint;
  readonly relay: bigint;
}

export interface ReportRow extends Amounts {
  /** What its attempts have in common, in the order of the report's `by`. */
  readonly names: readonly string[];
  readonly counts: Counts;
}

export interface CostReport {
  readonly by: readonly GroupName[];
  readonly rows: readonly ReportRow[];
  readonly counts: Counts;
  readonly tokens: Amounts;
  /** What is paid each month beside the tokens, for the days of the report. */
  readonly surcharge: Amounts;
  readonly total: Amounts;
  readonly saved: bigint;
  /** Whole percent of the direct total, rounded down: no more is promised than is saved. Null where nothing was spent. */
  readonly savedPercent: number | null;
  /** Models that a tariff has no price for: they count nothing there. */
  readonly unpriced: readonly string[];
}

/** What the attempts of these days cost through the relay, beside what they would have cost without it. */
export function costReport(
  days: readonly string[],
  all: readonly DayCounts[],
  prices: PriceTable,
  by: readonly GroupName[] = groupNames,
): CostReport {
  const rows = rowsOf(all, prices, by);
  const tokens = { direct: sumOf(rows.map(({ direct }) => direct)), relay: sumOf(rows.map(({ relay }) => relay)) };
  const surcharge = { direct: surchargeOf(prices.direct, days), relay: surchargeOf(prices.relay, days) };
  const total = { direct: tokens.direct + surcharge.direct, relay: tokens.relay + surcharge.relay };
  const saved = total.direct - total.relay;
  return {
    ...{ by, rows, tokens, surcharge, total, saved },
    counts: rows.reduce((sum, { counts }) => addedUp(sum, counts), noCounts),
    savedPercent: total.direct === 0n ? null : Number((saved * 100n) / total.direct),
    unpriced: [...new Set(all.map(({ model }) => model))].filter(
      (model) => !priceOf(prices.direct, model) || !priceOf(prices.relay, model),
    ),
  };
}

function rowsOf(all: readonly DayCounts[], prices: PriceTable, by: readonly GroupName[]): ReportRow[] {
  const rows = new Map<string, ReportRow>();
  for (const one of all) {
    const names = by.map((name) => one[name]);
    const key = JSON.stringify(names);
    const known = rows.get(key) ?? { names, counts: noCounts, direct: 0n, relay: 0n };
    rows.set(key, {
      names,
      counts: addedUp(known.counts, one),
      direct: known.direct + costOf(priceOf(prices.direct, one.model), one),
      relay: known.relay + costOf(priceOf(prices.relay, one.model), one),
    });
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

/** A whole month's for a whole month; of a part of one, as large a part. */
function surchargeOf({ monthlySurchargeMicros }: Tariff, days: readonly string[]): bigint {
  const months = Map.groupBy(days, (day) => day.slice(0, 7));
  const monthly = BigInt(monthlySurchargeMicros) * picosPerMicro;
  return sumOf([...months].map(([month, { length }]) => (monthly * BigInt(length)) / BigInt(daysIn(month))));
}

function daysIn(month: string): number {
  const [year = 0, of = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, of, 0)).getUTCDate();
}

/** All days from one to another, both included; empty when `from` is later. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** For columns: what is counted of each row. */
export const reportCounts = countNames;
