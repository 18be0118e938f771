import { expect, test } from "vitest";
import { Keys } from "../../src/engines/redis/keys.ts";
import { RedisLedger } from "../../src/engines/redis/ledger.ts";
import { Link } from "../../src/engines/redis/link.ts";
import { openStore } from "../engines/redis.support.ts";
import { openAgent } from "../support/agent.ts";
import { openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { generous, openTestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

test("U6 H1 a draft for an agent is recorded, and an answer that an agent has cut short", async () => {
  await using redis = await openRedis();
  await using server = await openTestServer({ config: generous, env: redis.env });
  await using customer = await openCustomer(server.url);
  const { conversationId } = customer.opened;
  await using agent = await openAgent(server.url, "Li");
  const turnId = await customer.begin("[[sim: long chars=4000; pace first=1 delta=5 chars=10]] tell me");
  await agent.ask("conversation:take", { conversationId });
  const { draftId } = await agent.ask("draft:request", { conversationId });
  await agent.fact("draft:ended");
  await using store = await openStore({ kind: "one", url: redis.url });
  const ledger = new RedisLedger(new Link(store.store), new Keys("tidegate"));
  const records = await until("both are entered", async () => {
    const page = await ledger.records(null, 10);
    return page.records.length === 2 && page.records;
  });
  expect(records).toMatchObject([
    { turnId, conversationId, purpose: "answer", outcome: "aborted", isEstimated: true, class: "guest" },
    { turnId: draftId, conversationId, purpose: "draft", outcome: "complete", isEstimated: false },
  ]);
  expect(records[0]?.outputTokens).toBeGreaterThan(1);
  expect(records[0]?.customer).toBe(records[1]?.customer);
});
