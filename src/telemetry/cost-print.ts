import type { CostRecord } from "../domain/costs.ts";
import { picosPerUnit } from "../domain/prices.ts";
import { type CostReport, type ReportRow, reportCounts } from "./cost-report.ts";
import { exactMoney, formatMoney } from "./money.ts";

type Cells = readonly string[];

/** The report as a table for people. */
export function printReport(report: CostReport, currency: string, from: string, to: string): string {
  const { counts, tokens, surcharge, total, saved, savedPercent } = report;
  // Where little was spent, cents alone would say nothing.
  const digits = total.direct < 10n * picosPerUnit ? 6 : 2;
  const money = (picos: bigint) => formatMoney(picos, currency, digits);
  const sums = (name: string, { direct, relay }: Pick<ReportRow, "direct" | "relay">) =>
    `${name.padEnd(18)} direct ${money(direct).padStart(16)}   relay ${money(relay).padStart(16)}`;
  const share = savedPercent === null ? "" : ` (${savedPercent} %)`;
  const whole = { names: report.by.map((_, at) => (at === 0 ? "all" : "")), counts, ...tokens };
  return [
    `Cost of the relay from ${from} to ${to}`,
    "",
    table(report.by, [...report.rows, whole], money),
    "",
    sums("tokens", tokens),
    sums("monthly surcharge", surcharge),
    sums("in all", total),
    `${"saved".padEnd(18)} ${money(saved)}${share}`,
    "",
    ...notesOf(report),
  ].join("\n");
}

function notesOf({ counts, unpriced }: CostReport): string[] {
  const { attempts, aborted, failed, estimated } = counts;
  const marked = `${grouped(attempts)} attempts, of which ${grouped(aborted)} were stopped and ${grouped(failed)} failed.`;
  const reckoned = `The usage of ${grouped(estimated)} is reckoned, because the relay gave no last word on it.`;
  return [`${marked} ${reckoned}`, ...unpriced.map((model) => `No price for "${model}": it counts nothing.`)];
}

function table(by: readonly string[], rows: readonly ReportRow[], money: (picos: bigint) => string): string {
  const head = [...by, "attempts", "in", "cache read", "cache write", "out", "direct", "relay", "saved"];
  const body = rows.map(({ names, counts, direct, relay }) => [
    ...names,
    ...[counts.attempts, counts.inputTokens, counts.cacheReadTokens, counts.cacheWriteTokens, counts.outputTokens].map(
      grouped,
    ),
    ...[direct, relay, direct - relay].map(money),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((cells) => (cells[at] ?? "").length)));
  const line = (cells: Cells) =>
    cells
      .map((cell, at) => (at < by.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ");
  return [head, ...body].map((cells) => line(cells).trimEnd()).join("\n");
}

const grouped = (count: number) => count.toLocaleString("en-US");

/** The report's rows for a spreadsheet, with amounts that are not rounded. */
export function reportCsv({ by, rows }: CostReport): string {
  const head = [...by, ...reportCounts, "direct", "relay"];
  return csv([
    head,
    ...rows.map(({ names, counts, direct, relay }) => [
      ...names,
      ...reportCounts.map((name) => String(counts[name])),
      exactMoney(direct),
      exactMoney(relay),
    ]),
  ]);
}

export const recordColumns = [
  "at",
  "conversationId",
  "turnId",
  "epoch",
  "customer",
  "class",
  "tier",
  "model",
  "purpose",
  "outcome",
  "isEstimated",
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "firstTokenMs",
  "totalMs",
  "requestId",
  "prices",
] as const satisfies readonly (keyof CostRecord)[];

/** Single records for a spreadsheet: one line each, without the head. */
export function recordsCsv(records: readonly CostRecord[]): string {
  const cell = (record: CostRecord, name: keyof CostRecord) =>
    name === "at" ? new Date(record.at).toISOString() : String(record[name] ?? "");
  return csv(records.map((record) => recordColumns.map((name) => cell(record, name))));
}

export function csv(lines: readonly Cells[]): string {
  return lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join("");
}

/** A cell that a spreadsheet would take for a formula is quoted with an apostrophe: model and request ids come from outside. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
