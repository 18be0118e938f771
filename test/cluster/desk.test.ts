import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openAgent, type TestAgent } from "../support/agent.ts";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { allRun, asking, openService } from "./service.support.ts";

const long = asking({ chars: 3_000, deltaMs: 10, deltaChars: 10 });
const positionsOf = ({ facts }: OpenCustomer) =>
  facts.flatMap(({ name, payload }) => (name === "agent:queued" ? [payload.position as number] : []));

/** The responder as every page of the conversation that is opened now is told. */
async function responders(urls: readonly string[], customer: OpenCustomer) {
  return Promise.all(
    urls.map(async (url) => {
      await using again = await openAgain(url, customer);
      return again.opened.responder;
    }),
  );
}

test.concurrent("N4 H1 H4: Redis loses everything while customers wait and an agent holds one: the desk is as it was, and what was said too", {
  timeout: 60_000,
}, async () => {
  await using redis = await openRedis({ appendonly: true });
  await using service = await openService({ redis });
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(here, "Li");
  await using wang = await openAgent(there, "Wang");
  await using held = await openCustomer(here);
  await using first = await openCustomer(there);
  await using second = await openCustomer(here);
  const { conversationId } = held.opened;
  await li.ask("conversation:take", { conversationId });
  await first.ask("agent:request", { reason: "refund" });
  expect(await second.ask("agent:request", {})).toEqual({ position: 2 });
  const messageId = freshId();
  await li.ask("message:send", { conversationId, messageId, text: "I am here." });
  await redis.command("FLUSHALL");
  for (const agent of [li, wang]) {
    agent.inbox.clear();
    await agent.openInbox();
    await agent.row(
      first.opened.conversationId,
      ({ waitingSince, reason }) => waitingSince !== undefined && reason === "refund",
    );
    await agent.row(second.opened.conversationId, ({ responder }) => responder.kind === "nobody");
    await agent.row(conversationId, ({ responder }) => responder.agentId === "li@shop");
  }
  await held.ask("message:send", { messageId: freshId(), text: "and who are you?" });
  expect(await responders(service.urls, held)).toEqual(Array(2).fill({ kind: "agent", name: "Li" }));
  await using again = await openAgain(there, held);
  expect(again.opened.messages.map((message) => message.messageId)).toContain(messageId);
  await wang.ask("conversation:take", { conversationId: first.opened.conversationId });
  await until("the second moves up", () => positionsOf(second).includes(1));
  const positions = positionsOf(second);
  expect(positions).toEqual(positions.toSorted((a, b) => b - a));
  expect(service.faults).toEqual([]);
});

test.concurrent.each(["hangs", "is killed"])(
  "N4 H1: Redis %s while agents take and customers ask for a person: what was acknowledged holds, and all agree afterwards",
  { timeout: 90_000 },
  async (how) => {
    await using redis = await openRedis({ appendonly: true });
    await using service = await openService({ redis });
    const [here = "", there = ""] = service.urls;
    await using li = await openAgent(here, "Li");
    await using wang = await openAgent(there, "Wang");
    const customers = await Promise.all(Array.from({ length: 12 }, (_, at) => openCustomer(at % 2 ? here : there)));
    await Promise.all(customers.map((customer) => customer.begin(long)));
    const act = async (customer: OpenCustomer, at: number) => {
      await pause(at * 5);
      const { conversationId } = customer.opened;
      const agent = at % 2 ? li : wang;
      if (at % 3 === 2) return (await customer.send("agent:request", {}).catch(() => null))?.ok;
      return (await agent.send("conversation:take", { conversationId }).catch(() => null))?.ok;
    };
    const acting = Promise.all(customers.map(act));
    await pause(20);
    if (how === "hangs") redis.stop();
    else await redis.kill();
    await pause(3_500);
    if (how === "hangs") redis.cont();
    else await redis.start();
    const done = await acting;
    console.log(`N4: ${done.filter(Boolean).length} of ${done.length} were acknowledged`);
    for (const [at, customer] of customers.entries()) {
      const kind = at % 3 === 2 ? "nobody" : "agent";
      const agent = at % 2 ? li : wang;
      const { conversationId } = customer.opened;
      if (done[at]) {
        await until(
          "what was acknowledged holds",
          async () =>
            expect((await responders(service.urls, customer)).map((each) => each.kind)).toEqual([kind, kind]) ?? true,
        );
      } else
        await until("it is done once more", async () =>
          at % 3 === 2
            ? (await customer.send("agent:request", {})).ok
            : (await agent.send("conversation:take", { conversationId })).ok,
        );
      await expectAgreed(customer, [li, wang], service.urls, kind);
      await until("nothing is being written", async () => {
        await using now = await openAgain(here, customer);
        return now.opened.turn === null;
      });
    }
    await Promise.all(customers.map((customer) => customer[Symbol.asyncDispose]()));
    expect(allRun(service)).toBe(true);
    expect(service.faults).toEqual([]);
  },
);

