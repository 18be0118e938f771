import { beforeEach, expect, test } from "vitest";
import type { FactPayload } from "../../src/contract/events.ts";
import { classes } from "../../src/domain/line.ts";
import { Places } from "../../src/domain/places.ts";
import type { TurnRef } from "../../src/domain/turns.ts";
import { WaitEstimate } from "../../src/domain/wait-estimate.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { newAnswer } from "./answers.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

const rate = { perSecond: 10, burst: 1 };
const settings = {
  tiers: { high: rate, medium: { perSecond: 5, burst: 1 }, degraded: { perSecond: 1, burst: 1 } },
  acceptBelow: { vip: 10_000, member: 10_000, guest: 10_000 },
  weights: { vip: 6, member: 3, guest: 1 },
  ageingMs: 60_000,
  rampPerSecond: null,
};

let clock: VirtualClock;
let line: MemoryLine;
let places: Places;
let told: (FactPayload<"turn:queued"> & { readonly conversationId: string; readonly at: number })[];
let vanished: TurnRef[];
let leftSeen: number;
let isHeld: boolean;

beforeEach(async () => {
  clock = new VirtualClock();
  line = new MemoryLine({ settings, clock });
  told = [];
  vanished = [];
  leftSeen = 0;
  isHeld = false;
  places = new Places({
    settings,
    clock,
    tell: (conversationId, place) => told.push({ ...place, conversationId, at: clock.elapsed() }),
    vanished: (ref) => vanished.push(ref),
    isHeld: (name) => name === "guest" && isHeld,
  });
  await line.enter({ conversationId: "first", class: "vip" }, "node");
});

async function queue(count: number, from = 0): Promise<void> {
  for (let at = from; at < from + count; at++) {
    const conversationId = `c${at}`;
    const entered = await line.enter({ conversationId, class: "guest" }, "node");
    if (entered.kind !== "waiting") throw new Error(entered.kind);
    places.step({ kind: "turn-queued", ref: { conversationId, turnId: `t${at}` }, place: entered });
  }
}

/** Rounds are held, each of which gives out what is free; who is granted begins, unless nobody here hears of that. */
async function serve(ms: number, isHeard = true): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    const news = { nodeId: "node", room: 1_000_000, taken: [], begun: [], ended: [], leftSeen };
    const round = await line.round(news);
    leftSeen = round.leftSeen;
    await line.round({ ...news, taken: round.granted, ended: round.granted, leftSeen });
    if (isHeard) for (const { conversationId } of round.granted) begin(conversationId);
    places.round(round);
    await everybodyWaits();
  }
}

function begin(conversationId: string): void {
  const turnId = conversationId.replace("c", "t");
  const answer = newAnswer();
  Object.assign(answer.ref, { conversationId, turnId });
  places.step({ kind: "turn-started", answer, offset: 0 });
}

const positionsOf = (conversationId: string) =>
  told.filter((each) => each.conversationId === conversationId).map(({ position }) => position);

test("A6 who comes to stand in line is told the place at once", async () => {
  await queue(3);
  expect(told.map(({ conversationId, position, turnId }) => [conversationId, turnId, position])).toEqual([
    ["c0", "t0", 1],
    ["c1", "t1", 2],
    ["c2", "t2", 3],
  ]);
});

test("A6 places near the front are told within a second, only when they change, and never rise", async () => {
  await queue(30);
  await serve(2_000);
  const positions = positionsOf("c29");
  expect(positions[0]).toBe(30);
  expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => b - a));
  expect(positions.at(-1)).toBeLessThanOrEqual(15);
  expect(places.of("c29")?.position).toBe(10);
  clock.advance(500);
  const before = told.length;
  clock.advance(3_000);
  expect(told.length).toBe(before);
});

test("A6 places far back are told less often", async () => {
  await queue(1_500);
  told.length = 0;
  await serve(10_000);
  const [far, middle, near] = ["c1499", "c700", "c150"].map((id) => positionsOf(id).length);
  expect([far, middle]).toEqual([1, 3]);
  expect(near).toBeGreaterThan(5);
});

test("A7 A6 those who left in between count for nobody", async () => {
  await queue(10);
  await serve(100);
  for (const id of ["c3", "c5", "c9"]) await line.leave(id);
  places.gone({ conversationId: "c3", turnId: "t3" });
  await serve(100);
  expect([places.of("c4")?.position, places.of("c8")?.position]).toEqual([2, 5]);
  expect(places.of("c3")).toBeNull();
});

