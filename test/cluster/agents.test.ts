import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openAgent } from "../support/agent.ts";
import { freshId, openAgain, openCustomer } from "../support/customer.ts";
import { until } from "../support/until.ts";
import { asking, openService } from "./service.support.ts";

const long = asking({ chars: 3_000, deltaMs: 10, deltaChars: 10 });

test("H1 H5: an agent at one node watches what another node writes, cuts in, and is at once the only one who speaks", async () => {
  await using service = await openService();
  const [here = "", there = ""] = service.urls;
  await using customer = await openCustomer(here);
  await using li = await openAgent(there, "Li");
  const { conversationId } = customer.opened;
  const turnId = await customer.begin(long);
  const { turn } = await li.ask("conversation:join", { conversationId });
  const before = turn?.text ?? "";
  await until("the answer is seen to grow", () => li.textOf(turnId, before).length > before.length + 100);
  const askedAt = performance.now();
  await li.ask("conversation:take", { conversationId });
  const silentMs = performance.now() - askedAt;
  // What was on its way to the customer, over another connection, has come by then.
  await customer.ask("typing:set", { active: false });
  const said = [customer.textOf(turnId), li.textOf(turnId, before)];
  const end = await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
  await li.fact("turn:ended", (ended) => ended.turnId === turnId);
  expect(end.outcome).toBe("interrupted");
  // What had not been shown yet comes with the end.
  for (const text of said) expect(end.message?.text.startsWith(text)).toBe(true);
  expect([customer.textOf(turnId), li.textOf(turnId, before)]).toEqual(said);
  // Not after the patience with a node that says nothing.
  expect(silentMs).toBeLessThan(1_500);
  console.log(`H1: silent after ${silentMs.toFixed(0)} ms`);

  await customer.ask("message:send", { messageId: freshId(), text: "who are you?" });
  await li.fact("message:added", ({ message }) => message.text === "who are you?");
  await li.ask("message:send", { conversationId, messageId: freshId(), text: "Li, a person." });
  await customer.fact("message:added", ({ message }) => message.author === "agent");
  await li.ask("conversation:return", { conversationId, note: "said who I am" });
  await customer.fact("responder:changed", ({ responder }) => responder.kind === "assistant");
  expect((await customer.answerTo("hello")).outcome).toBe("completed");
  await using again = await openAgain(there, customer);
  expect(again.opened.messages.map(({ author }) => author)).toEqual([
    ...["customer", "assistant", "system", "customer", "agent", "system", "customer", "assistant"],
  ]);
  expect(service.faults).toEqual([]);
});

test("H3: taken before the first word and handed back without any, a question is the assistant's again", async () => {
  await using service = await openService();
  const [here = "", there = ""] = service.urls;
  await using customer = await openCustomer(here);
  await using li = await openAgent(there, "Li");
  const { conversationId } = customer.opened;
  await li.ask("conversation:join", { conversationId });
  const question = { messageId: freshId(), text: "[[sim: long chars=40; pace first=1500 delta=20 chars=4]] in stock?" };
  const { turnId } = await customer.ask("message:send", question);
  await customer.fact("turn:started", (started) => started.turnId === turnId);
  await li.ask("conversation:take", { conversationId });
  const cut = await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
  expect(cut).toMatchObject({ outcome: "interrupted", message: { text: "" } });
  await li.ask("conversation:return", { conversationId });
  const end = await customer.fact("turn:ended", ({ outcome }) => outcome !== "interrupted");
  expect(end).toMatchObject({ outcome: "completed", message: { text: customer.exactTextOf(end.turnId) } });
  // The page knows what is answered.
  const told = customer.facts.findLast(({ payload }) => payload.message?.messageId === question.messageId);
  expect(told?.payload.message.turnId).toBe(end.turnId);
  await using again = await openAgain(there, customer);
  const ofQuestion = again.opened.messages.filter((message) => message.turnId === end.turnId);
  expect(ofQuestion.map(({ text }) => text)).toEqual([question.text, end.message?.text]);
  // Asked again, as by a page that has not heard that it was stored, it is the same question.
  expect(await customer.ask("message:send", question)).toEqual({ turnId: end.turnId });
  expect(service.faults).toEqual([]);
});

