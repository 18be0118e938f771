import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Grant } from "../../src/domain/line.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLine } from "../../src/engines/redis/line.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { lineSuite } from "./line.suite.ts";
import { type OpenLine, smallLine } from "./line.world.ts";
import { storeOn } from "./redis.suite.ts";
import type { TestStore } from "./redis.support.ts";

describe("the line in memory", () => lineSuite((settings, clock) => new MemoryLine({ settings, clock })));

/** Each line has a prefix of its own, and the clock of the test. */
const lineIn =
  (redis: Pick<TestStore, "store">): OpenLine =>
  (settings, clock) => {
    const link = new Link(redis.store);
    return new RedisLine({ link, keys: new Keys(randomUUID()), settings, clock, now: () => clock.elapsed() });
  };

describe("the line in one Redis", () => {
  const redis = storeOn("one");
  lineSuite(lineIn(redis));
});

/** What an entry begins with, packed, and nothing after it. */
const onlyClass = Buffer.from("\xa5guest", "latin1");

describe("the line in one Redis, when that misbehaves", () => {
  const redis = storeOn("one");
  let now: number;
  let keys: Keys;
  let line: RedisLine;
  beforeEach(async () => {
    now = 1_000_000;
    keys = new Keys(randomUUID());
    line = new RedisLine({
      link: new Link(redis.store),
      keys,
      settings: smallLine,
      clock: systemClock,
      now: () => now,
    });
    await round();
    for (let at = 0; at < 8; at++) await line.enter({ conversationId: `c${at}`, class: "guest" }, "one");
    await round((await round()).granted);
  });

  const round = (taken: readonly Grant[] = []) =>
    line.round({ nodeId: "one", room: 100, taken, begun: taken, ended: taken, leftSeen: 0 });
  const servedAfter = async (ms: number) => {
    now += ms;
    const { granted } = await round();
    await round(granted);
    return granted.map(({ conversationId }) => conversationId);
  };

  test("A1 its clock goes back by ten minutes: the line goes on where it was", async () => {
    expect(await servedAfter(100)).toEqual(["c5"]);
    now -= 600_000;
    expect(await servedAfter(0)).toEqual([]);
    expect(await servedAfter(100)).toEqual(["c6"]);
  });

  test.each([
    ["is lost", (entries: string) => redis.store.hdel(entries, "c5")],
    ["cannot be read", (entries: string) => redis.store.hset(entries, "c5", "something else")],
    ["has too little in it", (entries: string) => redis.store.hset(entries, "c5", onlyClass)],
  ])("A5 what is known of the first in line %s: the others go on", async (_, damage) => {
    await damage(keys.line[1] ?? "");
    expect(await servedAfter(200)).toEqual(["c6", "c7"]);
    expect((await line.enter({ conversationId: "c5", class: "guest" }, "one")).kind).not.toBe("held");
  });

  test("A5 what is known of one in a batch cannot be read: the others enter, and all answers end", async () => {
    now += 100;
    const { granted } = await round();
    const [entries = ""] = keys.line.slice(1);
    await redis.store.hset(entries, { c5: onlyClass, c6: onlyClass });
    const enter = (conversationId: string) => line.enter({ conversationId, class: "guest" }, "one");
    const entered = await Promise.all(["d", "c6", "e"].map(enter));
    expect(entered.map(({ kind }) => kind)).toEqual(["waiting", "waiting", "waiting"]);
    await round(granted);
    expect(await servedAfter(500)).toEqual(["c7", "d", "c6", "e"]);
  });

  test("A12 A6 all of it is lost: newcomers stand behind those who are still to come back, and are told no place before", async () => {
    const { life } = await round();
    // After the last round.
    await line.enter({ conversationId: "c8", class: "guest" }, "one");
    await redis.store.del(...keys.line);
    const newcomer = { conversationId: "new", class: "guest" } as const;
    const entered = await line.enter(newcomer, "one");
    expect(entered).toEqual({ kind: "waiting", at: { class: "guest", ticket: 5 }, position: null });
    const kept = [1, 2, 3, 4].map((ticket) => ({ conversationId: `c${ticket + 4}`, class: "guest", ticket }) as const);
    await line.restore(kept, "one", life);
    expect(await line.find("new")).toMatchObject({ position: 5 });
    expect((await round()).lines.guest).toMatchObject({ head: 1, next: 6, before: [] });
    expect((await line.enter({ ...newcomer, conversationId: "newer" }, "one")).kind).toBe("waiting");
    expect(await line.find("newer")).toMatchObject({ at: { ticket: 6 }, position: 6 });
    expect(await servedAfter(500)).toEqual(["c5", "c6", "c7", "c8", "new"]);
  });

  test("A6 a line is lost, and its entries are not: whoever asks for the place is back at it", async () => {
    await redis.store.del(keys.line[9] ?? "");
    expect(await Promise.all(["c5", "c7"].map(async (id) => (await line.find(id))?.position))).toEqual([1, 2]);
    expect(await servedAfter(200)).toEqual(["c5", "c7"]);
  });

  test.each([
    ["is lost", (state: string) => redis.store.del(state)],
    ["cannot be read", (state: string) => redis.store.set(state, "something else")],
    // The map { version: 1 }, packed.
    [
      "is in the form of another version",
      (state: string) => redis.store.set(state, Buffer.from("\x81\xa7version\x01", "latin1")),
    ],
  ])(
    "A2 what the line remembers %s: newcomers stand behind those who waited, and grants have new numbers",
    async (_, damage) => {
      await damage(keys.line[0] ?? "");
      await line.steer({ pause: { classes: ["guest"], ms: 1 } });
      await line.enter({ conversationId: "new", class: "guest" }, "one");
      expect((await line.find("new"))?.position).toBe(4);
      now += 500;
      const { granted } = await round();
      expect(granted.map(({ conversationId }) => conversationId)).toEqual(["c5", "c6", "c7", "new"]);
      expect(Math.min(...granted.map(({ number }) => number))).toBeGreaterThan(5);
    },
  );

  test("A3 what the line remembers is lost while somebody asks more: never fewer than none are counted", async () => {
    now += 100;
    const { granted } = await round();
    for (const { conversationId } of granted) {
      expect((await line.enter({ conversationId, class: "guest" }, "one")).kind).toBe("held");
    }
    await redis.store.del(keys.line[0] ?? "");
    for (const { conversationId } of granted) await line.leave(conversationId);
    expect((await round()).waiting).toBe(2);
  });
});

