import { beforeEach, expect, test } from "vitest";
import { defaultModels } from "../../src/domain/models.ts";
import type { RelayRequest } from "../../src/domain/relay.ts";
import { Bridge, main, settled, small, type Weather } from "./relay-weather.ts";

let bridge: Bridge;
let seed: number;

beforeEach(() => {
  bridge = new Bridge();
  seed = 1;
});

/** Numbers from 0 to below 1, the same in every run. */
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

/** Around `typicalMs`, with the long tail that relays have. */
const around = (typicalMs: number) => (): Weather => ({ afterMs: typicalMs * (0.8 + random() * 0.5) });

const failing = (share: number, failure: NonNullable<Weather["failure"]>) => (): Weather =>
  random() < share ? { afterMs: 20, failure } : { afterMs: 40 };

/** Milliseconds from `fromMs` until the tier moved to `tier`. */
function movedAfter(fromMs: number, tier: string): number {
  return (bridge.moves.find((move) => move.tier === tier && move.atMs >= fromMs)?.atMs ?? Number.NaN) - fromMs;
}

test.each([
  ["a fast relay", 42, 1_200],
  ["a model with a usual first token", 600, 2_000],
  ["a slow model", 1_800, 3_000],
])(
  "A9 the tier falls within two and a half seconds of %s turning slow, and is back within fifteen of its recovery",
  async (_, usualMs, slowMs) => {
    bridge.relay.weather = around(usualMs);
    await bridge.pass(30, 200);
    expect(bridge.moves).toEqual([]);
    const slowAt = bridge.clock.elapsed();
    bridge.relay.weather = around(usualMs + slowMs);
    await bridge.pass(8, 200);
    const fellAfter = movedAfter(slowAt, "medium");
    console.log(`A9: ${usualMs} ms turning ${usualMs + slowMs}: fell after ${fellAfter} ms`);
    // What is late can be known no sooner than it is late.
    expect(fellAfter).toBeLessThanOrEqual(Math.max(2_500, usualMs * 1.3 + 500 + 1_500));
    expect(bridge.tier).toBe("degraded");
    const wellAt = bridge.clock.elapsed();
    bridge.relay.weather = around(usualMs);
    await bridge.pass(30, 100);
    console.log(
      `A9: medium again after ${movedAfter(wellAt, "medium")} ms, high after ${movedAfter(wellAt, "high")} ms`,
    );
    expect(movedAfter(wellAt, "high")).toBeLessThanOrEqual(15_000 + slowMs + usualMs);
    expect(bridge.tier).toBe("high");
  },
);

test("A9 a relay that does not answer at all is noticed before any attempt has timed out, and the tier falls to the lowest", async () => {
  await bridge.pass(20, 200);
  const from = bridge.clock.elapsed();
  bridge.relay.weather = () => ({ afterMs: 5_000, failure: "slow-start" });
  await bridge.pass(5, 200);
  expect(movedAfter(from, "medium")).toBeLessThanOrEqual(2_500);
  expect(movedAfter(from, "degraded")).toBeLessThanOrEqual(4_500);
});

test.each(["rate-limit", "overloaded", "slow-start", "server-error", "unreachable"] as const)(
  "A9 the tier falls when one attempt in ten fails by %s, and to the lowest at once when most do",
  async (failure) => {
    await bridge.pass(5, 200);
    bridge.relay.weather = failing(0.1, failure);
    const from = bridge.clock.elapsed();
    await bridge.pass(3, 200);
    expect(movedAfter(from, "medium")).toBeLessThanOrEqual(2_500);
    bridge.relay.weather = failing(0.8, failure);
    await bridge.pass(1.5, 200);
    expect(bridge.tier).toBe("degraded");
  },
);

test.each(["bad-key", "spend-limit", "bad-request", "declined", "cut"] as const)(
  "A9 failures by %s are no sign of want of capacity: the tier holds",
  async (failure) => {
    bridge.relay.weather = failing(0.9, failure);
    await bridge.pass(30, 200);
    expect(bridge.moves).toEqual([]);
  },
);