test("H1: an agent who speaks at one node while the take at another one is not through is acknowledged when nobody hears the assistant any more", async () => {
  await using service = await openService({ nodes: 3 });
  const [writing = "", taking = "", asleep = ""] = service.urls;
  await using customer = await openCustomer(writing);
  await using other = await openAgain(asleep, customer);
  await using li = await openAgent(taking, "Li");
  await using again = await openAgent(writing, "Li");
  const { conversationId } = customer.opened;
  const turnId = await customer.begin(long);
  await li.ask("conversation:join", { conversationId });
  await until("all read along", () => [customer, other].every((page) => page.textOf(turnId).length > 100));
  const { child } = service.nodes[2] ?? {};
  // So short that the node does not notice: what it was told meanwhile it will show.
  child?.kill("SIGSTOP");
  const woken = pause(1_000).then(() => child?.kill("SIGCONT"));
  const before = customer.textOf(turnId).length;
  await until("more was written", () => customer.textOf(turnId).length > before + 100);
  const taken = li.ask("conversation:take", { conversationId });
  await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
  await again.ask("message:send", { conversationId, messageId: freshId(), text: "Li, a person." });
  const read = other.textOf(turnId);
  await woken;
  await other.fact("turn:ended", (ended) => ended.turnId === turnId);
  await taken;
  expect(other.textOf(turnId)).toBe(read);
  expect(service.faults).toEqual([]);
});

test("H2 H4: agents at two nodes see one inbox; who asks for a person at one node is taken at the other", async () => {
  await using service = await openService();
  const [here = "", there = ""] = service.urls;
  await using li = await openAgent(here, "Li");
  await using wang = await openAgent(there, "Wang");
  await using first = await openCustomer(here);
  await using second = await openCustomer(there);
  expect(await first.ask("agent:request", { reason: "refund" })).toEqual({ position: 1 });
  expect(await second.ask("agent:request", {})).toEqual({ position: 2 });
  const { conversationId } = first.opened;
  for (const agent of [li, wang])
    await agent.row(conversationId, ({ waitingSince, reason }) => waitingSince !== undefined && reason === "refund");
  const replies = await Promise.all([li, wang].map((agent) => agent.send("conversation:take", { conversationId })));
  expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
  expect(replies.find((reply) => !reply.ok)).toMatchObject({ error: { code: "taken" } });
  await second.fact("agent:queued", ({ position }) => position === 1);
  for (const agent of [li, wang]) await agent.row(conversationId, ({ responder }) => responder.kind === "agent");
  await li.fact("agents:changed", ({ agents }) => agents.length === 2);
  expect(service.faults).toEqual([]);
});

test("H1 N2: the writing node is killed while its answer is being taken over: the text that was logged is kept, and nobody writes on", async () => {
  await using service = await openService();
  const [here = "", there = ""] = service.urls;
  await using customer = await openCustomer(here);
  await using li = await openAgent(there, "Li");
  const { conversationId } = customer.opened;
  const turnId = await customer.begin(long);
  await li.ask("conversation:join", { conversationId });
  await until("some of it is logged", () => customer.textOf(turnId).length > 500);
  service.nodes[0]?.child.kill("SIGKILL");
  await li.ask("conversation:take", { conversationId });
  const end = await li.fact("turn:ended", (ended) => ended.turnId === turnId);
  expect(end.outcome).toBe("interrupted");
  expect(end.message?.text.length).toBeGreaterThan(100);
  await using again = await openAgain(there, customer);
  expect(again.opened).toMatchObject({ turn: null, responder: { kind: "agent", name: "Li" } });
  await li.ask("conversation:return", { conversationId });
  expect((await again.answerTo("hello")).outcome).toBe("completed");
});
