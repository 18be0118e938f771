import { expect, test } from "vitest";
import { earlyPercent } from "../src/garbage.ts";
import { openChild } from "./support/child.ts";

test("a node's heap is looked through early while it is calm, and left alone in a rush", async () => {
  await using node = await openChild("heap.child.ts");
  const marked = (busyMs: number, megabytes: number) => node.ask<number>({ megabytes, busyMs, beforeMs: 1_500 });
  expect(await marked(0, 60)).toBeGreaterThanOrEqual(2);
  expect(await marked(9, 60)).toBe(0);
  expect(await marked(0, 120)).toBeGreaterThanOrEqual(1);
});

const megabyte = 2 ** 20;

test.each([
  { share: 0.1, used: 50, most: 4_000, percent: 15 },
  { share: 0.1, used: 300, most: 4_000, percent: 40 },
  { share: 0.1, used: 500, most: 4_000, percent: 65 },
  { share: 0.1, used: 900, most: 2_000, percent: 50 },
  { share: 0.1, used: 1_500, most: 8_000, percent: 80 },
  { share: 0.6, used: 50, most: 4_000, percent: 0 },
  { share: 0.1, used: 2_500, most: 4_000, percent: 0 },
])(
  "a node that is busy for $share of its time, with $used MB of $most in use, marks its heap when $percent % of its room is used",
  ({ share, used, most, percent }) => {
    expect(earlyPercent(share, used * megabyte, most * megabyte)).toBe(percent);
  },
);
