import fc from "fast-check";
import { expect, test } from "vitest";
import { msOf, stepOf } from "../../src/domain/health.ts";
import { quantileMs } from "../../src/domain/quantiles.ts";
import { Tally } from "../../src/domain/tally.ts";
import { counted } from "./figures.ts";

const nodes = (...all: [string, ReturnType<typeof counted>][]) => new Map(all);

test("what nodes count between two looks adds up, and a rate is that of all of them", () => {
  const tally = new Tally();
  tally.note(0, nodes(["a", counted({ starts: 100 })], ["b", counted({ starts: 7 })]));
  tally.note(1_000, nodes(["a", counted({ starts: 130 })], ["b", counted({ starts: 17 })]));
  tally.note(2_000, nodes(["a", counted({ starts: 130 })], ["b", counted({ starts: 37 })]));
  expect(tally.over(5_000)).toMatchObject({ seconds: 2, totals: { starts: 60 } });
  expect(tally.over(1_000)).toMatchObject({ seconds: 1, totals: { starts: 20 } });
});

test("a node that comes, goes or begins anew makes no jump", () => {
  const tally = new Tally();
  tally.note(0, nodes(["a", counted({ starts: 10 })]));
  tally.note(1_000, nodes(["a", counted({ starts: 11 })], ["b", counted({ starts: 5_000 })]));
  tally.note(2_000, nodes(["b", counted({ starts: 5_001 })]));
  tally.note(3_000, nodes(["a", counted({ starts: 900 })], ["b", counted({ starts: 2 })]));
  expect(tally.over(60_000).totals.starts).toBe(2);
});

test("a look that came late counts for as long as it took", () => {
  const tally = new Tally();
  tally.note(0, nodes(["a", counted()]));
  tally.note(4_000, nodes(["a", counted({ starts: 40 })]));
  expect(tally.over(1_000)).toMatchObject({ seconds: 4, totals: { starts: 40 } });
});

test("what is older than was asked for is left out, and nothing is kept for longer than a minute", () => {
  const tally = new Tally();
  for (let second = 0; second <= 100; second++)
    tally.note(second * 1_000, nodes(["a", counted({ starts: second }, { complete: second })]));
  expect(tally.over(5_000).totals.starts).toBe(5);
  expect(tally.over(1_000_000)).toMatchObject({ seconds: 60, totals: { starts: 60 }, attempts: { complete: 60 } });
});

test("a quantile is that of all nodes together, which is none of their own", () => {
  const tally = new Tally();
  tally.note(0, nodes(["a", counted()], ["b", counted()]));
  const quick = { [stepOf(100)]: 90 };
  const slow = { [stepOf(5_000)]: 10 };
  tally.note(1_000, nodes(["a", counted({}, {}, quick)], ["b", counted({}, {}, slow)]));
  const { firstTokens } = tally.over(30_000);
  expect(quantileMs(firstTokens, 0.5)).toBe(msOf(stepOf(100)));
  expect(quantileMs(firstTokens, 0.9)).toBe(msOf(stepOf(100)));
  expect(quantileMs(firstTokens, 0.99)).toBe(msOf(stepOf(5_000)));
  expect(quantileMs({}, 0.5)).toBeNull();
});

test("a quantile of counts is within a twentieth of the exact one", () => {
  const times = fc.array(fc.integer({ min: 1, max: 120_000 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(times, fc.constantFrom(0.5, 0.9, 0.99), (all, share) => {
      const counts: Record<number, number> = {};
      for (const ms of all) counts[stepOf(ms)] = (counts[stepOf(ms)] ?? 0) + 1;
      const exact = all.toSorted((one, other) => one - other)[Math.ceil(share * all.length) - 1] ?? 0;
      expect(Math.abs((quantileMs(counts, share) ?? 0) - exact)).toBeLessThanOrEqual(0.05 * exact + 1);
    }),
    { numRuns: 100 },
  );
});
