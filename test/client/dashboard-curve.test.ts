import { expect, test } from "vitest";
import { byMinute, height, pathOf, pointsOf, roundAbove, spanMs, width } from "../../client/dashboard/curve.ts";
import { readHistory, withSample } from "../../client/dashboard/feed/history.ts";
import { formatsOf } from "../../client/dashboard/format.ts";
import type { Sample } from "../../src/contract/service.ts";

const now = 9_999_000;

test("a curve has the peak of each few seconds, so that no spike is lost, and nothing that is older than it shows", () => {
  const at = [now - spanMs - 1, now - 5_999, now - 4_999, now - 3_999, now];
  expect(pointsOf(at, [9, 1, 7, 2, 3], now).map(({ value }) => value)).toEqual([7, 3]);
});

test("a curve is broken where nothing is known, and begins at the right place", () => {
  const points = [
    { at: now - spanMs, value: 0 },
    { at: now - spanMs / 2, value: 10 },
    { at: now - spanMs / 2 + 3_000, value: 5 },
  ];
  const right = (width * (1 - (spanMs / 2 - 3_000) / spanMs)).toFixed(1);
  expect(pathOf(points, 10, now)).toBe(`M0.0 ${height}.0M${width / 2}.0 0.0L${right} ${height / 2}.0`);
  expect(pathOf([], 10, now)).toBe("");
});

test.each([
  [0, 1],
  [0.3, 0.5],
  [1, 1],
  [11, 20],
  [201, 500],
  [999, 1_000],
])("the scale of %d reaches to %d", (value, top) => {
  expect(roundAbove(value)).toBeCloseTo(top);
});

test("the table tells the last value of each minute, and nothing where nothing is known", () => {
  const at = [now - 120_500, now - 61_000, now - 60_500, now - 400];
  expect(byMinute(at, [1, 2, 3, 4], now).slice(0, 4)).toEqual([4, 3, 1, null]);
  expect(byMinute([now - 150_000], [5], now).slice(0, 4)).toEqual([null, null, 5, null]);
});

const sample = (at: number, waiting: number): Sample => ({
  ...{ at, waiting, openAnswers: 0, starts: 0, shed: 0, p50Ms: null, p90Ms: null, p99Ms: null },
  ...{ outputTokens: 0, costPerMinute: 0 },
});

test("X3 a history takes each second once, in order, and forgets what is older than a quarter of an hour", () => {
  let history = readHistory({ at: [1], waiting: ["?"] });
  if (history === null) throw new Error("it has a time");
  expect(history.waiting).toEqual([null]);
  history = withSample(history, sample(2, 5));
  expect(withSample(history, sample(2, 6))).toBe(history);
  expect(withSample(history, null as never)).toBe(history);
  for (let at = 3; at < 1_000; at++) history = withSample(history, sample(at, at));
  expect([history.at.length, history.waiting.at(-1), history.p99Ms.at(-1)]).toEqual([900, 999, null]);
  expect(readHistory({ waiting: [] })).toBeNull();
});

test("figures are short, in the reader's language, and unknown ones are no zeros", () => {
  const { latency, span, money, rate } = formatsOf("en");
  expect([latency(null), latency(320.4), latency(1_240)]).toEqual(["–", "320\u00a0ms", "1.24\u00a0s"]);
  const spans = [999, 31_900, 60_000, 96_000, 7_260_000, 90_000_000].map((ms) => span(ms).replaceAll("\u00a0", " "));
  expect(spans).toEqual(["0 s", "31 s", "1 min", "1 min 36 s", "2 h 1 min", "1 d 1 h"]);
  expect([rate(0), rate(1.25), rate(1_234)]).toEqual(["0", "1.3", "1,234"]);
  expect([money(12, "CNY"), money(0.0042, "USD"), money(1, "x")]).toEqual(["¥12.00", "$0.0042", "x 1"]);
  expect(formatsOf("zh-CN").span(65_000)).toBe("1\u00a0分钟 5\u00a0秒");
});
