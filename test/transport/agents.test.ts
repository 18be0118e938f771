import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestAgent as Agent, openAgent, type TestAgent, tokenOf } from "../support/agent.ts";
import { freshId, type OpenCustomer, openAgain, openCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** A long answer at a pace that leaves time to cut in. */
const slowly = (words: string, chars = 4_000) => `[[sim: long chars=${chars}; pace first=1 delta=5 chars=10]] ${words}`;

/** A question to which the relay answers by asking for a person. */
const calling = (reason: string) =>
  `[[sim: call name=request_person input=${JSON.stringify(JSON.stringify({ reason }))}]] I am upset`;

let server: TestServer;
let li: TestAgent;
let customer: OpenCustomer;
let conversationId: string;

beforeAll(async () => {
  server = await openTestServer({ config: generous });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  li = await openAgent(server.url, "Li");
  customer = await openCustomer(server.url);
  conversationId = customer.opened.conversationId;
  return async () => {
    for (const open of [li, customer]) await open[Symbol.asyncDispose]();
  };
});

const join = (agent = li) => agent.ask("conversation:join", { conversationId });
const take = (agent = li) => agent.ask("conversation:take", { conversationId });
const noticesOf = ({ facts }: OpenCustomer) =>
  facts.flatMap(({ name, payload }) =>
    name === "message:added" && payload.message.notice ? [payload.message.notice] : [],
  );

describe("who may connect", () => {
  test.each([
    ["a customer's token", () => tokenOf({ sub: "c1", role: "customer" }), "forbidden"],
    ["a token without a role", () => tokenOf({ sub: "c1" }), "forbidden"],
    [
      "a token signed by somebody else",
      () => tokenOf({ sub: "c1", role: "agent" }, "another secret of enough length"),
      "unauthenticated",
    ],
    ["no token", async () => "", "forbidden"],
    ["garbage", async () => "a.b.c", "unauthenticated"],
    ["a role that there is none of", () => tokenOf({ sub: "c1", role: "admin" }), "unauthenticated"],
  ])("X1 %s does not open the agents' namespace", async (_, token, code) => {
    await using agent = new Agent(server.url, await token());
    await expect(agent.connected()).rejects.toMatchObject({ data: { code } });
  });

  test("X1 an agent's token does not open a customer's conversation", async () => {
    const token = await tokenOf({ sub: "li@shop", role: "agent" });
    await expect(openCustomer(server.url, { token })).rejects.toMatchObject({ data: { code: "forbidden" } });
  });
});

describe("watching", () => {
  test("H5 an agent sees an answer from its first character while it is written, and the customer sees nobody", async () => {
    const turnId = await customer.begin(slowly("tell me of the tide", 400));
    const { turn, summary } = await join();
    expect(summary.responder).toEqual({ kind: "assistant" });
    if (turn === null) throw new Error("nothing is being written");
    const end = await li.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect(end.conversationId).toBe(conversationId);
    expect(turn.offset).toBe(0);
    expect(li.textOf(turnId, turn.text)).toBe(end.message?.text);
    expect(customer.facts.map(({ name }) => name)).not.toContain("responder:changed");
    expect(JSON.stringify(customer.facts)).not.toContain("Li");
  });

  test("H5 an agent who comes back with what is already there is sent what is missing, and nothing twice", async () => {
    const turnId = await customer.begin(slowly("tell me of the tide", 1_000));
    const first = (await join()).turn?.text ?? "";
    await until("some text has come", () => li.textOf(turnId, first).length > 100);
    await li[Symbol.asyncDispose]();
    const known = li.textOf(turnId, first);
    await using again = await openAgent(server.url, "Li");
    const have = { turnId, epoch: 1, offset: known.length };
    const { turn } = await again.ask("conversation:join", { conversationId, have });
    expect(turn?.offset).toBe(known.length);
    const end = await again.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect(again.textOf(turnId, known + turn?.text)).toBe(end.message?.text);
  });

  test("H5 agents see who else looks at a conversation, and the inbox says so too", async () => {
    await join();
    await using wang = await openAgent(server.url, "Wang");
    await join(wang);
    const both = ["li@shop", "wang@shop"];
    const ids = (viewers: readonly { agentId: string }[]) => viewers.map(({ agentId }) => agentId).toSorted();
    await li.fact("viewers:changed", ({ viewers }) => ids(viewers).join() === both.join());
    await customer.answerTo("hello");
    await li.row(conversationId, ({ viewers }) => ids(viewers).join() === both.join());
    await wang.ask("conversation:leave", { conversationId });
    await li.fact("viewers:changed", ({ viewers }) => ids(viewers).join() === "li@shop");
  });

  test("H5 the inbox shows what the assistant writes as it moves, and the end of it", async () => {
    await customer.begin(slowly("tell me of the tide", 3_000));
    const first = await li.row(conversationId, ({ turn }) => turn === "streaming");
    expect(first).toMatchObject({ responder: { kind: "assistant" }, last: { author: "assistant" } });
    const moved = await li.row(conversationId, ({ last }) => last?.text !== first.last?.text);
    expect(moved.last?.text.length).toBeLessThanOrEqual(160);
    await li.row(conversationId, ({ turn }) => turn === undefined);
  });

  test("H5 a conversation that there is none of is not found, and changes nothing", async () => {
    expect(await li.send("conversation:join", { conversationId: "nowhere" })).toMatchObject({
      error: { code: "not-found" },
    });
    expect(await li.send("conversation:take", { conversationId: "nowhere" })).toMatchObject({
      error: { code: "not-found" },
    });
    const resume = { conversationId, turnId: "t", epoch: 0, offset: 0 };
    expect(await li.send("turn:resume", resume)).toMatchObject({ error: { code: "not-open" } });
  });
});

describe("taking over", () => {
  test("H1 the assistant falls silent in mid-sentence: after the acknowledgement not one character of it arrives", async () => {
    const turnId = await customer.begin(slowly("tell me of the tide"));
    await join();
    const askedAt = performance.now();
    const { epoch } = await take();
    const silentMs = performance.now() - askedAt;
    const lengths = [customer.textOf(turnId).length, li.textOf(turnId).length];
    const end = await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect([epoch, end.outcome]).toEqual([1, "interrupted"]);
    await customer.ask("typing:set", { active: false });
    expect([customer.textOf(turnId).length, li.textOf(turnId).length]).toEqual(lengths);
    expect(end.message?.text).toBe(customer.textOf(turnId));
    expect(silentMs).toBeLessThan(1_000);
    expect((await server.requests()).at(-1)).toMatchObject({ state: "aborted" });
  });

  test("H1 H4 the customer is told who answers, and what is asked from now on is the agent's to answer", async () => {
    await join();
    await take();
    await customer.fact("responder:changed", ({ responder }) => responder.name === "Li");
    expect(JSON.stringify(customer.facts)).not.toContain("li@shop");
    expect(noticesOf(customer)).toEqual([{ kind: "agent-joined", name: "Li" }]);
    const before = (await server.requests()).length;
    expect(await customer.ask("message:send", { messageId: freshId(), text: "are you there?" })).toEqual({
      turnId: null,
    });
    await li.fact("message:added", ({ message }) => message.text === "are you there?");
    const messageId = freshId();
    await li.ask("message:send", { conversationId, messageId, text: "Yes, I am." });
    const said = await customer.fact("message:added", ({ message }) => message.messageId === messageId);
    expect(said.message).toMatchObject({ author: "agent", name: "Li", text: "Yes, I am." });
    expect((await server.requests()).length).toBe(before);
    await using again = await openAgain(server.url, customer);
    expect(again.opened.responder).toEqual({ kind: "agent", name: "Li" });
  });

  test("H1 saying something takes over first, and the same message again is said once", async () => {
    const turnId = await customer.begin(slowly("tell me of the tide"));
    const said = { conversationId, messageId: freshId(), text: "Let me help." };
    await Promise.all([li.ask("message:send", said), li.ask("message:send", said)]);
    await li.ask("message:send", said);
    expect((await customer.fact("turn:ended", (end) => end.turnId === turnId)).outcome).toBe("interrupted");
    const { messages } = await join();
    expect(messages.filter(({ author }) => author === "agent")).toHaveLength(1);
    expect(await li.send("message:send", { ...said, text: "other" })).toMatchObject({
      error: { code: "message-conflict" },
    });
  });

  test("H2 two agents take at once: one wins, the other is told who", async () => {
    await using wang = await openAgent(server.url, "Wang");
    const replies = await Promise.all([li, wang].map((agent) => agent.send("conversation:take", { conversationId })));
    const refused = replies.filter((reply) => !reply.ok);
    expect(refused).toHaveLength(1);
    const winner = replies[0]?.ok ? "Li" : "Wang";
    expect(refused[0]).toMatchObject({ error: { code: "taken", message: `${winner} has taken this conversation.` } });
    const [loser] = winner === "Li" ? [wang] : [li];
    const late = await loser?.send("message:send", { conversationId, messageId: freshId(), text: "me too" });
    expect(late).toMatchObject({ error: { code: "taken" } });
  });

  test("H1 whoever has taken it may take it again, and nothing is told twice", async () => {
    await take();
    await take();
    await customer.ask("typing:set", { active: false });
    expect(noticesOf(customer)).toHaveLength(1);
  });

  test("H1 a question that waits for its turn is the agent's to answer as well", async () => {
    const running = await customer.begin(slowly("tell me of the tide"));
    const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "and the moon?" });
    await take();
    for (const id of [running, turnId])
      expect((await customer.fact("turn:ended", (end) => end.turnId === id)).outcome).toBe("interrupted");
    expect(customer.facts.some(({ name, payload }) => name === "turn:started" && payload.turnId === turnId)).toBe(
      false,
    );
  });
});