test("A9 a hiccup of half a second moves nothing, however often it comes", async () => {
  await bridge.pass(10, 200);
  for (let at = 0; at < 5; at++) {
    bridge.relay.weather = () => ({ afterMs: 700 });
    await bridge.pass(0.5, 200);
    bridge.relay.weather = () => ({ afterMs: 40 });
    await bridge.pass(10, 200);
  }
  expect(bridge.moves).toEqual([]);
});

test("A9 between good and bad the tier holds, up and down", async () => {
  await bridge.pass(30, 200);
  bridge.relay.weather = around(40 + 330);
  await bridge.pass(60, 200);
  expect(bridge.moves).toEqual([]);
  bridge.relay.weather = around(2_000);
  await bridge.pass(6, 200);
  const { length } = bridge.moves;
  expect(length).toBeGreaterThan(0);
  bridge.relay.weather = around(40 + 330);
  await bridge.pass(3, 200);
  const now = bridge.tier;
  await bridge.pass(60, 200);
  expect(bridge.tier).toBe(now);
});

test("A9 with few attempts the tier holds, and after a quiet minute it rises", async () => {
  await bridge.pass(5, 200);
  bridge.relay.weather = around(3_000);
  await bridge.pass(8, 200);
  expect(bridge.tier).toBe("degraded");
  bridge.relay.weather = around(40);
  await bridge.pass(40, 1);
  expect(bridge.tier).toBe("degraded");
  await bridge.pass(160, 1);
  expect(bridge.tier).toBe("high");
});

test.each([
  [20, 4_000],
  [10, 6_000],
  [3, 12_000],
])("A9 with %i attempts a second the tier falls and rises too, only later", async (perSecond, mostMs) => {
  await bridge.pass(40, perSecond);
  const from = bridge.clock.elapsed();
  bridge.relay.weather = around(2_000);
  await bridge.pass(20, perSecond);
  console.log(`A9: ${perSecond} attempts a second: fell after ${movedAfter(from, "medium")} ms`);
  expect(movedAfter(from, "medium")).toBeLessThanOrEqual(mostMs);
  bridge.relay.weather = around(40);
  await bridge.pass(60, perSecond);
  expect(bridge.tier).toBe("high");
});

test("A9 a quiet minute that was too hopeful is waited for longer the next time", async () => {
  await bridge.pass(30, 10);
  // Hardly anybody asks while answers are short, and more do as soon as they are not.
  bridge.relay.weather = () => ({ afterMs: bridge.tier === "degraded" ? 40 : 3_000 });
  for (let second = 0; second < 3_600; second++) await bridge.pass(1, bridge.tier === "degraded" ? 1 : 10);
  console.log(`A9: ${bridge.moves.length} changes in an hour of hopeful minutes`);
  expect(bridge.moves.length).toBeGreaterThan(4);
  expect(bridge.moves.length).toBeLessThanOrEqual(40);
});

test("A12 A10 another line is told the tier, the limit and what is left of a pause", async () => {
  await bridge.pass(5, 200);
  bridge.relay.weather = refusing(main, 2_000);
  void bridge.ask();
  bridge.clock.advance(5);
  await settled();
  const { length } = bridge.orders;
  bridge.life = "another";
  bridge.clock.advance(1_000);
  await settled();
  const told = bridge.orders.slice(length);
  expect(told).toContainEqual({ tier: "high", starting: 5_000 });
  const again = told.flatMap(({ pause }) => pause ?? [])[0];
  expect(again?.classes).toEqual(["vip", "member", "guest"]);
  expect(again?.ms).toBeGreaterThan(900);
  expect(again?.ms).toBeLessThanOrEqual(2_000);
});

test("A9 while the few attempts fail, a quiet minute raises nothing", async () => {
  await bridge.pass(5, 200);
  bridge.relay.weather = () => ({ afterMs: 5_000, failure: "slow-start" });
  await bridge.pass(8, 200);
  await bridge.pass(180, 2);
  expect(bridge.tier).toBe("degraded");
});

