import { beforeEach, expect, test } from "vitest";
import { ListedWork } from "../../src/domain/listed-work.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore, StoreSide } from "./shared-store.ts";
import { pass } from "./stoppable-clock.ts";

let clock: VirtualClock;
let store: SharedStore;
let side: StoreSide;
let work: ListedWork;
let nodeId: string;
let faults: unknown[];

beforeEach(() => {
  clock = new VirtualClock();
  store = new SharedStore(clock, () => "id");
  nodeId = "one";
  side = new StoreSide(store, () => nodeId);
  faults = [];
  work = new ListedWork({ nodes: side.nodes, nodeId: () => nodeId, clock, onFault: (fault) => faults.push(fault) });
});

const listed = async (node = "one") => (await store.engines.nodes.work(node)).toSorted();
const calls = (name: string) => side.wire.calls.filter((called) => called === name).length;

test("N1 what is taken is listed at once", async () => {
  await work.take("c1");
  expect(await listed()).toEqual(["c1"]);
});

test("N1 what is done is listed no more a fifth of a second later, all in one step", async () => {
  for (const id of ["c1", "c2", "c3"]) await work.take(id);
  await work.drop("c1");
  await pass(clock, 100);
  await work.drop("c2");
  expect(await listed()).toEqual(["c1", "c2", "c3"]);
  await pass(clock, 100);
  expect([await listed(), calls("drop")]).toEqual([["c3"], 1]);
  await work.drop("c3");
  await pass(clock, 200);
  expect(await listed()).toEqual([]);
});

test("N1 what is taken again by then stays listed", async () => {
  await work.take("c1");
  await work.drop("c1");
  await work.take("c1");
  await pass(clock, 1_000);
  expect([await listed(), calls("drop")]).toEqual([["c1"], 0]);
});

test("N4 what is taken again is listed again, should the store have lost it", async () => {
  await work.take("c1");
  await work.drop("c1");
  await store.engines.nodes.forget("one");
  await work.take("c1");
  expect(await listed()).toEqual(["c1"]);
});

test("N1 a node that has another name by now lists what it takes under that", async () => {
  await work.take("c1");
  await work.drop("c1");
  nodeId = "two";
  await work.take("c1");
  await pass(clock, 1_000);
  expect([await listed("one"), await listed("two")]).toEqual([[], ["c1"]]);
});

test("N1 whoever leaves has listed nothing that is done", async () => {
  await work.take("c1");
  await work.drop("c1");
  await work.flush();
  expect(await listed()).toEqual([]);
  await pass(clock, 1_000);
  expect(calls("drop")).toBe(1);
});

test("N4 what could not be dropped while the store was away disturbs nobody", async () => {
  await work.take("c1");
  await work.drop("c1");
  side.wire.cut();
  await pass(clock, 200);
  side.wire.mend();
  await work.take("c2");
  expect([await listed(), faults]).toEqual([["c1", "c2"], []]);
});

test("a fault of the store's own is told", async () => {
  const fault = new Error("not a set");
  const broken = { take: () => Promise.reject(fault), drop: () => Promise.reject(fault) };
  work = new ListedWork({ nodes: broken, nodeId: () => nodeId, clock, onFault: (told) => faults.push(told) });
  await work.take("c1");
  await work.drop("c1");
  await pass(clock, 200);
  expect(faults).toEqual([fault, fault]);
});