describe("handing back", () => {
  test("H3 the assistant goes on, and knows what was agreed and what the agent notes", async () => {
    await customer.answerTo("I want a refund");
    await take();
    await li.ask("message:send", { conversationId, messageId: freshId(), text: "You get 20 yuan back." });
    await li.ask("conversation:return", { conversationId, note: "Refund is agreed; do not promise more." });
    await customer.fact("responder:changed", ({ responder }) => responder.kind === "assistant");
    const end = await customer.answerTo("and when?");
    expect(end.outcome).toBe("completed");
    const { body } = (await server.requests()).at(-1) as unknown as {
      body: { system: unknown; messages: { role: string; content: unknown }[] };
    };
    expect(JSON.stringify(body.messages)).toContain("Li of the shop's team, a person, wrote:] You get 20 yuan back.");
    expect(JSON.stringify(body.system)).toContain("Refund is agreed; do not promise more.");
    expect(JSON.stringify(body.messages)).not.toContain("do not promise more");
  });

  test("H3 what the customer asked and nobody answered is the assistant's to answer", async () => {
    await take();
    await customer.ask("message:send", { messageId: freshId(), text: "is anybody there?" });
    await li.ask("conversation:return", { conversationId });
    const started = await customer.fact("turn:started");
    expect((await customer.fact("turn:ended", (end) => end.turnId === started.turnId)).outcome).toBe("completed");
  });

  test("H3 a whisper instructs the assistant, and never reaches the customer", async () => {
    await join();
    await li.ask("whisper:send", { conversationId, text: "Offer free shipping." });
    const note = { conversationId, text: "An old customer.", noteId: freshId() };
    for (let at = 0; at < 2; at++) await li.ask("note:add", note);
    await li.fact("note:added", ({ note }) => note.kind === "note");
    await customer.answerTo("hello");
    const { body } = (await server.requests()).at(-1) as unknown as { body: { system: unknown } };
    expect(JSON.stringify(body.system)).toContain("Li instructs you: Offer free shipping.");
    expect(JSON.stringify(body.system)).not.toContain("An old customer.");
    await using again = await openAgain(server.url, customer);
    expect(JSON.stringify([customer.facts, again.opened])).not.toMatch(/Offer free shipping|An old customer/);
    expect((await join()).notes.map(({ kind }) => kind)).toEqual(["whisper", "note"]);
  });

  test("H1 only the responder hands back, hands over, or closes what an agent has taken", async () => {
    await take();
    await using wang = await openAgent(server.url, "Wang");
    const refused = { error: { code: "not-responder" } };
    expect(await wang.send("conversation:return", { conversationId })).toMatchObject(refused);
    expect(await wang.send("conversation:transfer", { conversationId, to: "wang@shop" })).toMatchObject(refused);
    expect(await wang.send("conversation:resolve", { conversationId })).toMatchObject({ error: { code: "taken" } });
  });

  test("H4 a conversation is handed over to another agent who is there, and to nobody else", async () => {
    await take();
    await using wang = await openAgent(server.url, "Wang");
    await join(wang);
    const nobody = await li.send("conversation:transfer", { conversationId, to: "zhao@shop" });
    expect(nobody).toMatchObject({ error: { code: "agents-away" } });
    await li.ask("conversation:transfer", { conversationId, to: "wang@shop", note: "wants a refund" });
    await customer.fact("responder:changed", ({ responder }) => responder.name === "Wang");
    expect(JSON.stringify(customer.facts)).not.toContain("wang@shop");
    await wang.fact("responder:changed", ({ responder }) => responder.agentId === "wang@shop");
    await wang.row(conversationId, ({ responder }) => responder.agentId === "wang@shop");
    expect((await join(wang)).notes).toMatchObject([{ kind: "note", name: "Li", text: "wants a refund" }]);
    await wang.ask("conversation:return", { conversationId, note: "paid back" });
    await wang.fact("note:added", (told) => told.note.kind === "handback" && told.note.text === "paid back");
    await take(wang);
    expect(await li.send("message:send", { conversationId, messageId: freshId(), text: "?" })).toMatchObject({
      error: { code: "taken" },
    });
  });

  test("H4 a conversation that is closed is the assistant's again, with its tags kept for agents", async () => {
    await take();
    await li.ask("conversation:resolve", { conversationId, tags: ["refund"], note: "paid" });
    await customer.fact("message:added", ({ message }) => message.notice?.kind === "resolved");
    expect((await join()).notes).toMatchObject([{ text: "#refund paid" }]);
    expect((await customer.answerTo("hello again")).outcome).toBe("completed");
  });
});

