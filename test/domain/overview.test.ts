import { beforeEach, describe, expect, test } from "vitest";
import type { Deed } from "../../src/contract/service.ts";
import type { Board } from "../../src/domain/board.ts";
import type { NodeFigures } from "../../src/domain/figures.ts";
import { stepOf } from "../../src/domain/health.ts";
import { noOrders, type Orders } from "../../src/domain/orders.ts";
import { Outage } from "../../src/domain/outage.ts";
import { Overview } from "../../src/domain/overview.ts";
import type { Standing } from "../../src/domain/service-state.ts";
import { Troubles } from "../../src/domain/troubles.ts";
import { MemoryBoard } from "../../src/engines/memory/board.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { counted, figures } from "./figures.ts";
import { settled } from "./relay-weather.ts";

const quiet: Standing = {
  tier: "high",
  reason: "relay",
  movedAt: 5,
  signal: { attempts: 0, late: 0, failed: 0, stuck: 0 },
  starting: 0,
  spentMicros: 0,
  dailyMicros: null,
};

/** A node with an overview on a board that may be away, or emptied. */
class Node {
  readonly overview: Overview;
  readonly deeds: Deed[] = [];
  readonly obeyed: Orders[] = [];
  now: NodeFigures;
  standing = quiet;

  constructor(nodeId: string, board: () => Board, clock: VirtualClock) {
    this.now = figures({ name: `${nodeId}:1` });
    this.overview = new Overview({
      board: {
        tell: async (...told) => board().tell(...told),
        leave: async (id) => board().leave(id),
        order: async (...order) => board().order(...order),
      },
      clock,
      nodeId,
      currency: "CNY",
      own: async () => this.now,
      standing: () => this.standing,
      troubles: new Troubles(clock),
      obey: (orders) => this.obeyed.push(orders),
      report: (deed) => this.deeds.push(deed),
      onFault: (fault) => {
        throw fault;
      },
    });
  }

  get rows() {
    return this.overview.service.nodes.map(({ nodeId, state }) => `${nodeId} ${state}`);
  }
}

const away: Board = {
  tell: async () => Promise.reject(new Outage()),
  leave: async () => Promise.reject(new Outage()),
  order: async () => Promise.reject(new Outage()),
};

let clock: VirtualClock;
let board: Board;
let a: Node;
let b: Node;

beforeEach(async () => {
  clock = new VirtualClock();
  board = new MemoryBoard(clock);
  [a, b] = [new Node("a", () => board, clock), new Node("b", () => board, clock)];
  await b.overview.open();
  await a.overview.open();
});

async function pass(seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at++) {
    clock.advance(1_000);
    await settled();
  }
}

describe("what operators see", () => {
  test("is the whole service, the same from every node", async () => {
    await pass(1);
    a.now = figures({ openAnswers: 3, counted: counted({ starts: 10, costMicros: 2e6 }, {}, { [stepOf(100)]: 9 }) });
    b.now = figures({ openAnswers: 4, counted: counted({ starts: 30, costMicros: 1e6 }, {}, { [stepOf(9_000)]: 1 }) });
    await pass(2);
    for (const { overview } of [a, b]) {
      const { openAnswers, rates, firstTokens, cost } = overview.service;
      expect([openAnswers, rates.starts * 3, cost.perMinute * 3]).toEqual([7, 40, 180]);
      expect([firstTokens.count, Math.round((firstTokens.p99Ms ?? 0) / 1_000)]).toEqual([10, 9]);
      expect(Math.abs((firstTokens.p50Ms ?? 0) - 100)).toBeLessThan(5);
    }
  });

  test("has a history of a quarter of an hour, one row a second", async () => {
    await pass(1_000);
    const { at, waiting } = a.overview.history;
    expect([at.length, waiting.length, (at.at(-1) ?? 0) - (at[0] ?? 0)]).toEqual([900, 900, 899_000]);
  });

  test("is told to whoever looks each second, and to nobody else", async () => {
    const told: number[] = [];
    const stop = a.overview.subscribe((_, { at }) => told.push(at));
    await pass(3);
    stop();
    await pass(3);
    expect(told.length).toBe(3);
  });

  test("N1 shows a node that is not heard of any more as lost within five seconds, names it, and forgets it", async () => {
    await pass(1);
    expect(a.rows).toEqual(["a up", "b up"]);
    await stopped(b);
    await pass(5);
    expect(a.rows).toEqual(["a up", "b lost"]);
    expect(a.overview.service.troubles).toMatchObject([{ code: "node-lost", about: "b:1", count: 1, isNow: true }]);
    await pass(130);
    expect(a.rows).toEqual(["a up"]);
    expect(a.overview.service.troubles).toMatchObject([{ code: "node-lost", isNow: false }]);
  });

  test("N3 does not miss a node that has said good-bye", async () => {
    await b.overview.close();
    await pass(6);
    expect([a.rows, a.overview.service.troubles]).toEqual([["a up"], []]);
  });

  test("N4 is this node alone while Redis is away, which it says; and nobody is lost for that", async () => {
    await pass(1);
    const memory = board;
    board = away;
    a.now = { ...figures({ name: "a:1", redis: "away" }), openAnswers: 5 };
    b.now = { ...b.now, openAnswers: 5 };
    await pass(1);
    expect(a.rows).toEqual(["a up", "b unknown"]);
    await pass(7);
    expect(a.rows).toEqual(["a up", "b unknown"]);
    const { redis, openAnswers, troubles } = a.overview.service;
    expect([redis.state, openAnswers, troubles.map(({ code }) => code)]).toEqual(["away", 5, ["redis-away"]]);
    expect(a.overview.service.nodes[1]?.heardMs).toBeGreaterThanOrEqual(8_000);
    board = memory;
    await pass(1);
    // Of the two who come back one is the first, and sees the other as it was.
    expect([...a.rows, ...b.rows].filter((row) => row.endsWith("lost"))).toEqual([]);
    await pass(1);
    expect([a.rows, a.overview.service.openAnswers]).toEqual([["a up", "b up"], 10]);
  });

  test("names a node that has no time left, once it is so for three seconds", async () => {
    a.now = figures({ name: "a:1", loopDelayMs: 500 });
    await pass(2);
    expect(a.overview.service.troubles).toEqual([]);
    await pass(2);
    expect(a.overview.service.troubles).toMatchObject([{ code: "node-busy", about: "a:1" }]);
  });

  test("A9 the tier says why, and since when: since the relay moved it, or since it was seen to move", async () => {
    expect(a.overview.service.tier).toEqual({ tier: "high", reason: "relay", since: 5 });
    await pass(3);
    a.standing = { ...quiet, tier: "medium", reason: "budget", spentMicros: 2, dailyMicros: 1 };
    await pass(1);
    const since = clock.now();
    await pass(4);
    expect(a.overview.service.tier).toEqual({ tier: "medium", reason: "budget", since });
    expect(a.overview.service.troubles).toMatchObject([{ code: "budget-spent" }]);
  });
});

