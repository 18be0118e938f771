import { expect, test } from "vitest";
import { longestPaceMs } from "../../src/domain/audience.ts";
import { EventLoopLoad, paceMs } from "../../src/telemetry/load.ts";
import { until } from "../support/until.ts";

test("S1 frames are as far apart as the node is busy, and never further than the longest pace", () => {
  expect([0, 0.14, 0.15, 0.2, 0.3, 0.4, 0.7, 1].map(paceMs)).toEqual([8, 8, 40, 52, 76, 100, 100, 100]);
  for (let share = 0; share <= 1; share += 0.01) expect(paceMs(share)).toBeLessThanOrEqual(longestPaceMs);
});

test("S1 the load is what the event loop was busy lately", async () => {
  using load = new EventLoopLoad();
  expect(load.share).toBe(0);
  const spin = setInterval(() => {
    for (const from = performance.now(); performance.now() - from < 9; );
  }, 10);
  await until("it is known to be busy", () => load.share > 0.4);
  clearInterval(spin);
  await until("it is known to be quiet", () => load.share < 0.3);
});
