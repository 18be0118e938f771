import { expect, test } from "vitest";
import { restMs } from "../../src/domain/relay-limits.ts";

const requests = (remaining: number, resetMs: number, limit = 1_000) =>
  ({ kind: "requests", limit, remaining, resetMs }) as const;

test("A10 while the relay's limits leave enough nothing is held up", () => {
  expect(restMs([])).toBe(0);
  expect(restMs([requests(50, 57_000)])).toBe(0);
});

test("A10 when little is left nothing is begun until a tenth has grown back", () => {
  // A thousand a minute: sixty milliseconds for each.
  expect(restMs([requests(40, 57_600)])).toBe(60 * 60);
  expect(restMs([requests(0, 6_000)])).toBe(600);
});

test("A10 the limit that leaves least counts, and no rest is longer than five seconds", () => {
  expect(restMs([requests(500, 30_000), requests(0, 6_000), requests(10, 6_000)])).toBe(600);
  expect(restMs([requests(0, 3_600_000)])).toBe(5_000);
  expect(restMs([requests(0, 0)])).toBe(1);
});
