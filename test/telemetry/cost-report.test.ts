import { describe, expect, test } from "vitest";
import { priceFaults, priceFile, readPrices, shippedPrices } from "../../src/config-prices.ts";
import { noCounts } from "../../src/domain/costs.ts";
import { costOf, type PriceTable, priceOf } from "../../src/domain/prices.ts";
import { csv, printReport, reportCsv } from "../../src/telemetry/cost-print.ts";
import { costReport, daysBetween } from "../../src/telemetry/cost-report.ts";
import { exactMoney, formatMoney } from "../../src/telemetry/money.ts";

function shipped(): PriceTable {
  const read = readPrices(shippedPrices);
  if ("faults" in read) throw new Error(read.faults.join());
  return read.table;
}

const november = daysBetween("2026-11-01", "2026-11-30");
const of = { model: "claude-sonnet-4-5", tier: "high", class: "guest" } as const;

describe("a month of 500 million tokens in and 200 million out, by the prices that come along", () => {
  /** In 3,000 uneven portions: nothing is lost between them. */
  const counts = Array.from({ length: 3_000 }, (_, at) => {
    const [input, output] = at === 0 ? [500e6 - 2_999 * 166_667, 200e6 - 2_999 * 66_661] : [166_667, 66_661];
    return {
      ...noCounts,
      ...of,
      day: `2026-11-${String(1 + (at % 30)).padStart(2, "0")}`,
      attempts: 1,
      inputTokens: input ?? 0,
      outputTokens: output ?? 0,
    };
  });
  const report = costReport(november, counts, shipped());

  test("U6 costs ¥13,800 directly and ¥4,750 through the relay: ¥9,050 and 65 % less", () => {
    const yuan = (picos: bigint) => exactMoney(picos);
    expect([report.counts.inputTokens, report.counts.outputTokens]).toEqual([500e6, 200e6]);
    expect([yuan(report.tokens.direct), yuan(report.surcharge.direct)]).toEqual(["12000", "1800"]);
    expect([yuan(report.total.direct), yuan(report.total.relay), yuan(report.saved)]).toEqual([
      "13800",
      "4750",
      "9050",
    ]);
    expect(report.savedPercent).toBe(65);
  });

  test("U6 is printed so", () => {
    const printed = printReport(costReport(november, counts, shipped(), ["model"]), "CNY", "2026-11-01", "2026-11-30");
    expect(printed).toMatch(/in all +direct +¥13,800\.00 +relay +¥4,750\.00/);
    expect(printed).toMatch(/saved +¥9,050\.00 \(65 %\)/);
    expect(printed).toMatch(
      /claude-sonnet-4-5 +3,000 +500,000,000 +0 +0 +200,000,000 +¥12,000\.00 +¥4,750\.00 +¥7,250\.00/,
    );
  });
});

test("U6 amounts are exact where floating point is not", () => {
  const price = { inputMicros: 100_000, outputMicros: 200_000, cacheReadMicros: 0, cacheWriteMicros: 0 };
  const once = costOf(price, { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 });
  expect(exactMoney(once)).toBe("0.0000003");
  expect(exactMoney(once * 1_000_000_007n)).toBe("300.0000021");
  expect(formatMoney(-1_234_567_899_999_999_999n, "USD")).toBe("-$1,234,567.90");
  expect(formatMoney(4_999_999_999n, "SEK")).toBe("SEK 0.00");
  expect(formatMoney(5_000_000_000n, "SEK")).toBe("SEK 0.01");
});

test("U6 a part of a month is charged as large a part of the surcharge", () => {
  const third = costReport(daysBetween("2026-11-21", "2026-12-31"), [], shipped());
  expect(exactMoney(third.surcharge.direct)).toBe("2400");
  expect(exactMoney(third.surcharge.relay)).toBe("0");
  expect(third.savedPercent).toBe(100);
  expect(costReport([], [], shipped()).savedPercent).toBeNull();
});

test("U6 rows are told apart by what is asked for, in order", () => {
  const one = { ...noCounts, ...of, day: "2026-11-11", attempts: 1, inputTokens: 1_000_000 };
  const all = [one, { ...one, class: "vip" as const }, { ...one, day: "2026-11-10" }];
  const rows = (by: Parameters<typeof costReport>[3]) =>
    costReport(november, all, shipped(), by).rows.map(({ names, counts }) => [...names, counts.attempts]);
  expect(rows(["day"])).toEqual([
    ["2026-11-10", 1],
    ["2026-11-11", 2],
  ]);
  expect(rows(["class", "tier"])).toEqual([
    ["guest", "high", 2],
    ["vip", "high", 1],
  ]);
});

describe("a price file", () => {
  const side = (models: unknown) => ({ version: "1", currency: "USD", direct: { models }, relay: { models } });
  const read = (models: unknown) => priceFile.parse(side(models));

  test("U5 gives a model its own price, or that of the longest beginning that fits", () => {
    const flat = (input: number) => ({ input, output: input });
    const { relay } = read({
      "*": flat(1),
      "claude-haiku-*": flat(2),
      "claude-haiku-4-5": flat(3),
      "claude-*": flat(4),
    });
    const priced = (model: string) => priceOf(relay, model)?.inputMicros;
    expect(["claude-haiku-4-5", "claude-haiku-3", "claude-opus", "gpt", "toString"].map(priced)).toEqual([
      3_000_000, 2_000_000, 4_000_000, 1_000_000, 1_000_000,
    ]);
  });

  test("U5 the cache costs a tenth to read and a quarter more to write, unless it is said", () => {
    const { relay } = read({
      a: { input: 3.5, output: 15 },
      b: { input: 1, output: 1, cacheRead: 0.000_001, cacheWrite: 9 },
    });
    expect(priceOf(relay, "a")).toMatchObject({ cacheReadMicros: 350_000, cacheWriteMicros: 4_375_000 });
    expect(priceOf(relay, "b")).toMatchObject({ cacheReadMicros: 1, cacheWriteMicros: 9_000_000 });
  });

  test("U5 that lacks a model in use says which", () => {
    const table = read({ "claude-haiku-*": { input: 1, output: 1 } });
    expect(priceFaults(table, ["claude-haiku-4-5", "claude-opus-4-5"])).toEqual([
      expect.stringContaining('"claude-opus-4-5" in direct.models'),
      expect.stringContaining('"claude-opus-4-5" in relay.models'),
    ]);
  });

  test.each([
    [{ "*": { input: 0.000_000_1, output: 1 } }, /six digits/],
    [{ "*": { input: -1, output: 1 } }, /input/],
    [{ "*": { input: 1 } }, /output/],
    [{ "a*b": { input: 1, output: 1 } }, /beginning of one/],
  ])("U5 that holds what cannot be is refused: %j", (models, why) => {
    expect(JSON.stringify(priceFile.safeParse(side(models)).error?.issues)).toMatch(why);
  });
});

test("X3 a model's name is no formula for a spreadsheet", () => {
  expect(csv([["=HYPERLINK(1)", "-5", 'a"b,c', "1e3"]])).toBe(`'=HYPERLINK(1),-5,"a""b,c",1e3\n`);
  const row = { ...noCounts, ...of, model: "=1+1", day: "2026-11-11", attempts: 1, inputTokens: 1 };
  expect(reportCsv(costReport(november, [row], shipped(), ["model"]))).toBe(
    "model,attempts,aborted,failed,estimated,inputTokens,outputTokens,cacheReadTokens,cacheWriteTokens,direct,relay\n" +
      "'=1+1,1,0,0,0,1,0,0,0,0.00001,0.0000035\n",
  );
});