describe("what operators order", () => {
  test("is known to every node within a second, and its author is told and logged once", async () => {
    await a.overview.order({ kind: "tier", tier: "degraded" }, "Mei");
    expect(a.obeyed.at(-1)?.tier).toMatchObject({ tier: "degraded", by: "Mei" });
    expect(b.overview.orders).toEqual(noOrders);
    await pass(1);
    expect(b.obeyed.at(-1)?.tier).toMatchObject({ tier: "degraded", by: "Mei" });
    expect([a.deeds.length, b.deeds.length]).toEqual([1, 0]);
    expect(b.overview.service.audit).toEqual(a.deeds);
    a.standing = { ...quiet, tier: "degraded", reason: "operator" };
    await pass(1);
    const held = { tier: "degraded", reason: "operator", since: a.deeds[0]?.at, by: "Mei" };
    expect(a.overview.service.tier).toEqual(held);
  });

  test("holds over the restart of a node: it is known before its first word", async () => {
    await a.overview.order({ kind: "tier", tier: "medium" }, "Mei");
    await b.overview.close();
    const again = new Node("c", () => board, clock);
    await again.overview.open();
    expect(again.obeyed[0]?.tier?.tier).toBe("medium");
  });

  test("N4 holds when Redis was emptied: whoever still knows writes it again", async () => {
    await a.overview.order({ kind: "guests", minutes: 30 }, "Mei");
    await pass(1);
    board = new MemoryBoard(clock);
    await pass(2);
    const { orders } = await board.tell("x", figures());
    expect(orders).toEqual(a.overview.orders);
    expect(orders.guests?.by).toBe("Mei");
  });

  test("of two operators at one moment both are heard, one after the other", async () => {
    await Promise.all([
      a.overview.order({ kind: "tier", tier: "medium" }, "Mei"),
      b.overview.order({ kind: "guests", minutes: 5 }, "Li"),
    ]);
    await pass(1);
    const { tier, guests, audit } = a.overview.orders;
    expect([tier?.by, guests?.by, audit.length]).toEqual(["Mei", "Li", 2]);
  });

  test("N4 is refused while Redis is away, for not all nodes could be told, and changes nothing", async () => {
    await pass(1);
    board = away;
    const order = a.overview.order({ kind: "tier", tier: "medium" }, "Mei");
    await expect(order).rejects.toMatchObject({ code: "unavailable" });
    expect([a.overview.orders, a.deeds]).toEqual([noOrders, []]);
  });

  test("N3 takes no node out that is not there, nor the last one", async () => {
    await pass(1);
    const drain = (nodeId: string, active = true) => a.overview.order({ kind: "node", nodeId, active }, "Mei");
    await expect(drain("nobody")).rejects.toMatchObject({ code: "not-found" });
    await drain("b");
    b.now = { ...b.now, isDraining: true };
    await pass(1);
    expect(a.rows).toEqual(["a up", "b draining"]);
    await expect(drain("a")).rejects.toMatchObject({ code: "forbidden" });
    await drain("b", false);
    expect(a.overview.orders.drained).toEqual({});
  });
});

/** It says nothing more, and nobody is told so. */
async function stopped({ overview }: Node): Promise<void> {
  const kept = board;
  board = { ...away, tell: kept.tell.bind(kept), order: kept.order.bind(kept) };
  await overview.close();
  board = kept;
}
