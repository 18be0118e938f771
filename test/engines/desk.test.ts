import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { goneMs, staleMs } from "../../src/domain/desk.ts";
import { MemoryDesk } from "../../src/engines/memory/desk.ts";
import { RedisDesk } from "../../src/engines/redis/desk.ts";
import { Keys } from "../../src/engines/redis/keys.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { deskSuite } from "./desk.suite.ts";
import { storeOn } from "./redis.suite.ts";

const row = { conversationId: "c1", customer: { class: "guest" }, changedAt: 1 } as const;
const li = { agentId: "li", name: "Li", state: "available", viewing: [] } as const;

describe("the desk in memory", () => {
  deskSuite(() => new MemoryDesk(new VirtualClock()));

  let clock: VirtualClock;
  let desk: MemoryDesk;
  beforeEach(() => {
    clock = new VirtualClock();
    desk = new MemoryDesk(clock);
  });

  test("H6 a node that has fallen silent has no agents, and its agents were seen when it spoke last", async () => {
    await desk.here("one", [li]);
    clock.advance(staleMs);
    const { present, unseenMs } = await desk.look(0);
    expect([present, unseenMs.get("li")]).toEqual([[], staleMs]);
  });

  test("H5 that a conversation is gone is told for a minute", async () => {
    await desk.put([], [row]);
    const { seq } = await desk.look(0);
    await desk.drop(["c1"]);
    clock.advance(goneMs - 1);
    expect((await desk.look(seq)).rows).toHaveLength(1);
    clock.advance(2);
    expect((await desk.look(0)).rows).toEqual([]);
  });
});

describe("the desk in one Redis", () => {
  const redis = storeOn("one");
  deskSuite(() => new RedisDesk(new Link(redis.store), new Keys(randomUUID())));

  test("H5 N4 a desk that was lost counts anew, and everything of it is looked at", async () => {
    const keys = new Keys(randomUUID());
    const desk = new RedisDesk(new Link(redis.store), keys);
    for (let at = 0; at < 5; at++) await desk.put([], [row]);
    const { seq } = await desk.look(0);
    await redis.store.del(keys.desk);
    await desk.put([], [{ ...row, conversationId: "c2" }]);
    expect((await desk.look(seq)).rows.map(({ conversationId }) => conversationId)).toEqual(["c2"]);
  });
});

describe("the desk in a Redis Cluster of three masters", () => {
  const redis = storeOn("cluster");
  deskSuite(() => new RedisDesk(new Link(redis.store), new Keys(randomUUID())));
});
