import { beforeEach, expect, test } from "vitest";
import { Outage } from "../../src/domain/outage.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { Living, live } from "./living.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

let store: SharedStore;
let one: Living;
let two: Living;

beforeEach(async () => {
  store = new SharedStore(new VirtualClock(), () => "id");
  one = await Living.open(store, "one");
  two = await Living.open(store, "two");
});

const beats = async (nodeId: string) => (await store.engines.nodes.beat("", false)).beats.get(nodeId);

test("N1 a node beats when it opens and every half second from then on", async () => {
  expect(await beats("one1")).toBe(1);
  await live(5_000, one);
  expect(await beats("one1")).toBe(11);
});

test("N1 a node that cannot reach the store does not open", async () => {
  const three = new Living(store, "three");
  three.side.wire.cut();
  await expect(three.membership.open(three)).rejects.toThrow(Outage);
});

test("N1 a node that has not been heard of for two seconds is buried, not sooner", async () => {
  await live(500, one, two);
  await live(1_900, one);
  expect(one.events).toEqual([]);
  await live(600, one);
  expect(one.events).toContain("orphaned two1");
  expect(await beats("two1")).toBeUndefined();
});

test("N1 a dead node is told of at every beat, to everybody, until it is forgotten", async () => {
  await live(3_000, one);
  const three = await Living.open(store, "three");
  await live(500, one, three);
  expect(three.events).toEqual(["orphaned two1", "orphaned two1"]);
  await three.side.nodes.forget("two1");
  const told = one.events.length;
  await live(1_000, one, three);
  expect([one.events.length, three.events.length]).toEqual([told, 2]);
});

test("N1 a newcomer buries nobody before it has seen the silence for two seconds itself", async () => {
  one.clock.stop(0);
  const three = await Living.open(store, "three");
  await live(1_900, three);
  expect(three.events).toEqual([]);
  await live(200, three);
  expect(three.knowsDead("one1")).toBe(true);
});

test("N1 N4 an outage that stopped everybody's beats makes nobody look dead", async () => {
  await live(1_000, one, two);
  await live(500, one);
  for (const { side } of [one, two]) side.wire.cut();
  await live(10_000, one, two);
  one.side.wire.mend();
  await live(1_900, one, two);
  two.side.wire.mend();
  await live(5_000, one, two);
  expect([one, two].flatMap(({ events }) => events)).toEqual(["away", "back", "away", "back"]);
});

test("N1 a node that was asleep itself makes nobody look dead", async () => {
  await live(1_000, one, two);
  one.clock.stop(10_000);
  await live(1_900, one);
  expect(one.events).toEqual([]);
  await live(600, one);
  expect(one.knowsDead("two1")).toBe(true);
});

test("N1 a burial that did not get through is tried again, and is nobody's fault", async () => {
  await live(500, one, two);
  one.side.wire.fate = (name) => (name === "bury" ? "undone" : "done");
  await live(3_000, one);
  expect(one.events).toEqual([]);
  one.side.wire.mend();
  await live(500, one);
  expect(one.knowsDead("two1")).toBe(true);
  expect(one.faults).toEqual([]);
});

test.each([3_600_000, -3_600_000])(
  "N1 a wall clock that is set by %d ms buries nobody who lives, and spares nobody who is dead",
  async (ms) => {
    await live(1_000, one, two);
    one.clock.setWall(ms);
    await live(3_000, one, two);
    expect([one.events, two.events]).toEqual([[], []]);
    expect(one.membership.fenced).toBe(false);
    await live(3_000, one);
    expect(one.knowsDead("two1")).toBe(true);
  },
);

test("N1 away and back are told once each, however long it takes", async () => {
  one.side.wire.cut();
  await live(1_900, one, two);
  expect(one.membership.away).toBe(true);
  one.side.wire.mend();
  await live(3_000, one, two);
  expect(one.events).toEqual(["away", "back"]);
  expect(one.whys).toEqual(["it does not answer"]);
  expect(one.membership.away).toBe(false);
});

test("N1 a failure that is no outage is told, and beats go on", async () => {
  const fault = new Error("broken");
  one.side.wire.fate = () => {
    throw fault;
  };
  await live(1_000, one);
  one.side.wire.mend();
  await live(1_000, one);
  expect(one.faults).toEqual([fault, fault]);
  expect(one.events).toEqual([]);
});

test("N3 a node that closes is the others' at once, and beats no more", async () => {
  await two.membership.close();
  await live(500, one);
  expect(one.events).toEqual(["orphaned two1"]);
  two.clock.advance(5_000);
  await everybodyWaits();
  expect(await beats("two1")).toBeUndefined();
});

test("N3 a node that closes waits for the beat under way, so that it does not come to life again", async () => {
  const release = two.side.wire.hold();
  two.clock.advance(500);
  const closing = two.membership.close();
  await everybodyWaits();
  expect(await beats("two1")).toBe(2);
  release();
  await closing;
  expect(await beats("two1")).toBeUndefined();
});

test("N3 N4 a node can close while the store is away", async () => {
  two.side.wire.cut();
  await two.membership.close();
  expect(two.faults).toEqual([]);
});

test("N2 that an owner is no more can be told once every beat of two seconds has not shown it", async () => {
  expect(one.membership.mayLive("nobody")).toBe(true);
  await live(1_500, one, two);
  expect(one.membership.mayLive("nobody")).toBe(true);
  await live(1_000, one, two);
  expect(["nobody", "one1", "two1"].map((nodeId) => one.membership.mayLive(nodeId))).toEqual([false, true, true]);
  one.side.wire.cut();
  await live(1_000, one, two);
  expect(one.membership.mayLive("nobody")).toBe(true);
});

test("N1 H1 a node that has come since the last beat may live, and one that was seen and is gone does not", async () => {
  await live(3_000, one, two);
  expect(one.membership.mayLive("comes")).toBe(true);
  await store.engines.nodes.beat("comes", true);
  await live(1_000, one, two);
  expect(one.membership.mayLive("comes")).toBe(true);
  await two.membership.close();
  await live(1_000, one);
  expect(one.membership.mayLive("two1")).toBe(false);
});