test.concurrent("N4 S11: a node falls asleep while an agent speaks and hands back: it tells of both when it wakes", {
  timeout: 60_000,
}, async () => {
  await using redis = await openRedis({ appendonly: true });
  await using service = await openService({ redis, nodes: 1 });
  const child = service.nodes[0]?.child;
  await using li = await openAgent(service.url, "Li");
  await using customer = await openCustomer(service.url);
  const { conversationId } = customer.opened;
  await li.ask("conversation:take", { conversationId });
  redis.stop();
  const said = li.send("message:send", { conversationId, messageId: freshId(), text: "Li, a person." });
  const returned = li.send("conversation:return", { conversationId });
  await pause(150);
  child?.kill("SIGSTOP");
  redis.cont();
  // The store's replies lie there when the node wakes, and it has given them up by then.
  await pause(1_200);
  child?.kill("SIGCONT");
  await Promise.all([said, returned]);
  await customer.fact("message:added", ({ message }) => message.author === "agent");
  await customer.fact("message:added", ({ message }) => message.notice?.kind === "agent-left");
  await customer.fact("responder:changed", ({ responder }) => responder.kind === "assistant");
});

/** The page, the inboxes and the store say the same. */
async function expectAgreed(
  customer: OpenCustomer,
  agents: readonly TestAgent[],
  urls: readonly string[],
  kind: string,
): Promise<void> {
  const { conversationId } = customer.opened;
  const shown = () => customer.facts.findLast(({ name }) => name === "responder:changed")?.payload.responder.kind;
  await until("the page shows it", () => expect(shown()).toBe(kind) ?? true);
  for (const agent of agents) {
    const row = () => agent.inbox.get(conversationId)?.responder.kind;
    await until("the inbox shows it", () => expect(row()).toBe(kind) ?? true);
  }
  const stored = async () => (await responders(urls, customer)).map((responder) => responder.kind);
  await until(
    "every page shows it that is opened now",
    async () => expect(await stored()).toEqual([kind, kind]) ?? true,
  );
}

/** Agents who are gone for five seconds lose what they hold. */
async function openHasty(nodes: 2 = 2) {
  const path = join(tmpdir(), `tidegate-desk-${randomUUID()}.json`);
  await writeFile(path, JSON.stringify({ desk: { goneSeconds: 5 } }));
  return openService({ nodes, env: { TIDEGATE_CONFIG: path } });
}

test.concurrent("H6: an agent who is gone loses the conversation to the line, one who is there keeps it, and without anybody the assistant goes on", {
  timeout: 60_000,
}, async () => {
  await using service = await openHasty();
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(here, "Li");
  const wang = await openAgent(there, "Wang");
  await using ofLi = await openCustomer(here);
  await using ofWang = await openCustomer(there);
  await li.ask("conversation:take", { conversationId: ofLi.opened.conversationId });
  await wang.ask("conversation:take", { conversationId: ofWang.opened.conversationId });
  await wang[Symbol.asyncDispose]();
  const lostAt = performance.now();
  await ofWang.fact("message:added", ({ message }) => message.notice?.kind === "agent-lost");
  console.log(`H6: lost after ${Math.round(performance.now() - lostAt)} ms`);
  await ofWang.fact("responder:changed", ({ responder }) => responder.kind === "nobody");
  // Longer than an agent who says nothing may seem to be gone.
  await pause(6_000);
  expect(await responders(service.urls, ofLi)).toEqual(Array(2).fill({ kind: "agent", name: "Li" }));
  await ofLi.ask("message:send", { messageId: freshId(), text: "are you still there?" });
  await li[Symbol.asyncDispose]();
  for (const customer of [ofLi, ofWang])
    await customer.fact("responder:changed", ({ responder }) => responder.kind === "assistant");
  const started = await ofLi.fact("turn:started");
  expect((await ofLi.fact("turn:ended", ({ turnId }) => turnId === started.turnId)).outcome).toBe("completed");
  expect(ofLi.facts.filter(({ payload }) => payload.message?.notice?.kind === "agent-lost")).toHaveLength(1);
  expect(service.faults).toEqual([]);
});

test.concurrent("N3 H5: the agent's node is drained: the agent is told, comes back at the other one, and still has the conversation", {
  timeout: 60_000,
}, async () => {
  await using service = await openService({ env: { DRAIN_SECONDS: "2" } });
  const [here = "", there = ""] = service.urls;
  await using customer = await openCustomer(there);
  const li = await openAgent(here, "Li");
  const { conversationId } = customer.opened;
  await customer.begin(long);
  await li.ask("conversation:take", { conversationId });
  const cut = new Promise<void>((resolve) => li.socket.once("disconnect", () => resolve()));
  const gone = service.nodes[0]?.kill("SIGTERM");
  await li.fact("node:draining");
  await cut;
  await using again = await openAgent(there, "Li");
  expect(again.inbox.get(conversationId)).toMatchObject({ responder: { agentId: "li@shop" } });
  await again.ask("message:send", { conversationId, messageId: freshId(), text: "Here I am again." });
  await customer.fact("message:added", ({ message }) => message.author === "agent");
  expect(await gone).toBe(0);
  expect(service.faults).toEqual([]);
});