test("A9 under noise the tier changes at most once a minute, and ever more seldom", async () => {
  let second = 0;
  let isSlow = false;
  bridge.relay.weather = () => {
    const now = Math.floor(bridge.clock.elapsed() / 1_000);
    if (now !== second) isSlow = random() < 0.35;
    second = now;
    return { afterMs: isSlow ? 900 : 40 };
  };
  await bridge.pass(1_200, 50);
  console.log(`A9: ${bridge.moves.length} changes in 20 minutes of noise`);
  expect(bridge.moves.length).toBeLessThanOrEqual(20);
  // A relay that carries only what the lower tier sends it: each rise brings it down.
  bridge = new Bridge();
  await bridge.pass(60, 50);
  bridge.relay.weather = () => ({ afterMs: bridge.tier === "high" ? 900 : 40 });
  await bridge.pass(1_200, 50);
  console.log(`A9: ${bridge.moves.length} changes in 20 minutes with a relay that cannot carry the highest tier`);
  expect(bridge.moves.length).toBeGreaterThan(2);
  expect(bridge.moves.length).toBeLessThanOrEqual(20);
});

test("A9 what is usual is learned: a relay that was slow from the start is no slow relay", async () => {
  bridge.relay.weather = around(2_500);
  await bridge.pass(60, 50);
  expect(bridge.moves.filter(({ atMs }) => atMs > 10_000)).toEqual([]);
  expect(bridge.tier).toBe("high");
  expect(bridge.helm.expectedMs(main)).toBeGreaterThan(1_900);
  bridge.relay.weather = around(300);
  await bridge.pass(90, 50);
  expect(bridge.helm.expectedMs(main)).toBeLessThan(420);
});

test("A9 what is usual rises only after ten minutes, so a relay that turns slow is not soon taken for a slow one", async () => {
  await bridge.pass(60, 30);
  bridge.relay.weather = around(1_500);
  await bridge.pass(500, 30);
  expect(bridge.helm.expectedMs(main)).toBeLessThan(100);
  expect(bridge.tier).toBe("degraded");
  await bridge.pass(240, 30);
  expect(bridge.helm.expectedMs(main)).toBeGreaterThan(1_000);
});

test("A9 a model that is used for the first time while the relay is slow is not taken for a slow model", async () => {
  await bridge.pass(30, 100);
  expect(bridge.helm.expectedMs(small)).toBe(2 * bridge.helm.expectedMs(main));
  bridge.relay.weather = around(1_500);
  await bridge.pass(6, 100);
  for (let at = 0; at < 30; at++) void bridge.ask(small);
  await bridge.pass(6, 100);
  expect(bridge.helm.expectedMs(small)).toBe(2 * bridge.helm.expectedMs(main));
});

test("A9 what a model is expected to take can be set, and is not learned then", async () => {
  const model = {
    ...defaultModels[main],
    continues: "prefill",
    expectedFirstTokenMs: 3_000,
  } as const;
  bridge = new Bridge({ models: { ...defaultModels, [main]: model } });
  bridge.relay.weather = around(2_500);
  await bridge.pass(20, 100);
  expect([bridge.helm.expectedMs(main), bridge.tier]).toEqual([3_000, "high"]);
});

test("A10 fewer may wait for their first text while it takes longer than usual, and more again when it does not", async () => {
  await bridge.pass(20, 200);
  const limits = () => bridge.orders.flatMap(({ starting }) => starting ?? []);
  expect(limits().at(-1)).toBe(5_000);
  bridge.relay.weather = around(3_000);
  bridge.starting = 600;
  await bridge.pass(10, 200);
  expect(limits().at(-1)).toBeLessThan(250);
  expect(limits().at(-1)).toBeGreaterThanOrEqual(200);
  bridge.relay.weather = around(40);
  bridge.starting = 5_000;
  await bridge.pass(40, 200);
  expect(limits().at(-1)).toBe(5_000);
});

test("A10 a limit that nobody reaches does not grow", async () => {
  await bridge.pass(5, 200);
  bridge.relay.weather = around(3_000);
  bridge.starting = 100;
  await bridge.pass(10, 200);
  bridge.relay.weather = around(40);
  bridge.starting = 3;
  const { starting } = bridge.orders.at(-1) ?? {};
  await bridge.pass(20, 200);
  expect(bridge.orders.flatMap((order) => order.starting ?? []).at(-1)).toBe(starting);
});

const refusing =
  (model: string, retryAfterMs?: number) =>
  (request: RelayRequest): Weather =>
    request.model === model
      ? { afterMs: 5, failure: "rate-limit", ...(retryAfterMs !== undefined && { retryAfterMs }) }
      : { afterMs: 40 };

