import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Responder } from "../../src/contract/shapes.ts";
import { openAgent, type TestAgent } from "../support/agent.ts";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { until } from "../support/until.ts";
import { openService } from "./service.support.ts";

const node = { limits: { socketsPerCustomer: 1_000, messagesPerMinute: 100_000, messagesBurst: 100_000 } };

/** Who answers, as the page has it. */
const shownBy = ({ facts }: OpenCustomer): Responder | undefined =>
  facts.findLast(({ name }) => name === "responder:changed")?.payload.responder;

/** Conversations that are over ten seconds after the last word, or agents who are gone after five. */
async function openHasty(settings: object) {
  const path = join(tmpdir(), `tidegate-desk-pages-${randomUUID()}.json`);
  await writeFile(path, JSON.stringify({ ...node, ...settings }));
  return openService({ env: { TIDEGATE_CONFIG: path } });
}

test.concurrent("C1 H1 H5: a conversation that is over while an agent holds it leaves every inbox, and the customer's next question is the assistant's", {
  timeout: 60_000,
}, async () => {
  await using service = await openHasty({ context: { lifeSeconds: 10 } });
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(there, "Li", "mine");
  await using wang = await openAgent(here, "Wang");
  await using customer = await openCustomer(here);
  await using second = await openAgain(here, customer);
  const { conversationId } = customer.opened;
  await li.ask("conversation:join", { conversationId });
  await li.ask("conversation:take", { conversationId });
  await li.ask("message:send", { conversationId, messageId: freshId(), text: "Here I am." });
  for (const agent of [li, wang]) await agent.row(conversationId, ({ responder }) => responder.agentId === "li@shop");
  await pause(10_500);
  for (const agent of [li, wang]) await agent.rowGone(conversationId);
  const late = await li.send("message:send", { conversationId, messageId: freshId(), text: "Still there?" });
  expect(late).toMatchObject({ ok: false, error: { code: "not-found" } });
  expect(await li.send("conversation:return", { conversationId })).toMatchObject({ error: { code: "not-found" } });
  expect((await customer.answerTo("hello again")).outcome).toBe("completed");
  for (const page of [customer, second])
    await until("the page shows who answers", () => shownBy(page)?.kind === "assistant");
  await using again = await openAgain(there, customer);
  expect(again.opened).toMatchObject({ responder: { kind: "assistant" }, turn: null });
  expect(again.opened.messages.map(({ author }) => author)).toEqual(["customer", "assistant"]);
  await wang.row(conversationId, ({ responder }) => responder.kind === "assistant");
  await li.ask("conversation:take", { conversationId });
  await customer.fact("message:added", ({ message }) => message.notice?.kind === "agent-joined");
  expect(service.faults).toEqual([]);
});