test("A6 A9 another tier is told, though the place is the same", async () => {
  await queue(2);
  await line.steer({ tier: "degraded" });
  await serve(1_000);
  expect(told.filter(({ tier }) => tier === "degraded").length).toBeGreaterThan(0);
});

test("A6 A10 whose class an operator holds back is told no wait, at once, and one again when it goes on", async () => {
  await queue(5);
  await serve(100);
  const last = () => told.filter(({ conversationId }) => conversationId === "c4").at(-1);
  clock.advance(500);
  expect(last()?.waitMs).not.toBeNull();
  isHeld = true;
  clock.advance(500);
  expect([last()?.waitMs, places.of("c4")?.waitMs]).toEqual([null, null]);
  const before = told.length;
  clock.advance(5_000);
  expect(told.length).toBe(before);
  isHeld = false;
  clock.advance(500);
  expect(last()?.waitMs).not.toBeNull();
});

test("A6 a turn whose place is not known yet is told of it when it comes to stand in line", async () => {
  const ref = { conversationId: "c0", turnId: "t0" };
  places.step({ kind: "turn-queued", ref, place: null });
  expect([told, places.of("c0")]).toEqual([[], null]);
  places.stands("c0", { class: "guest", ticket: 5 }, 4);
  expect(told).toMatchObject([{ turnId: "t0", position: 4 }]);
});

test("A8 A6 who was put before all others is told a place among them, and never a higher one", async () => {
  await queue(3);
  await serve(100, false);
  await line.recover("node", [{ conversationId: "c0", class: "guest" }]);
  await line.steer({ pause: { classes, ms: 2_000 } });
  places.stands("c0", { class: "guest", ticket: 0 }, 1);
  await serve(500, false);
  await line.restore([{ conversationId: "old", class: "guest", ticket: -1 }], "node");
  await serve(1_000, false);
  expect(await line.find("old")).toMatchObject({ position: 1 });
  expect(await line.find("c0")).toMatchObject({ at: { ticket: 0 }, position: null });
  expect(places.of("c0")?.position).toBe(1);
  expect(new Set(positionsOf("c0"))).toEqual(new Set([1]));
  expect(positionsOf("c2")).toEqual([...positionsOf("c2")].toSorted((a, b) => b - a));
});

test("S5 A6 a place that is nowhere in the line any more is looked up, again and again until it is gone", async () => {
  await queue(1);
  await serve(1_000, false);
  expect(vanished).toEqual([]);
  await serve(5_000, false);
  expect(vanished.length).toBeGreaterThan(1);
  expect(vanished[0]).toEqual({ conversationId: "c0", turnId: "t0" });
  places.gone({ conversationId: "c0", turnId: "t0" });
  const { length } = vanished;
  await serve(5_000, false);
  expect(vanished).toHaveLength(length);
});

test("A6 the range of the wait covers the true wait of at least four of five, at every place in the line", async () => {
  await queue(400);
  await serve(5_000);
  const told = Array.from({ length: 300 }, (_, at) => ({ at: at + 80, wait: places.of(`c${at + 80}`)?.waitMs }));
  const from = clock.elapsed();
  let covered = 0;
  for (let at = 80; at < 380; ) {
    await serve(100);
    while (at < 380 && places.of(`c${at}`) === null) {
      const wait = told[at - 80]?.wait;
      const trueMs = clock.elapsed() - from;
      if (wait && wait.low <= trueMs && trueMs <= wait.high) covered++;
      at++;
    }
  }
  expect(covered / 300).toBeGreaterThan(0.8);
});

test("A6 where nothing is served nobody is told a wait", async () => {
  await queue(50);
  await serve(1_000);
  await line.steer({ pause: { classes, ms: 1_000_000 } });
  await serve(40_000);
  expect(places.of("c49")?.waitMs).toBeNull();
});

test("A6 where starts are seconds apart a range is told all the same, and it is a true one", async () => {
  const rate = { perSecond: 0.2, burst: 1 };
  const slow = { ...settings, tiers: { high: rate, medium: rate, degraded: rate } };
  const clock = new VirtualClock();
  const waits = new WaitEstimate(slow, clock);
  const nobody = { head: 1, next: 1, served: 0, before: [] };
  for (let second = 0; second < 120; second++) {
    clock.advance(1_000);
    const served = Math.floor(second / 5);
    const guest = { head: 1 + served, next: 100, served, before: [] };
    waits.note({ vip: nobody, member: nobody, guest }, "high");
    const range = waits.of("guest", 10);
    expect(range?.low).toBeLessThan(50_000);
    expect(range?.high).toBeGreaterThan(45_000);
    expect(range?.high).toBeLessThan(110_000);
  }
});

