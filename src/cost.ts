import { parseArgs } from "node:util";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { readPrices } from "./config-prices.ts";
import { dayTeller } from "./costs.ts";
import type { Ledger } from "./domain/costs.ts";
import { Outage } from "./domain/outage.ts";
import { openLedger } from "./engines/redis/ledger-reader.ts";
import { csv, printReport, recordColumns, recordsCsv, reportCsv } from "./telemetry/cost-print.ts";
import { costReport, daysBetween, type GroupName, groupNames } from "./telemetry/cost-report.ts";

/**
 * Reports what the relay costs: `npm run cost -- --from 2026-11-01 --to 2026-11-30`. The book lies in Redis, where all nodes
 * keep it.
 */

const usage = `Usage: npm run cost -- [--from <day>] [--to <day>] [--by day,model,tier,class] [--csv [--records]] [--prices <file>]
  Days are written 2026-11-01; without them it is the present month up to today.
  --by        what the rows are told apart by: any of day, model, tier, class
  --csv       for a spreadsheet, with exact amounts; with --records one line for each attempt that is kept
  --prices    a price file in place of the configured one, to compare`;

const pageSize = 1_000;

function fail(why: string): never {
  console.error(why);
  process.exit(2);
}

function readArgs() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({ options: { from: text, to: text, by: text, prices: text, csv: flag, records: flag } }).values;
  } catch (fault) {
    return fail(`${fault instanceof Error ? fault.message : String(fault)}\n${usage}`);
  }
}

function readSettings(): Config {
  try {
    return readConfig();
  } catch (fault) {
    if (fault instanceof ConfigError) return fail(fault.message);
    throw fault;
  }
}

function dayOf(given: string, option: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(given) && new Date(`${given}T00:00:00Z`).toJSON()?.startsWith(given);
  return isDay ? given : fail(`${option} must be a day such as 2026-11-01.\n${usage}`);
}

function groupsOf(given: string): GroupName[] {
  return given.split(",").map((name) => {
    const known = groupNames.find((each) => each === name.trim());
    return known ?? fail(`--by must name some of ${groupNames.join(", ")}.\n${usage}`);
  });
}

function pricesOf({ prices }: Config, path: string | undefined) {
  if (path === undefined) return prices;
  const read = readPrices(path);
  return "faults" in read ? fail(read.faults.join("\n")) : read.table;
}

async function printRecords(ledger: Ledger, isWithin: (at: number) => boolean): Promise<void> {
  process.stdout.write(csv([recordColumns]));
  for (let from: string | null = null, isLast = false; !isLast; ) {
    const { records, next } = await ledger.records(from, pageSize);
    process.stdout.write(recordsCsv(records.filter(({ at }) => isWithin(at))));
    [from, isLast] = [next, next === null];
  }
}

async function main(): Promise<void> {
  const args = readArgs();
  const config = readSettings();
  const tell = dayTeller(config.cost.timeZone);
  const today = tell(Date.now());
  const from = dayOf(args.from ?? `${today.slice(0, 7)}-01`, "--from");
  const to = dayOf(args.to ?? today, "--to");
  const days = daysBetween(from, to);
  if (days.length === 0 || days.length > 1_000) fail(`--from must be before --to, by less than 1,000 days.\n${usage}`);
  const by = args.by === undefined ? groupNames : groupsOf(args.by);
  const prices = pricesOf(config, args.prices);
  if (config.redis === null)
    fail("Set REDIS_URL to that of the nodes: a node without Redis keeps its costs to itself, until it stops.");
  await using book = await openLedger(config.redis, config.redisPrefix);
  const { ledger } = book;
  const isWithin = (at: number) => from <= tell(at) && tell(at) <= to;
  // Awaited here: the book is closed on the way out.
  if (args.records) return await printRecords(ledger, isWithin);
  const counts = (await Promise.all(days.map((day) => ledger.counts(day)))).flat();
  const report = costReport(days, counts, prices, by);
  console.log(args.csv ? reportCsv(report).trimEnd() : printReport(report, prices.currency, from, to));
}

await main().catch((fault: Error) =>
  fail(fault instanceof Outage ? "Redis did not answer in time: try again, or correct REDIS_URL." : fault.message),
);
