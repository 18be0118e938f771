import { expect, test } from "vitest";
import { nextLimit } from "../../src/domain/first-text-limit.ts";
import { noVitals } from "../../src/domain/health.ts";

const bounds = { most: 1_000, least: 50 };
const second = (firstTextMs: number, more = {}) => ({
  ...noVitals,
  attempts: 100,
  firstTextMs: 100 * firstTextMs,
  expectedMs: 100 * 400,
  ...more,
});
const next = (limit: number, starting: number, seen = second(400)) => nextLimit(limit, seen, starting, bounds, 0.05);

test("A10 the limit grows by a quarter while it is what holds others up, and no further than it may", () => {
  expect([next(400, 400), next(400, 200), next(900, 900)]).toEqual([500, 500, 1_000]);
});

test("A10 a limit that nobody reaches does not grow", () => {
  expect(next(400, 199)).toBe(400);
});

test("A10 while first texts take much longer the limit falls, from what is really waiting, and never too far", () => {
  expect(next(1_000, 300, second(1_600))).toBeLessThan(170);
  expect(next(1_000, 1_000, second(1_000))).toBeGreaterThan(750);
  expect(next(60, 60, second(60_000))).toBe(50);
});

test("A10 while attempts fail the limit falls though those that succeed are quick", () => {
  expect(next(500, 500, second(400, { failed: 10 }))).toBeLessThan(410);
  expect(next(500, 500, second(400, { failed: 4 }))).toBe(625);
});

test("A10 a second with few attempts says nothing", () => {
  expect(next(500, 500, { ...noVitals, attempts: 9, firstTextMs: 90_000, expectedMs: 9 })).toBe(500);
});
