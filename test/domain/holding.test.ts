import { beforeEach, expect, test } from "vitest";
import type { Order } from "../../src/domain/line.ts";
import { noOrders, type Orders, ordered } from "../../src/domain/orders.ts";
import { Steward } from "../../src/domain/steward.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { Bridge, main, settled } from "./relay-weather.ts";

const slow = () => ({ afterMs: 3_000 });
const quick = () => ({ afterMs: 40 });

test("A9 a tier that is held stays, whatever the relay does, and is the automatic one again when it is let go", async () => {
  const bridge = new Bridge();
  await bridge.pass(2, 100);
  bridge.held = "medium";
  bridge.helm.insist();
  expect([bridge.tier, bridge.helm.reason]).toEqual(["medium", "operator"]);
  bridge.relay.weather = slow;
  await bridge.pass(10, 100);
  bridge.relay.weather = quick;
  await bridge.pass(40, 100);
  expect(bridge.moves.map(({ tier }) => tier)).toEqual(["medium"]);
  bridge.relay.weather = slow;
  await bridge.pass(10, 100);
  bridge.held = null;
  bridge.helm.insist();
  expect([bridge.tier, bridge.helm.reason]).toEqual(["degraded", "relay"]);
});

test("A9 a tier that is held is told to a line that begins anew", async () => {
  const bridge = new Bridge();
  await bridge.pass(2, 100);
  bridge.held = "degraded";
  bridge.helm.insist();
  [bridge.tier, bridge.life] = ["high", "two"];
  await bridge.pass(1, 100);
  expect(bridge.tier).toBe("degraded");
});

test("A9 a node that has not heard of it yet does not undo it", async () => {
  const bridge = new Bridge({ models: { [main]: { continues: "prefill", expectedFirstTokenMs: 40 } } });
  await bridge.pass(5, 100);
  // By another node's word.
  bridge.tier = "medium";
  const before = bridge.orders.length;
  // Only the limit of first texts moves.
  bridge.relay.weather = () => ({ afterMs: 400 });
  await bridge.pass(1.4, 200);
  expect(bridge.orders.length).toBeGreaterThan(before);
  expect(bridge.tier).toBe("medium");
});

let clock: VirtualClock;
let steered: Order[];
let drained: boolean[];
let tiers: (string | null)[];
let pausedUntil: number;
let steward: Steward;

beforeEach(() => {
  clock = new VirtualClock();
  [steered, drained, tiers, pausedUntil] = [[], [], [], 0];
  steward = new Steward({
    clock,
    line: {
      steer: async (order) => {
        steered.push(order);
        pausedUntil = clock.elapsed() + (order.pause?.ms ?? 0);
      },
    },
    nodeId: "a",
    guestsPausedMs: () => Math.max(0, pausedUntil - clock.elapsed()),
    tierOrdered: () => tiers.push(steward.tier),
    drained: (isDrained) => drained.push(isDrained),
    onFault: (fault) => {
      throw fault;
    },
  });
});

const given = () => ({ by: "Mei", at: clock.now() });

async function obey(orders: Orders, seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at++) {
    steward.obey(orders);
    await settled();
    clock.advance(1_000);
  }
}

test("A10 guests pause without a gap for as long as they were told to, and go on within five seconds of being let go", async () => {
  const paused = ordered(noOrders, { kind: "guests", minutes: 1 }, given());
  const gaps: number[] = [];
  for (let second = 0; second < 58; second++) {
    await obey(paused, 1);
    if (pausedUntil <= clock.elapsed()) gaps.push(second);
  }
  expect(gaps).toEqual([]);
  expect(steered.length).toBeLessThanOrEqual(30);
  expect(steered.every(({ pause }) => pause?.keepsStarts && pause.classes.join() === "guest")).toBe(true);
  expect(steward.pausesGuests).toBe(true);
  const released = ordered(paused, { kind: "guests", minutes: null }, given());
  await obey(released, 1);
  expect([steward.pausesGuests, pausedUntil - clock.elapsed() <= 5_000]).toEqual([false, true]);
  const before = steered.length;
  await obey(released, 10);
  expect(steered.length).toBe(before);
});

test("A10 a pause ends when its time is over, though nobody lets it go", async () => {
  const paused = ordered(noOrders, { kind: "guests", minutes: 1 }, given());
  const endsAt = clock.elapsed() + 60_000;
  await obey(paused, 70);
  expect(pausedUntil).toBeLessThanOrEqual(endsAt);
  expect(steward.pausesGuests).toBe(false);
});

test("what is ordered of this node is carried out once, and undone once", async () => {
  const out = ordered(noOrders, { kind: "node", nodeId: "a", name: "a:1", active: true }, given());
  const held = ordered(out, { kind: "tier", tier: "medium" }, given());
  await obey(out, 3);
  await obey(held, 3);
  expect(steward.isDrained).toBe(true);
  await obey(noOrders, 3);
  await obey(ordered(noOrders, { kind: "node", nodeId: "b", name: "b:1", active: true }, given()), 3);
  expect([drained, tiers]).toEqual([
    [true, false],
    ["medium", null],
  ]);
});