describe("the line in one Redis that was emptied", () => {
  const redis = storeOn("one");

  test("A10 A12 goes on with the tier and the pauses that this node knew of, gives no second burst and no number twice", async () => {
    const [clock, keys] = [new VirtualClock(), new Keys(randomUUID())];
    const open = () =>
      new RedisLine({ link: new Link(redis.store), keys, settings: smallLine, clock, now: () => clock.elapsed() });
    const [line, other] = [open(), open()];
    const news = { nodeId: "one", room: 100, taken: [], begun: [], ended: [], leftSeen: 0 };
    await line.round(news);
    const entered = await line.enter({ conversationId: "first", class: "vip" }, "one");
    await other.steer({ tier: "medium", pause: { classes: ["guest"], ms: 5_000 } });
    await line.round(news);
    clock.advance(2_000);
    await redis.store.del(keys.line);
    expect((await line.enter({ conversationId: "guest", class: "guest" }, "one")).kind).toBe("waiting");
    expect((await line.enter({ conversationId: "vip", class: "vip" }, "one")).kind).toBe("waiting");
    expect(await line.round(news)).toMatchObject({ tier: "medium", pausedMs: { guest: 3_000 }, granted: [] });
    clock.advance(1_000);
    const { granted } = await line.round(news);
    expect(granted.map(({ conversationId }) => conversationId)).toEqual(["vip"]);
    // What a node still has to say of a grant of the line before is said of no other one.
    expect(granted[0]?.number).toBeGreaterThan(entered.kind === "granted" ? entered.grant.number : 0);
  });

  test("A1 one that knew of no line begins with a full bucket", async () => {
    const clock = new VirtualClock();
    const line = new RedisLine({
      link: new Link(redis.store),
      keys: new Keys(randomUUID()),
      settings: smallLine,
      clock,
    });
    expect((await line.enter({ conversationId: "a", class: "guest" }, "one")).kind).toBe("granted");
  });
});

describe("the line in a Redis Cluster of three masters", () => {
  const redis = storeOn("cluster");
  lineSuite(lineIn(redis));
});
