import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { freshId, guestOf, openAgain, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { asking, openService } from "./service.support.ts";
import { Browser, openTab } from "./tab.support.ts";

const writing = { chars: 600, deltaMs: 50, deltaChars: 20 };

test("N4: Redis is emptied in mid-answer, and the customer comes to a node that does not know the conversation", async () => {
  await using redis = await openRedis();
  await using service = await openService({ redis });
  const [url = "", other = ""] = service.urls;
  await using here = await openCustomer(url);
  const turnId = await here.begin(asking(writing));
  await pause(300);
  await redis.command("FLUSHALL");
  await using there = await openAgain(other, here);
  expect(there.opened.conversationId).toBe(here.opened.conversationId);
  const second = await there.answerTo(asking({ chars: 60 }, "second"));
  expect(second).toMatchObject({ outcome: "completed" });
  await here.fact("turn:ended", (end) => end.turnId === turnId);
  for (const node of service.urls) {
    await using page = await openCustomer(node, guestOf(here.opened));
    expect(page.opened.turn).toBeNull();
    const { messages } = page.opened;
    expect(messages.map(({ author }) => author)).toEqual(["customer", "assistant", "customer", "assistant"]);
    expect(messages[1]?.text).toHaveLength(writing.chars);
  }
  expect(service.faults).toEqual([]);
});

test("N2, N4: a node dies together with what Redis held, and its answer goes on where somebody looks at it", {
  timeout: 40_000,
}, async () => {
  await using redis = await openRedis();
  await using service = await openService({ redis });
  const [url = "", other = ""] = service.urls;
  await using here = await openCustomer(url);
  const turnId = await here.begin(asking({ ...writing, chars: 1_200 }));
  using tab = await openTab([other], new Browser(here.opened.guestToken));
  await tab.grownTo(turnId, 100);
  const [owner] = service.nodes;
  const killed = owner?.kill();
  await redis.command("FLUSHALL");
  await killed;
  const { outcome } = await tab.ended(turnId, 20_000);
  expect(outcome).toBe("completed");
  expect(tab.textOf(turnId)).toHaveLength(1_200);
  const asked = await tab.ask(asking({ chars: 60 }, `again ${freshId()}`));
  expect((await tab.ended(asked)).outcome).toBe("completed");
});
