import { describe, expect, test } from "vitest";
import { freshId, openAgain, openCustomer, TestCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

interface Sent {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** The messages of each request that the relay got. */
async function asked(server: TestServer): Promise<readonly (readonly Sent[])[]> {
  // CAST: what the node sends has this shape; a test that finds another fails.
  return (await server.requests()).map(({ body }) => (body as { messages: Sent[] }).messages);
}

describe("message:send", () => {
  test("C2: the same message again gives the same turn and is stored once", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const question = { messageId: "again", text: "你好" };
    const first = await customer.ask("message:send", question);
    expect(await customer.ask("message:send", question)).toEqual(first);
    await customer.fact("turn:ended");
    expect(await customer.ask("message:send", question)).toEqual(first);
    const { messages } = await customer.ask("conversation:open", {});
    expect(messages.map(({ author }) => author)).toEqual(["customer", "assistant"]);
    expect(await server.requests()).toHaveLength(1);
  });

  test("S11: a message that is sent again is told again: whoever stored it may not have told of it", async () => {
    await using server = await openTestServer();
    await using one = await openCustomer(server.url);
    await using other = await openAgain(server.url, one);
    const question = { messageId: "again", text: "你好" };
    await one.ask("message:send", question);
    await other.fact("turn:ended");
    await one.ask("message:send", question);
    const added = () => other.facts.filter(({ name }) => name === "message:added");
    await until("it is told twice", () => added().length === 2);
    expect(added()[1]?.payload).toEqual(added()[0]?.payload);
  });

  test("C2: the same message at the same moment over two sockets is one message and one turn", async () => {
    await using server = await openTestServer();
    await using one = await openCustomer(server.url);
    await using other = await openAgain(server.url, one);
    const sends = [one, other, one, other].map((page) => page.ask("message:send", { messageId: "m", text: "在吗" }));
    const turnIds = (await Promise.all(sends)).map(({ turnId }) => turnId);
    expect(new Set(turnIds).size).toBe(1);
    await one.fact("turn:ended");
    const added = one.facts.filter(({ name }) => name === "message:added");
    expect(new Set(added.map(({ payload }) => payload.message.messageId)).size).toBe(1);
    expect(await server.requests()).toHaveLength(1);
  });

  test("C2: an id that was used for another text is refused", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    await customer.answerTo("你好", "mine");
    const reply = await customer.send("message:send", { messageId: "mine", text: "再见" });
    expect(reply).toMatchObject({ ok: false, error: { code: "message-conflict", retryable: false } });
  });

  test("C2: an id that an answer has cannot be used for a question", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { message } = await customer.answerTo("你好");
    const reply = await customer.send("message:send", { messageId: message?.messageId ?? "", text: "你好" });
    expect(reply).toMatchObject({ ok: false, error: { code: "message-conflict" } });
  });

  test("C2: two customers may use the same id", async () => {
    await using server = await openTestServer();
    await using one = await openCustomer(server.url);
    await using other = await openCustomer(server.url);
    const ends = [await one.answerTo("你好", "m1"), await other.answerTo("运费多少", "m1")];
    expect(ends.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
    expect(ends[0]?.turnId).not.toBe(ends[1]?.turnId);
  });

  test("X2: a customer who asks faster than people ask is told when to come back", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const replies = [];
    for (let at = 0; at < 20; at++) {
      replies.push(await customer.send("message:send", { messageId: freshId(), text: `第 ${at} 个问题` }));
    }
    const refused = replies.find(({ ok }) => !ok);
    expect(refused).toMatchObject({ error: { code: "rate-limited", retryable: true } });
    if (refused?.ok === false) expect(refused.error.retryAfterMs).toBeGreaterThan(0);
  });
});

describe("a burst", () => {
  test("A4: what is asked while an answer runs becomes one next answer, whose request holds all of it", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const first = await customer.begin("[[sim: long chars=400]] 第一问");
    const burst = ["第二问", "第三问", "第四问"];
    const sends = burst.map((text) => customer.ask("message:send", { messageId: freshId(), text }));
    const turnIds = (await Promise.all(sends)).map(({ turnId }) => turnId);
    expect(new Set(turnIds).size).toBe(1);
    await customer.fact("turn:ended", ({ turnId }) => turnId === turnIds[0] && turnId !== first);
    const [, next] = await asked(server);
    expect(await server.requests()).toHaveLength(2);
    expect(next?.at(-1)).toEqual({ role: "user", content: burst.join("\n\n") });
  });

  test("A4: what is sent again and again within a burst is asked once", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    await customer.begin("[[sim: long chars=400]]");
    const again = { messageId: "again", text: "还有货吗" };
    const { turnId } = await customer.ask("message:send", again);
    for (let round = 0; round < 5; round++) await customer.ask("message:send", again);
    await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
    expect((await asked(server))[1]?.at(-1)?.content).toBe("还有货吗");
  });

  test("C2: messages are read in the order of question and answer, whatever was sent meanwhile", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const first = await customer.begin("[[sim: long chars=300; pace delta=20]]");
    const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "第二问" });
    await customer.ask("message:send", { messageId: freshId(), text: "第三问" });
    await customer.fact("turn:ended", (ended) => ended.turnId === turnId);
    const { messages } = await customer.ask("conversation:open", {});
    const order = messages.map((message) => `${message.author} ${message.turnId === first ? 1 : 2}`);
    expect(order).toEqual(["customer 1", "assistant 1", "customer 2", "customer 2", "assistant 2"]);
  });
});

