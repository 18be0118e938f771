import { expect, test } from "vitest";
import { scenarios } from "./scenarios.ts";
import { arrivals } from "./schedule.ts";

test("arrivals come as the phases say: evenly, then rising", () => {
  const times = arrivals([
    { seconds: 1, from: 10, to: 10 },
    { seconds: 2, from: 10, to: 30 },
  ]);
  expect(times.length).toBe(50);
  expect(times.filter((ms) => ms < 1_000).length).toBe(10);
  expect(times.filter((ms) => ms >= 1_000 && ms < 2_000).length).toBe(15);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("the whole night is 112,800 questions, and 8,000 in its busiest second", () => {
  const { phases, sockets } = scenarios.night.plan({ scale: 1 });
  const times = arrivals(phases);
  const seconds = Map.groupBy(times, (ms) => Math.floor(ms / 1_000));
  expect(times.length).toBe(112_800);
  expect(Math.max(...[...seconds.values()].map((each) => each.length))).toBe(8_000);
  expect(sockets).toBe(50_000);
});