test("A6 A12 places stand still while the line of all nodes cannot be seen, and newcomers are told theirs afterwards", async () => {
  await queue(5);
  await serve(300);
  clock.advance(500);
  const before = positionsOf("c4");
  const here = { head: 1, next: 3, served: 9, before: [] };
  const lines = { vip: here, member: here, guest: here };
  const alone = {
    granted: [],
    left: [],
    leftSeen: 0,
    waiting: 2,
    starting: 0,
    pausedMs: {},
    life: "own",
    isAlone: true,
  } as const;
  const queued = [{ conversationId: "held", class: "guest", ticket: 2 }] as const;
  places.step({
    kind: "turn-queued",
    ref: { conversationId: "new", turnId: "tn" },
    place: { at: { class: "guest", ticket: 1 }, position: null },
  });
  places.step({ kind: "turn-queued", ref: { conversationId: "held", turnId: "th" }, place: null });
  for (let at = 0; at < 20; at++) {
    clock.advance(100);
    places.round({ ...alone, lines, queued, tier: "degraded" });
  }
  expect(["new", "held"].map((id) => [positionsOf(id), places.of(id)])).toEqual([
    [[], null],
    [[], null],
  ]);
  expect([positionsOf("c4").slice(before.length), vanished]).toEqual([[before.at(-1)], []]);
  places.round({
    ...(await line.round({ nodeId: "node", room: 0, taken: [], begun: [], ended: [], leftSeen })),
    queued: [{ conversationId: "new", class: "guest", ticket: 6 }],
  });
  expect(positionsOf("new")).toEqual([3]);
});

test("A6 A12 whoever is found at the same ticket, and cannot be told a place there for now, keeps the one that was told", async () => {
  await queue(5);
  await serve(300);
  clock.advance(500);
  const [at, before] = [{ class: "guest", ticket: 5 } as const, positionsOf("c4").at(-1) ?? 0];
  expect(before).toBeLessThan(5);
  places.stands("c4", at, null);
  expect(places.of("c4")?.position).toBe(before);
  const round = await line.round({ nodeId: "node", room: 0, taken: [], begun: [], ended: [], leftSeen });
  places.round({ ...round, placed: [{ conversationId: "c4", at, position: before + 3 }] });
  expect(Math.max(...positionsOf("c4").slice(-2))).toBe(before);
  // At another ticket it is another place.
  const other = { at: { class: "guest", ticket: 9 }, position: 8 } as const;
  places.round({ ...round, placed: [{ conversationId: "c4", ...other }] });
  expect(positionsOf("c4").at(-1)).toBe(8);
});

test("A6 what was asked during an answer, and of whose place nobody told when that was over, is looked up until it is known", async () => {
  const [running, asked] = ["t0", "t1"].map((turnId) => ({ conversationId: "c", turnId }));
  if (!running || !asked) throw new Error("never");
  places.step({ kind: "turn-queued", ref: asked, place: null });
  places.gone(running);
  clock.advance(10_000);
  // It is still being answered.
  expect(vanished).toEqual([]);
  places.ended(running);
  clock.advance(1_500);
  expect(vanished).toEqual([]);
  clock.advance(5_000);
  expect(vanished.length).toBeGreaterThan(1);
  expect(vanished[0]).toEqual(asked);
  const { length } = vanished;
  places.gone(asked);
  clock.advance(10_000);
  expect(vanished).toHaveLength(length);
});

test("A6 where a turn stands that has ended here already is told to nobody, and kept for nobody", async () => {
  await queue(2);
  const ref = { conversationId: "c0", turnId: "t0" };
  places.ended(ref);
  const before = told.length;
  const entered = await line.enter({ conversationId: "c0", class: "guest", owed: true }, "node");
  if (entered.kind !== "waiting") throw new Error(entered.kind);
  places.step({ kind: "turn-queued", ref, place: entered });
  await serve(1_000);
  expect(told.slice(before).filter(({ turnId }) => turnId === "t0")).toEqual([]);
  expect(places.knows("c0")).toBe(false);
  // What is asked next there is another turn.
  places.step({ kind: "turn-queued", ref: { ...ref, turnId: "next" }, place: entered });
  expect(told.at(-1)).toMatchObject({ conversationId: "c0", turnId: "next" });
});
