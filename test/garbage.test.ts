import { expect, test } from "vitest";
import { openChild } from "./support/child.ts";

test("a node's heap is looked through early while it is calm, and left alone in a rush", async () => {
  await using node = await openChild("heap.child.ts");
  const marked = (busyMs: number, megabytes: number) => node.ask<number>({ megabytes, busyMs, beforeMs: 1_500 });
  expect(await marked(0, 60)).toBeGreaterThanOrEqual(3);
  expect(await marked(9, 60)).toBe(0);
  expect(await marked(0, 120)).toBeGreaterThanOrEqual(1);
});
