import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openRedis as openEngines } from "../../src/engines/redis/open.ts";
import { freshId, openAgain, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { asking, openService } from "./service.support.ts";

test("H1 S5 N2: what was being answered and what waited is ended where whoever took over died in the middle of it", async () => {
  await using redis = await openRedis();
  await using service = await openService({ redis });
  await using dying = await openEngines({
    where: { kind: "one", url: redis.url },
    prefix: "tidegate",
    lifeMs: 60_000,
    maxMessages: 100,
    newId: randomUUID,
    nodeId: () => "dying",
    onError: () => {},
  });
  const [writing = "", living = ""] = service.urls;
  await using customer = await openCustomer(writing);
  await using other = await openAgain(living, customer);
  const { conversationId } = customer.opened;
  const answered = await customer.begin(asking({ chars: 50_000 }));
  const waiting = await customer.ask("message:send", { messageId: freshId(), text: "and this?" });
  // The first of the two steps of taking over, and nothing more.
  await dying.responders.hand(conversationId, {
    from: ["assistant"],
    to: { kind: "agent", agentId: "li@shop", name: "Li" },
    wish: null,
    notice: { messageId: randomUUID(), text: "Li has joined.", notice: { kind: "agent-joined", name: "Li" } },
  });
  await service.nodes[0]?.kill();
  for (const turnId of [answered, waiting.turnId]) {
    const { outcome } = await other.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect(outcome).toBe("interrupted");
  }
  await using afresh = await openAgain(living, customer);
  expect(afresh.opened).toMatchObject({ turn: null, responder: { kind: "agent", name: "Li" } });
  expect(service.faults).toEqual([]);
});
