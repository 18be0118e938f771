import { beforeEach, expect, test } from "vitest";
import { Absences } from "../../src/domain/absences.ts";
import { Outage } from "../../src/domain/outage.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { settled } from "./relay-weather.ts";

let clock: VirtualClock;
let waiting: Set<string>;
let watched: Set<string>;
let elsewhere: () => number | null;
let givenUp: string[];
let isBusy: boolean;
let absences: Absences;

beforeEach(() => {
  clock = new VirtualClock();
  waiting = new Set(["li"]);
  watched = new Set();
  elsewhere = () => Number.POSITIVE_INFINITY;
  givenUp = [];
  isBusy = false;
  absences = new Absences({
    clock,
    awayMs: 60_000,
    waits: (id) => waiting.has(id),
    isWatched: (id) => watched.has(id),
    awayElsewhereMs: async () => elsewhere(),
    giveUp: async (id) => !isBusy && givenUp.push(id) > 0,
    onFault: (fault) => {
      throw fault;
    },
  });
});

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

test("A7 a place is given up when its customer has been away for a minute, and not before", async () => {
  absences.left("li");
  await pass(59_999);
  expect(givenUp).toEqual([]);
  await pass(1);
  expect(givenUp).toEqual(["li"]);
});

test("A7 whoever comes back in time keeps the place, and a later absence counts from its own beginning", async () => {
  absences.left("li");
  await pass(30_000);
  watched.add("li");
  await pass(20_000);
  watched.clear();
  absences.left("li");
  await pass(59_000);
  expect(givenUp).toEqual([]);
  await pass(1_000);
  expect(givenUp).toEqual(["li"]);
});

test("A7 whoever is there on another node keeps the place, and an absence there counts", async () => {
  elsewhere = () => null;
  absences.left("li");
  await pass(200_000);
  expect(givenUp).toEqual([]);
  elsewhere = () => 10_000;
  absences.left("li");
  await pass(60_000);
  expect(givenUp).toEqual([]);
  elsewhere = () => 60_000;
  await pass(50_000);
  expect(givenUp).toEqual(["li"]);
});

test("A7 whoever does not wait, or waits no more, gives nothing up", async () => {
  absences.left("wang");
  absences.left("li");
  waiting.clear();
  await pass(60_000);
  expect(givenUp).toEqual([]);
});

test("A7 whoever has gone before the question stands in line is away as well", async () => {
  const ref = { conversationId: "li", turnId: "t" };
  absences.step({ kind: "turn-queued", ref, place: null });
  await pass(60_000);
  expect(givenUp).toEqual(["li"]);
  watched.add("wang");
  waiting.add("wang");
  absences.step({ kind: "turn-queued", ref: { conversationId: "wang", turnId: "t" }, place: null });
  await pass(60_000);
  expect(givenUp).toEqual(["li"]);
});

test("A7 a place that cannot be given up yet, since an answer is being written, is looked after again", async () => {
  isBusy = true;
  absences.left("li");
  await pass(60_000);
  expect(givenUp).toEqual([]);
  isBusy = false;
  await pass(60_000);
  expect(givenUp).toEqual(["li"]);
});

test("A7 A12 while the store is away nobody is sent away for it", async () => {
  elsewhere = () => {
    throw new Outage();
  };
  absences.left("li");
  await pass(120_000);
  expect(givenUp).toEqual([]);
  elsewhere = () => Number.POSITIVE_INFINITY;
  await pass(60_000);
  expect(givenUp).toEqual(["li"]);
});
