import { expect, test } from "vitest";
import { mergedTroubles, Troubles } from "../../src/domain/troubles.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const minuteMs = 60_000;

function opened() {
  const clock = new VirtualClock();
  const troubles = new Troubles(clock);
  return { clock, troubles, seen: () => mergedTroubles(troubles.told, 1_000_000_000) };
}

test("the same again is counted, with when it was first and last; another model is another line", () => {
  const { clock, troubles, seen } = opened();
  troubles.note("rate-limit", "sonnet");
  clock.advance(2_000);
  troubles.note("rate-limit", "sonnet");
  troubles.note("rate-limit", "haiku");
  clock.advance(1_000);
  const at = 1_000_000_000;
  expect(seen()).toEqual([
    { code: "rate-limit", about: "sonnet", count: 2, firstAt: at - 3_000, lastAt: at - 1_000, isNow: true },
    { code: "rate-limit", about: "haiku", count: 1, firstAt: at - 1_000, lastAt: at - 1_000, isNow: true },
  ]);
});

test("what is over is told as over, begins anew after five minutes, and is forgotten after a quarter of an hour", () => {
  const { clock, troubles, seen } = opened();
  troubles.note("bad-key");
  troubles.note("bad-key");
  clock.advance(10_000);
  expect(seen()).toMatchObject([{ count: 2, isNow: false }]);
  clock.advance(5 * minuteMs);
  troubles.note("bad-key");
  expect(seen()).toMatchObject([{ count: 1, isNow: true }]);
  clock.advance(15 * minuteMs + 1);
  expect(seen()).toEqual([]);
});

test("what lasts counts once for as long as it lasts", () => {
  const { clock, troubles, seen } = opened();
  for (let second = 0; second < 20; second++) {
    troubles.lasts("redis-away");
    clock.advance(1_000);
  }
  expect(seen()).toMatchObject([{ code: "redis-away", count: 1, isNow: true }]);
  clock.advance(10_000);
  troubles.lasts("redis-away");
  expect(seen()).toMatchObject([{ count: 2 }]);
});

test("A9 late first texts are a trouble where they are more than one in ten, and name the model", () => {
  const { clock, troubles, seen } = opened();
  troubles.late("sonnet");
  troubles.judged({ attempts: 100, late: 10 });
  expect(seen()).toEqual([]);
  troubles.judged({ attempts: 1, late: 1 });
  expect(seen()).toMatchObject([{ code: "slow", about: "sonnet", count: 1, isNow: true }]);
  clock.advance(6_000);
  troubles.judged({ attempts: 20, late: 10 });
  expect(seen()[0]?.count).toBe(1);
});

test("what nodes tell of the same is one line: sums of what each met, and once what all of them see", () => {
  const told = { about: "", firstMs: 9_000, lastMs: 1_000 };
  const merged = mergedTroubles(
    [
      { ...told, code: "overloaded", count: 3 },
      { ...told, code: "overloaded", count: 4, firstMs: 30_000, lastMs: 20_000 },
      { ...told, code: "node-lost", about: "b:1", count: 1 },
      { ...told, code: "node-lost", about: "b:1", count: 1 },
    ],
    100_000,
  );
  expect(merged).toEqual([
    { code: "overloaded", about: "", count: 7, firstAt: 70_000, lastAt: 99_000, isNow: true },
    { code: "node-lost", about: "b:1", count: 1, firstAt: 91_000, lastAt: 99_000, isNow: true },
  ]);
});

test("X3 however many kinds there are, thirty are kept: the latest; and no name is longer than a hundred letters", () => {
  const { troubles } = opened();
  for (let at = 0; at < 100; at++) troubles.note("flood", `${at} ${"x".repeat(500)}`);
  expect(troubles.told).toHaveLength(30);
  expect(troubles.told[0]?.about.startsWith("70 ")).toBe(true);
  expect(troubles.told[0]?.about).toHaveLength(100);
});
