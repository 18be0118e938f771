import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { noOrders, ordered } from "../../src/domain/orders.ts";
import { MemoryBoard } from "../../src/engines/memory/board.ts";
import { RedisBoard } from "../../src/engines/redis/board.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { figures } from "../domain/figures.ts";
import { boardSuite } from "./board.suite.ts";
import { storeOn } from "./redis.suite.ts";

describe("the operators' board in memory", () =>
  boardSuite((clock) => {
    const board = new MemoryBoard(clock);
    return () => board;
  }));

describe("the operators' board in Redis", () => {
  const redis = storeOn("one");
  boardSuite((clock) => {
    const keys = new Keys(randomUUID());
    return () => new RedisBoard({ link: new Link(redis.store), keys, now: () => clock.now() });
  });

  test("X3 what cannot be read is passed over, and a board that was emptied has no orders", async () => {
    const keys = new Keys(randomUUID());
    const board = new RedisBoard({ link: new Link(redis.store), keys });
    const [nodes = "", orders = ""] = keys.board;
    const now = Date.now();
    await redis.store.hset(nodes, "newer", `${now}|{"name":7}`, "odd", `${now}|}{`, "older", "text");
    await board.order(ordered(noOrders, { kind: "tier", tier: "high" }, { by: "Mei", at: 1 }), 0);
    const look = await board.tell("one", figures());
    expect([[...look.nodes.keys()], look.orders.revision]).toEqual([["one"], 1]);
    expect(await redis.store.pttl(nodes)).toBeGreaterThan(0);
    await redis.store.del(nodes, orders);
    expect((await board.tell("one", figures())).orders).toEqual(noOrders);
  });
});