describe("asking for a person", () => {
  test("H4 the assistant is silent, the customer has a place in line, and agents see who waits and why", async () => {
    const turnId = await customer.begin(slowly("tell me of the tide"));
    expect(await customer.ask("agent:request", { reason: "refund" })).toEqual({ position: 1 });
    expect((await customer.fact("turn:ended", (end) => end.turnId === turnId)).outcome).toBe("interrupted");
    const row = await li.row(conversationId, ({ waitingSince }) => waitingSince !== undefined);
    expect(row).toMatchObject({ responder: { kind: "nobody" }, reason: "refund" });
    await using second = await openCustomer(server.url);
    expect(await second.ask("agent:request", {})).toEqual({ position: 2 });
    await using again = await openAgain(server.url, second);
    expect((await again.fact("agent:queued")).position).toBe(2);
    await take();
    expect((await second.fact("agent:queued", ({ position }) => position === 1)).position).toBe(1);
    await second.ask("agent:cancel", {});
  });

  test("H4 asking again changes nothing, and taking it back lets the assistant answer what was asked meanwhile", async () => {
    await customer.ask("agent:request", {});
    await customer.ask("agent:request", {});
    await customer.ask("message:send", { messageId: freshId(), text: "how long?" });
    await customer.ask("agent:cancel", {});
    const started = await customer.fact("turn:started");
    await customer.fact("turn:ended", ({ turnId }) => turnId === started.turnId);
    expect(noticesOf(customer).map(({ kind }) => kind)).toEqual(["person-requested", "person-cancelled"]);
    await customer.ask("agent:cancel", {});
    expect(noticesOf(customer)).toHaveLength(2);
  });

  test.each(["转人工", "人工客服", "我要找真人客服！", "I want to talk to a human", "human please", "Agent"])(
    "H4 %s asks for a person",
    async (text) => {
      const messageId = freshId();
      expect(await customer.ask("message:send", { messageId, text })).toEqual({ turnId: null });
      await customer.fact("responder:changed", ({ responder }) => responder.kind === "nobody");
      const added = customer.facts.filter(({ name }) => name === "message:added");
      expect(added.map(({ payload }) => payload.message.author)).toEqual(["customer", "system"]);
      await customer.ask("agent:cancel", {});
    },
  );

  test("H3 the assistant asks for a person by itself, falls silent, and says why", async () => {
    await customer.ask("message:send", { messageId: freshId(), text: calling("wants a refund") });
    await customer.fact("message:added", ({ message }) => message.notice?.kind === "person-requested");
    const row = await li.row(conversationId, ({ waitingSince }) => waitingSince !== undefined);
    expect(row).toMatchObject({ responder: { kind: "nobody" }, reason: "wants a refund" });
    expect((await customer.fact("turn:ended")).outcome).toBe("interrupted");
  });

  test("H3 an assistant that was handed back twice does not ask for a person once more, and answers", async () => {
    for (let at = 0; at < 2; at++) {
      await customer.ask("message:send", { messageId: freshId(), text: calling("again") });
      await until(
        "a person is sought",
        () => noticesOf(customer).filter(({ kind }) => kind === "person-requested").length > at,
      );
      await take();
      await li.ask("conversation:return", { conversationId });
    }
    expect((await customer.answerTo(calling("again"))).outcome).toBe("completed");
    expect(noticesOf(customer).filter(({ kind }) => kind === "person-requested")).toHaveLength(2);
  });

  test("H3 two answers that fail one after the other call a person", async () => {
    for (let at = 0; at < 2; at++) {
      expect(noticesOf(customer)).toEqual([]);
      expect((await customer.answerTo("[[sim: refuse]] hello")).outcome).toBe("failed");
    }
    await customer.fact("message:added", ({ message }) => message.notice?.kind === "person-requested");
    await li.row(conversationId, ({ waitingSince }) => waitingSince !== undefined);
  });

  test("H4 where nobody is there the customer is told so, may leave a message, and the assistant goes on", async () => {
    await li.ask("presence:set", { state: "away" });
    await until("nobody is there", async () => {
      const reply = await customer.send("agent:request", {});
      if (reply.ok) await customer.ask("agent:cancel", {});
      return !reply.ok && reply.error.code === "agents-away";
    });
    await customer.ask("message:send", { messageId: freshId(), text: "转人工" });
    await customer.fact("message:added", ({ message }) => message.notice?.kind === "agents-away");
    const started = await customer.fact("turn:started");
    await customer.fact("turn:ended", ({ turnId }) => turnId === started.turnId);
    await customer.ask("agent:request", { leave: "Please call me: 138." });
    const row = await li.row(conversationId, ({ left }) => left === true);
    expect(row).toMatchObject({ responder: { kind: "assistant" }, reason: "Please call me: 138." });
    await li.ask("conversation:resolve", { conversationId });
    await li.row(conversationId, ({ left }) => left === undefined);
  });
});