test.concurrent("H1 H5 H6: one agent with pages at two nodes is one agent: both show the same, each may speak, and one that is closed loses nothing", {
  timeout: 60_000,
}, async () => {
  await using service = await openHasty({ desk: { goneSeconds: 5 } });
  const [here = "", there = ""] = service.urls;
  const one = await openAgent(here, "Li", "mine");
  await using other = await openAgent(there, "Li", "mine");
  await using wang = await openAgent(there, "Wang");
  await using customer = await openCustomer(here);
  const { conversationId } = customer.opened;
  await wang.ask("conversation:join", { conversationId });
  for (const page of [one, other]) await page.ask("conversation:join", { conversationId });
  await wang.fact("viewers:changed", ({ viewers }) => viewers.length === 2);
  // Both at once: it is the same agent's, whoever came first.
  const takes = await Promise.all([one, other].map((page) => page.send("conversation:take", { conversationId })));
  expect(takes.map(({ ok }) => ok)).toEqual([true, true]);
  for (const page of [one, other]) await page.row(conversationId, ({ responder }) => responder.agentId === "li@shop");
  const joined = () => customer.facts.filter(({ payload }) => payload.message?.notice?.kind === "agent-joined");
  await customer.fact("message:added", ({ message }) => message.notice?.kind === "agent-joined");
  expect(joined()).toHaveLength(1);
  const messageId = freshId();
  const words = { conversationId, messageId, text: "Here I am." };
  await Promise.all([one, other].map((page) => page.ask("message:send", words)));
  for (const page of [one, other]) await page.fact("message:added", ({ message }) => message.messageId === messageId);
  await one[Symbol.asyncDispose]();
  // Longer than an agent without any page may be away.
  await pause(8_000);
  await customer.ask("message:send", { messageId: freshId(), text: "are you there?" });
  await other.fact("message:added", ({ message }) => message.text === "are you there?");
  await other.ask("message:send", { conversationId, messageId: freshId(), text: "I am." });
  await customer.fact("message:added", ({ message }) => message.text === "I am.");
  await using again = await openAgain(there, customer);
  expect(again.opened.messages.filter((message) => message.messageId === messageId)).toHaveLength(1);
  expect(customer.facts.some(({ payload }) => payload.message?.notice?.kind === "agent-lost")).toBe(false);
  const { agents } = await wang.openInbox();
  expect(agents.map(({ agentId }) => agentId).toSorted()).toEqual(["li@shop", "wang@shop"]);
  await other[Symbol.asyncDispose]();
  await customer.fact("message:added", ({ message }) => message.notice?.kind === "agent-lost");
  expect(service.faults).toEqual([]);
});

test.concurrent("H3 H4: handed back again and again, the assistant stops calling people by itself, at whichever node; a customer who asks is never refused", {
  timeout: 60_000,
}, async () => {
  await using service = await openHasty({});
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(there, "Li");
  await using wang = await openAgent(here, "Wang");
  await using first = await openCustomer(here);
  await using second = await openAgain(there, first);
  const { conversationId } = first.opened;
  const kinds = () => first.facts.flatMap(({ payload }) => payload.message?.notice?.kind ?? []);
  const requests = () => kinds().filter((kind) => kind === "person-requested").length;
  const failTwice = async (page: OpenCustomer) => {
    for (let at = 0; at < 2; at++) expect((await page.answerTo("[[sim: refuse]] hello")).outcome).toBe("failed");
  };
  const takenAndGivenBack = async (agent: TestAgent, note: string) => {
    await agent.row(conversationId, ({ waitingSince }) => waitingSince !== undefined);
    await agent.ask("conversation:take", { conversationId });
    await agent.ask("conversation:return", { conversationId, note });
    await agent.row(conversationId, ({ responder }) => responder.kind === "assistant");
  };
  for (const [page, agent, note] of [[first, li, "one"] as const, [second, wang, "two"] as const]) {
    await failTwice(page);
    await takenAndGivenBack(agent, note);
  }
  expect(requests()).toBe(2);
  for (const page of [first, second]) await failTwice(page);
  expect(requests()).toBe(2);
  for (const [page, agent] of [[first, wang] as const, [second, li] as const]) {
    await page.ask("message:send", { messageId: freshId(), text: "转人工" });
    await takenAndGivenBack(agent, "asked");
  }
  const round = ["person-requested", "agent-joined", "agent-left"];
  await until("every change is seen", () => kinds().length >= 12);
  expect(kinds()).toEqual([...round, ...round, ...round, ...round]);
  // Both have left without a word: what was asked last is the assistant's to answer. The relay refuses that as well.
  const wished = first.facts.findLast(({ payload }) => payload.message?.text === "转人工")?.payload.message.messageId;
  await until("the last wish was asked of the assistant, and has ended", async () => {
    await using again = await openAgain(here, first);
    const { responder, messages, turn } = again.opened;
    const asked = messages.find(({ messageId }) => messageId === wished);
    const answer = messages.find(({ author, turnId }) => author === "assistant" && turnId === asked?.turnId);
    return responder.kind === "assistant" && turn === null && answer?.outcome === "failed";
  });
  const { notes } = await li.ask("conversation:join", { conversationId });
  expect(notes.map(({ text }) => text)).toEqual(["one", "two", "asked", "asked"]);
  expect(service.faults).toEqual([]);
});

