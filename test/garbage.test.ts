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

test.each([
  { share: 0.1, used: 0.1, early: true },
  { share: 0.6, used: 0.1, early: false },
  { share: 0.1, used: 0.6, early: false },
])(
  "a node that is busy for $share of its time, with $used of its heap's limit in use: $early",
  ({ share, used, early }) => {
    expect(earlyPercent(share, used) > 0).toBe(early);
  },
);
