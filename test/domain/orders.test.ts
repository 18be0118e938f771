import { expect, test } from "vitest";
import { isPaused, noOrders, ordered, withoutGone } from "../../src/domain/orders.ts";

const mei = { by: "Mei", at: 1_000 };
const li = { by: "Li", at: 2_000 };

test("a tier is held under the name of whoever holds it, until somebody lets it go", () => {
  const held = ordered(noOrders, { kind: "tier", tier: "medium" }, mei);
  expect(held).toMatchObject({ revision: 1, tier: { tier: "medium", ...mei } });
  const released = ordered(held, { kind: "tier", tier: null }, li);
  expect(released).toMatchObject({ revision: 2, tier: null });
  expect(released.audit).toEqual([
    { at: 2_000, by: "Li", what: "tier-released", about: "medium" },
    { at: 1_000, by: "Mei", what: "tier-held", about: "medium" },
  ]);
});

test("what changes nothing is no deed", () => {
  expect(ordered(noOrders, { kind: "tier", tier: null }, mei)).toBe(noOrders);
  expect(ordered(noOrders, { kind: "guests", minutes: null }, mei)).toBe(noOrders);
  const node = { kind: "node", nodeId: "a", name: "a:1" } as const;
  expect(ordered(noOrders, { ...node, active: false }, mei)).toBe(noOrders);
  const drained = ordered(noOrders, { ...node, active: true }, mei);
  expect(ordered(drained, { ...node, active: true }, li)).toBe(drained);
});

test("guests pause for so many minutes, and a later word takes the place of the one before", () => {
  const paused = ordered(noOrders, { kind: "guests", minutes: 10 }, mei);
  expect([isPaused(paused, 600_999), isPaused(paused, 601_000)]).toEqual([true, false]);
  const shorter = ordered(paused, { kind: "guests", minutes: 1 }, li);
  expect(isPaused(shorter, 62_000)).toBe(false);
  expect(ordered(paused, { kind: "guests", minutes: null }, { by: "Li", at: 700_000 })).toBe(paused);
});

test("the audit is bounded, and orders for nodes that are no more are dropped", () => {
  let orders = noOrders;
  for (let at = 0; at < 60; at++)
    orders = ordered(orders, { kind: "node", nodeId: `n${at}`, name: `n${at}`, active: true }, mei);
  expect([orders.audit.length, orders.audit[0]?.about]).toEqual([50, "n59"]);
  expect(Object.keys(withoutGone(orders, new Set(["n3", "other"])).drained)).toEqual(["n3"]);
});