test("H5 a draft is written for the agent who asked for it alone, and is sent by nobody", async () => {
  await customer.answerTo("I want a refund");
  await take();
  const { draftId } = await li.ask("draft:request", { conversationId });
  const end = await li.fact("draft:ended");
  expect(end).toEqual({ draftId, outcome: "completed" });
  const deltas = li.facts.filter(({ name }) => name === "draft:delta").map(({ payload }) => payload);
  let text = "";
  for (const delta of deltas) {
    expect(delta.offset).toBe(text.length);
    text += delta.text;
  }
  expect(text.length).toBeGreaterThan(10);
  expect((await join()).messages.map(({ author }) => author)).not.toContain("agent");
  expect(customer.facts.map(({ name }) => name as string)).not.toContain("draft:delta");
});

test("H5 the customer sees that the responder types, and nobody else who watches", async () => {
  await join();
  await li.ask("typing:set", { conversationId, active: true });
  await take();
  await li.ask("typing:set", { conversationId, active: true });
  const typing = await customer.fact("typing:changed");
  expect(typing).toEqual({ author: "agent", name: "Li", active: true });
  expect(customer.facts.filter(({ name }) => name === "typing:changed")).toHaveLength(1);
  await customer.ask("typing:set", { active: true });
  await li.fact("typing:changed", ({ author }) => author === "customer");
});

test("C3 X1 an agent sees the orders of the conversation's own customer", async () => {
  const { orders } = await li.ask("customer:orders", { conversationId, language: "zh" });
  expect(orders.map(({ number }) => number)).toContain("TS20261108001");
  const token = await tokenOf({ sub: "demo-wang", role: "customer" });
  await using wang = await openCustomer(server.url, { token });
  const own = await li.ask("customer:orders", { conversationId: wang.opened.conversationId });
  expect(own.orders.length).toBeGreaterThan(0);
  expect(own.orders.map(({ number }) => number)).not.toContain("TS20261108001");
});