describe("the context", () => {
  test("C1: it has at most 10 rounds, begins with the customer, alternates, and is whole", async () => {
    await using server = await openTestServer({ config: generous });
    await using customer = await openCustomer(server.url);
    const answers: string[] = [];
    for (let round = 1; round <= 13; round++) {
      answers.push((await customer.answerTo(`[[sim: say "答 ${round}"]] 问 ${round}`)).message?.text ?? "");
    }
    const last = (await asked(server)).at(-1) ?? [];
    const rounds = last.filter(({ role }) => role === "user");
    expect(rounds).toHaveLength(10);
    expect(last.map(({ role }, at) => role === (at % 2 === 0 ? "user" : "assistant"))).not.toContain(false);
    expect(rounds[0]?.content).toContain("问 4");
    expect(last.filter(({ role }) => role === "assistant").map(({ content }) => content)).toEqual(answers.slice(3, 12));
  });

  test("C2: a stopped answer is stored with its outcome, and the model sees what the customer saw", async () => {
    await using server = await openTestServer({
      simulator: { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 10 } },
    });
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin("[[sim: long chars=900]]");
    await customer.ask("turn:stop", { turnId });
    const { message } = await customer.fact("turn:ended");
    await customer.answerTo("继续说说别的");
    const { messages } = await customer.ask("conversation:open", {});
    expect(messages[1]).toEqual(message);
    expect(messages[1]?.outcome).toBe("stopped");
    expect((await asked(server)).at(-1)?.[1]).toEqual({ role: "assistant", content: message?.text });
  });

  test("C1: the page that the customer looks at stands with the question", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const page = { url: "https://shop.example/kettle", title: "Kettle" };
    await customer.ask("message:send", { messageId: freshId(), text: "这个多少钱", page });
    await customer.fact("turn:ended");
    const content = (await asked(server))[0]?.[0]?.content;
    expect(content).toContain("https://shop.example/kettle");
    expect(content).toContain("这个多少钱");
  });
});

describe("the other commands", () => {
  test("X3: before conversation:open every other command is refused as not-open", async () => {
    await using server = await openTestServer();
    await using customer = await new TestCustomer(server.url).connected();
    const turn = { turnId: "t" };
    const replies = [
      await customer.send("message:send", { messageId: "m", text: "你好" }),
      await customer.send("turn:resume", { ...turn, epoch: 1, offset: 0 }),
      await customer.send("turn:stop", turn),
      await customer.send("agent:request", {}),
      await customer.send("agent:cancel", {}),
      await customer.send("message:rate", { messageId: "m", value: "up" }),
      await customer.send("conversation:rate", { score: 5 }),
      await customer.send("typing:set", { active: true }),
    ];
    expect(replies.map((reply) => !reply.ok && reply.error.code)).toEqual(replies.map(() => "not-open"));
  });

  test("X1: another customer's turns and messages do not exist", async () => {
    await using server = await openTestServer();
    await using owner = await openCustomer(server.url);
    await using stranger = await openCustomer(server.url);
    const { turnId, message } = await owner.answerTo("你好");
    const running = await owner.begin("[[sim: long chars=2000]]");
    const replies = [
      await stranger.send("turn:resume", { turnId, epoch: 0, offset: 0 }),
      await stranger.send("turn:resume", { turnId: running, epoch: 0, offset: 0 }),
      await stranger.send("turn:stop", { turnId: running }),
      await stranger.send("message:rate", { messageId: message?.messageId ?? "", value: "down" }),
    ];
    expect(replies.map((reply) => !reply.ok && reply.error.code)).toEqual(replies.map(() => "not-found"));
    expect(await owner.send("turn:resume", { turnId: running, epoch: 0, offset: 0 })).toMatchObject({ ok: true });
  });

  test("X1: naming another customer's conversation opens one's own", async () => {
    await using server = await openTestServer();
    await using owner = await openCustomer(server.url);
    await owner.answerTo("秘密");
    await using stranger = await new TestCustomer(server.url).connected();
    const opened = await stranger.ask("conversation:open", { conversationId: owner.opened.conversationId });
    expect(opened.conversationId).not.toBe(owner.opened.conversationId);
    expect(opened.messages).toEqual([]);
  });

  test("C2: an opinion of an answer is kept, a later one replaces it", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    const { message } = await customer.answerTo("你好");
    const messageId = message?.messageId ?? "";
    await customer.ask("message:rate", { messageId, value: "up" });
    await customer.ask("message:rate", { messageId, value: "down" });
    expect(await customer.ask("conversation:rate", { score: 4, comment: "不错" })).toEqual({});
    const { messages } = await customer.ask("conversation:open", {});
    expect(messages.at(-1)).toMatchObject({ messageId, rating: "down" });
  });

  test("X3: one's own question cannot be rated", async () => {
    await using server = await openTestServer();
    await using customer = await openCustomer(server.url);
    await customer.answerTo("你好", "q");
    const reply = await customer.send("message:rate", { messageId: "q", value: "up" });
    expect(reply).toMatchObject({ ok: false, error: { code: "not-found" } });
  });

  test("S11: typing is shown on the customer's other pages and not on the one that types", async () => {
    await using server = await openTestServer();
    await using one = await openCustomer(server.url);
    await using other = await openAgain(server.url, one);
    await one.ask("typing:set", { active: true });
    expect(await other.fact("typing:changed")).toEqual({ author: "customer", active: true });
    expect(one.facts).toEqual([]);
  });

  test("S2: a conversation opened many times on one socket is still seen once", async () => {
    await using server = await openTestServer({ config: generous });
    await using customer = await openCustomer(server.url);
    await Promise.all(Array.from({ length: 300 }, () => customer.ask("conversation:open", {})));
    const { turnId, message } = await customer.answerTo("[[sim: long chars=200]]");
    expect(customer.exactTextOf(turnId)).toBe(message?.text);
    expect(customer.facts.filter(({ name }) => name === "turn:ended")).toHaveLength(1);
  });
});