test.concurrent("H3 A6: what waited in line when an agent took over in silence stands in line again when it is handed back, and its page is told where", {
  timeout: 60_000,
}, async () => {
  const narrow = { perSecond: 0.1, burst: 1 };
  const tiers = { high: narrow, medium: narrow, degraded: narrow };
  await using service = await openHasty({ admission: { tiers } });
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(there, "Li");
  await using first = await openCustomer(here);
  await using second = await openCustomer(here);
  await using third = await openCustomer(here);
  const asked: string[] = [];
  for (const customer of [first, second, third])
    asked.push((await customer.ask("message:send", { messageId: freshId(), text: "hello" })).turnId ?? "");
  const { conversationId } = second.opened;
  await second.fact("turn:queued", ({ turnId, position }) => turnId === asked[1] && position === 1);
  await third.fact("turn:queued", ({ turnId, position }) => turnId === asked[2] && position === 2);
  await li.ask("conversation:join", { conversationId });
  await li.ask("conversation:take", { conversationId });
  await second.fact("turn:ended", ({ turnId, outcome }) => turnId === asked[1] && outcome === "interrupted");
  await third.fact("turn:queued", ({ turnId, position }) => turnId === asked[2] && position === 1);
  await li.ask("conversation:return", { conversationId });
  const handedAt = performance.now();
  const { turnId } = await second.fact("turn:queued", (queued) => queued.turnId !== asked[1] && queued.position === 2);
  expect(performance.now() - handedAt).toBeLessThan(1_500);
  expect(second.facts.some(({ payload }) => payload.message?.turnId === turnId)).toBe(true);
  expect(service.faults).toEqual([]);
});

test.concurrent("H3 A6: what one node was about to answer, and another one hands back at once, stands in line, and its page is told where", {
  timeout: 60_000,
}, async () => {
  const narrow = { perSecond: 0.1, burst: 1 };
  await using service = await openHasty({ admission: { tiers: { high: narrow, medium: narrow, degraded: narrow } } });
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(there, "Li");
  await using customer = await openCustomer(here);
  const { conversationId } = customer.opened;
  await li.ask("conversation:join", { conversationId });
  const text = "[[sim: long chars=40; pace first=4000 delta=20 chars=4]] in stock?";
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text });
  await customer.fact("turn:started", (started) => started.turnId === turnId);
  await li.ask("conversation:take", { conversationId });
  await li.ask("conversation:return", { conversationId });
  const handedAt = performance.now();
  await customer.fact("turn:queued", (queued) => queued.turnId !== turnId && queued.position === 1);
  expect(performance.now() - handedAt).toBeLessThan(3_000);
  expect(service.faults).toEqual([]);
});

test.concurrent("H3 A6: of a turn that is over no place is told, however quickly one agent follows the other", {
  timeout: 60_000,
}, async () => {
  const narrow = { perSecond: 0.1, burst: 1 };
  await using service = await openHasty({ admission: { tiers: { high: narrow, medium: narrow, degraded: narrow } } });
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(there, "Li");
  await using customer = await openCustomer(here);
  const { conversationId } = customer.opened;
  await li.ask("conversation:join", { conversationId });
  const text = "[[sim: long chars=40; pace first=9000 delta=20 chars=4]] in stock?";
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text });
  await customer.fact("turn:started", (started) => started.turnId === turnId);
  await li.ask("conversation:take", { conversationId });
  for (let handed = 0; handed < 12; handed++) {
    await li.ask("conversation:return", { conversationId });
    await li.ask("conversation:take", { conversationId });
  }
  await pause(1_000);
  const over = new Set<string>();
  const late = customer.facts.filter(({ name, payload }) => {
    if (name === "turn:ended") over.add(payload.turnId);
    return name === "turn:queued" && over.has(payload.turnId);
  });
  expect(over.size).toBeGreaterThan(6);
  expect(late).toEqual([]);
  expect(service.faults).toEqual([]);
});