const pauses = () => bridge.orders.flatMap(({ pause }) => pause ?? []);

test("A10 one refusal for want of capacity pauses the classes that the model serves, as long as the relay asks for", async () => {
  bridge.relay.weather = refusing(main, 2_000);
  void bridge.ask();
  bridge.clock.advance(5);
  await settled();
  expect(pauses()).toEqual([{ classes: ["vip", "member", "guest"], ms: 2_000 }]);
  void bridge.ask(small);
  bridge.clock.advance(50);
  await settled();
  expect(pauses()).toHaveLength(1);
});

test("A10 in a lower tier the main model's refusal does not pause those whom the small one serves", async () => {
  bridge.tier = "medium";
  bridge.relay.weather = refusing(main, 2_000);
  void bridge.ask();
  bridge.clock.advance(5);
  await settled();
  expect(pauses()).toEqual([{ classes: ["vip", "member"], ms: 2_000 }]);
});

test("A10 a relay that names no time is given a second, then two, and is passed over for four, and what was under way at the time counts once", async () => {
  bridge.relay.weather = refusing(main);
  const lengths: number[] = [];
  for (let at = 0; at < 3; at++) {
    for (let each = 0; each < 5; each++) void bridge.ask();
    bridge.clock.advance(5);
    await settled();
    lengths.push(pauses().at(-1)?.ms ?? 0);
    expect(pauses()).toHaveLength(at + 1);
    bridge.clock.advance((lengths.at(-1) ?? 0) + 10);
    await settled();
  }
  expect(lengths).toEqual([1_000, 2_000, 250]);
  expect(bridge.helm.serviceOf("vip").chain[0]).toBe(small);
  bridge.clock.advance(60_000);
  await settled();
  void bridge.ask();
  bridge.clock.advance(5);
  await settled();
  expect(pauses().at(-1)?.ms).toBe(1_000);
});

test("A10 a model that is quiet for long is passed over where there is another, and taken up again afterwards", async () => {
  bridge.relay.weather = refusing(main, 20_000);
  void bridge.ask();
  bridge.clock.advance(5);
  await settled();
  expect(bridge.helm.serviceOf("vip").chain).toEqual([small, main]);
  // Only until every node knows.
  expect(pauses()).toEqual([{ classes: ["vip", "member", "guest"], ms: 250 }]);
  bridge.relay.weather = refusing(small, 20_000);
  bridge.tier = "degraded";
  void bridge.ask(small);
  bridge.clock.advance(5);
  await settled();
  // Nothing else is left in that tier.
  expect(pauses().at(-1)).toEqual({ classes: ["vip", "member", "guest"], ms: 20_000 });
  bridge.tier = "high";
  bridge.clock.advance(20_000);
  expect(bridge.helm.serviceOf("vip").chain).toEqual([main, small]);
});

test("A10 another node's word passes a model over here too", async () => {
  await bridge.health.quiet(main, 10_000);
  bridge.clock.advance(1_000);
  await settled();
  expect(bridge.helm.serviceOf("guest").chain).toEqual([small, main]);
});

test("A10 one overload among many attempts quiets nobody, and many do", async () => {
  await bridge.pass(2, 200);
  let refused = 0;
  bridge.relay.weather = () => (refused++ % 40 === 0 ? { afterMs: 5, failure: "overloaded" } : { afterMs: 40 });
  await bridge.pass(3, 200);
  expect(pauses().length).toBeLessThanOrEqual(1);
  bridge.relay.weather = () => (refused++ % 8 === 0 ? { afterMs: 5, failure: "overloaded" } : { afterMs: 40 });
  const { length } = pauses();
  await bridge.pass(3, 200);
  expect(pauses().length).toBeGreaterThan(length);
});

test("A10 an absurd time that a relay asks for is bounded", async () => {
  bridge.tier = "degraded";
  bridge.relay.weather = refusing(small, 10 ** 9);
  void bridge.ask(small);
  bridge.clock.advance(5);
  await settled();
  expect(pauses()).toEqual([{ classes: ["vip", "member", "guest"], ms: 30_000 }]);
});
