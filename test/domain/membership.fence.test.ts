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
  await live(1_000, one, two);
});

/** The process of `two` stops for three seconds, and the other one goes on. */
async function sleepTwo(): Promise<void> {
  await live(3_000, one);
  two.clock.stop(3_000);
}

test("N1 a node that slept is fenced before anything else happens, and until a beat has told it that it lives", async () => {
  const release = two.side.wire.hold();
  two.clock.stop(1_600);
  expect(two.membership.fenced).toBe(true);
  await live(100, two);
  expect(two.membership.fenced).toBe(true);
  release();
  await live(300, two);
  expect(two.membership.fenced).toBe(false);
  expect(two.events).toEqual([]);
});

test("N1 a node whose machine slept, and its clock with it, knows by the wall clock", async () => {
  const release = two.side.wire.hold();
  two.clock.setWall(1_600);
  expect(two.membership.fenced).toBe(true);
  two.clock.advance(500);
  release();
  await live(300, two);
  expect(two.membership.fenced).toBe(false);
});

test("N1 a busy moment is no sleep, and neither is a wall clock that is set back", () => {
  two.clock.stop(900);
  two.clock.setWall(-3_600_000);
  expect(two.membership.fenced).toBe(false);
});

test("N4 an awake node is not fenced for as long as the store is away", async () => {
  two.side.wire.cut();
  await live(10_000, two);
  expect(two.membership).toMatchObject({ away: true, fenced: false });
});

test("N1 N4 a node that slept while the store is away stays fenced until it is back", async () => {
  two.side.wire.cut();
  two.clock.stop(2_000);
  await live(5_000, two);
  expect(two.membership.fenced).toBe(true);
  two.side.wire.mend();
  await live(500, two);
  expect(two.membership.fenced).toBe(false);
});

test("N1 what a beat was told before the sleep unfences nobody after it", async () => {
  const release = two.side.wire.hold();
  two.clock.advance(500);
  await everybodyWaits();
  two.side.wire.cut();
  await sleepTwo();
  release();
  await live(400, two);
  expect(two.membership.fenced).toBe(true);
});

test("N1 a node that was buried while it slept goes on under another name, fenced until everything is made sure of", async () => {
  const made = Promise.withResolvers<void>();
  two.reviving = () => made.promise;
  await sleepTwo();
  // Longer than the others wait for a sign of life.
  await live(6_000, one, two);
  expect(one.knowsDead("two1")).toBe(true);
  expect(two.events).toEqual(["reborn two1 two2"]);
  expect(two.membership).toMatchObject({ nodeId: "two2", fenced: true });
  made.resolve();
  await live(1_000, one, two);
  expect(two.membership.fenced).toBe(false);
  expect(two.events.slice(0, 2)).toEqual(["reborn two1 two2", "back"]);
  expect(two.events.filter((event) => event.startsWith("reborn"))).toHaveLength(1);
  expect(one.knowsDead("two2")).toBe(false);
});

test("N1 a node that slept again while it was being made sure of stays fenced, and begins anew once more", async () => {
  const made = Promise.withResolvers<void>();
  two.reviving = () => made.promise;
  await sleepTwo();
  await live(500, one, two);
  await sleepTwo();
  made.resolve();
  two.side.wire.cut();
  await live(400, two);
  expect(two.membership.fenced).toBe(true);
  two.side.wire.mend();
  await live(1_000, one, two);
  expect(two.events.filter((event) => event.startsWith("reborn"))).toEqual(["reborn two1 two2", "reborn two2 two3"]);
});

test("N1 what could not be made sure of is tried again under the same name, and what it was called before is not forgotten", async () => {
  let tries = 0;
  two.reviving = async () => {
    if (++tries < 3) throw new Outage();
  };
  await sleepTwo();
  await live(900, two);
  expect(two.membership.fenced).toBe(true);
  await live(2_000, two);
  expect(two.events.filter((event) => event.startsWith("reborn"))).toEqual(Array(3).fill("reborn two1 two2"));
  expect(two.membership.fenced).toBe(false);
});

test("N1 a node whose rebirth did not get through tries again, and still knows what it was called", async () => {
  let beats = 0;
  two.side.wire.fate = () => (++beats === 2 ? "undone" : "done");
  await sleepTwo();
  await live(1_500, two);
  expect(two.events.filter((event) => event.startsWith("reborn"))).toEqual(["reborn two1 two3"]);
  expect(two.membership).toMatchObject({ nodeId: "two3", fenced: false });
});

test("N4 a registry that was emptied makes every node begin anew and look after what it keeps there", async () => {
  store.empty();
  await live(1_000, one, two);
  const ownLife = ({ events }: Living) => events.filter((event) => !event.startsWith("orphaned"));
  const lives = [
    ["reborn one1 one2", "back"],
    ["reborn two1 two2", "back"],
  ];
  expect([one, two].map(ownLife)).toEqual(lives);
  await live(5_000, one, two);
  expect([one, two].map(ownLife)).toEqual(lives);
});

test("N1 what was listed under a name that is forgotten already is somebody's again when its node wakes", async () => {
  await sleepTwo();
  await store.engines.nodes.forget("two1");
  await live(1_000, two);
  await store.engines.nodes.take("two1", "c1");
  expect((await store.engines.nodes.beat("", false)).buried).toEqual(["two1"]);
});

test("N1 who waits until a node may speak waits for its next beat, and no longer than it has patience", async () => {
  expect(two.membership.unfenced(1_000)).toBeUndefined();
  two.side.wire.cut();
  two.clock.stop(2_000);
  const [patient, hasty] = [two.membership.unfenced(5_000), two.membership.unfenced(300)];
  await live(1_000, two);
  expect(await hasty).toBe(false);
  two.side.wire.mend();
  await live(1_000, two);
  expect(await patient).toBe(true);
});
