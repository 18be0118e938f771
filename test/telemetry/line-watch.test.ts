import { expect, test } from "vitest";
import type { ClassLine, Round } from "../../src/domain/line.ts";
import { LineWatch } from "../../src/telemetry/line-watch.ts";

let now = 0;
const empty: ClassLine = { head: 1, next: 1, served: 0, before: [] };

function round(guest: Partial<ClassLine>, change: Partial<Round> = {}): Round {
  const lines = { vip: empty, member: empty, guest: { ...empty, ...guest } };
  const rest = { granted: [], queued: [], left: [], leftSeen: 0, pausedMs: {}, life: "one", waiting: 0 } as const;
  return { ...rest, lines, starting: 3, tier: "high", ...change };
}

function open(): LineWatch {
  now = 0;
  return new LineWatch(() => now);
}

test("A6 those who wait are counted without those who left, and with those who stand before all others", () => {
  const watch = open();
  watch.round(round({ head: 1, next: 11 }));
  expect([watch.waiting("guest"), watch.waiting("vip"), watch.starting]).toEqual([10, 0, 3]);
  watch.round(
    round(
      { head: 3, next: 11, before: [1] },
      {
        left: [
          { class: "guest", ticket: 5 },
          { class: "vip", ticket: 6 },
        ],
      },
    ),
  );
  expect(watch.waiting("guest")).toBe(8);
  watch.round(round({ head: 11, next: 11 }));
  expect(watch.waiting("guest")).toBe(0);
});

test("the head of the line has waited since its ticket was given", () => {
  const watch = open();
  watch.round(round({}));
  now = 10_000;
  watch.round(round({ next: 5 }));
  now = 20_000;
  watch.round(round({ next: 9 }));
  now = 30_000;
  expect(watch.oldestWaitMs("guest")).toBe(20_000);
  watch.round(round({ head: 5, next: 9 }));
  expect(watch.oldestWaitMs("guest")).toBe(10_000);
  watch.round(round({ head: 9, next: 9 }));
  expect([watch.oldestWaitMs("guest"), watch.oldestWaitMs("vip")]).toEqual([0, 0]);
});

test("a line that goes on behind a lost one is the same: who has waited in that one goes on waiting", () => {
  const watch = open();
  watch.round(round({ next: 11 }, { left: [{ class: "guest", ticket: 4 }] }));
  now = 5_000;
  watch.round(round({ next: 12 }, { life: "two" }));
  expect([watch.waiting("guest"), watch.oldestWaitMs("guest")]).toEqual([10, 5_000]);
});

test("a line that begins anew is another one, and a long night takes no memory", () => {
  const watch = open();
  watch.round(round({ next: 100 }));
  now = 5_000;
  watch.round(round({ next: 3 }, { life: "two" }));
  now = 6_000;
  expect([watch.waiting("guest"), watch.oldestWaitMs("guest")]).toEqual([2, 1_000]);
  for (let at = 1; at <= 10_000; at++) {
    now += 1_000;
    watch.round(round({ next: 3 + at }, { life: "two" }));
  }
  expect(watch.waiting("guest")).toBe(10_002);
  expect(watch.oldestWaitMs("guest")).toBeLessThanOrEqual(3_600_000);
});
