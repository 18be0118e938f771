import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { freshId, openAgain, openCustomer } from "../support/customer.ts";
import { openRawRelay, relayEvent, textEvent } from "../support/raw-relay.ts";
import { generous, openTestServer, secret, withRelay } from "../support/server.ts";

test("X2: one customer has no more sockets than allowed at the same time, and another customer is not disturbed", async () => {
  const few = {
    config: (config: Parameters<typeof generous>[0]) => ({
      ...config,
      limits: { ...config.limits, socketsPerCustomer: 3 },
    }),
  };
  await using server = await openTestServer(few);
  await using first = await openCustomer(server.url);
  await using second = await openAgain(server.url, first);
  await using _third = await openAgain(server.url, first);
  await expect(openAgain(server.url, first)).rejects.toMatchObject({
    data: { code: "too-many-connections", retryable: true },
  });
  await using _other = await openCustomer(server.url);
  const left = new Promise((resolve) => second.socket.once("disconnect", resolve));
  second.socket.disconnect();
  await left;
  await expect
    .poll(() =>
      openAgain(server.url, first).then(
        () => "in",
        () => "refused",
      ),
    )
    .toBe("in");
});

test("X2: whoever asks for a person, or rates, without end is told to wait, over all connections, and may still ask", async () => {
  const few = { messagesBurst: 3, messagesPerMinute: 1 };
  await using server = await openTestServer({
    config: (config) => ({ ...config, limits: { ...config.limits, ...few } }),
  });
  await using first = await openCustomer(server.url);
  await using second = await openAgain(server.url, first);
  await first.ask("conversation:rate", { score: 1 });
  await expect(second.ask("agent:request", {})).rejects.toThrow("agents-away");
  await first.ask("conversation:rate", { score: 2 });
  for (const refused of [
    second.send("conversation:rate", { score: 3 }),
    first.send("agent:request", {}),
    second.send("message:rate", { messageId: "m", value: "up" }),
  ])
    expect(await refused).toMatchObject({ error: { code: "rate-limited", retryAfterMs: expect.any(Number) } });
  expect((await second.answerTo("你好")).outcome).toBe("completed");
});

test("a page is given the latest sixty messages of a long conversation", async () => {
  await using server = await openTestServer({ config: generous });
  await using customer = await openCustomer(server.url);
  for (let asked = 0; asked < 35; asked++) {
    const { turnId } = await customer.ask("message:send", {
      messageId: freshId(),
      text: `number ${asked} [[sim: say ok]]`,
    });
    await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  }
  const { messages } = await customer.ask("conversation:open", {});
  expect(messages).toHaveLength(60);
  expect(messages.at(-1)?.author).toBe("assistant");
  expect(messages.at(-2)?.text).toContain("number 34");
});

test("X3: a relay that never stops ends as a truncated answer, and its connection is closed", async () => {
  const closed = Promise.withResolvers<void>();
  await using relay = await openRawRelay((_request, response) => {
    response.once("close", closed.resolve);
    const pour = () => {
      while (response.writable && response.write(textEvent("很长的回答。".repeat(500))));
    };
    response.on("drain", pour);
    pour();
  });
  await using server = await openTestServer({ env: { ANTHROPIC_BASE_URL: relay.baseUrl } });
  await using customer = await openCustomer(server.url);
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text: "说吧" });
  const ended = await customer.fact("turn:ended", (fact) => fact.turnId === turnId);
  await closed.promise;
  expect(ended.outcome).toBe("truncated");
  expect(ended.message?.text.length).toBeLessThan(50_000);
});

test("U3: a model that declines without a word is asked once, and the customer is told", async () => {
  let asked = 0;
  await using relay = await openRawRelay((_request, response) => {
    asked++;
    response.end(relayEvent("message_delta", { delta: { stop_reason: "refusal" } }) + relayEvent("message_stop"));
  });
  await using server = await openTestServer({ env: { ANTHROPIC_BASE_URL: relay.baseUrl } });
  await using customer = await openCustomer(server.url);
  await customer.ask("message:send", { messageId: freshId(), text: "…" });
  expect(await customer.fact("turn:ended")).toMatchObject({ outcome: "failed", error: { code: "assistant-declined" } });
  expect(asked).toBe(1);
  expect(server.logged.some(({ msg }) => String(msg).includes("declined to answer"))).toBe(true);
});

test("U3: no half character and no control goes to the relay, wherever an answer was stopped or whatever a page is called", async () => {
  await using server = await openTestServer({ config: generous });
  await using customer = await openCustomer(server.url);
  const page = { url: "https://shop.example/\ud83d\u0007", title: "\udc00" };
  const first = await customer.ask("message:send", {
    messageId: freshId(),
    text: "[[sim: lone; stall after=40]]",
    page,
  });
  await customer.fact("turn:delta");
  await customer.ask("turn:stop", { turnId: first.turnId ?? "" });
  const next = await customer.ask("message:send", { messageId: freshId(), text: "还在吗", page });
  await customer.fact("turn:ended", (fact) => fact.turnId === next.turnId);
  const bodies = (await server.requests()).map(({ body }) => JSON.stringify(body));
  expect(bodies.filter((body) => /\\u(d[89a-f]|0007)/i.test(body))).toEqual([]);
});

test("U2: text that came with the opening of a block counts as begun, so that silence after it is a stall", async () => {
  await using relay = await openRawRelay((_request, response) => {
    response.write(relayEvent("content_block_start", { index: 0, content_block: { type: "text", text: "您好" } }));
  });
  const clocks = withRelay({ firstTokenMs: 200, idleMs: 300, continuations: 0 });
  await using server = await openTestServer({ env: { ANTHROPIC_BASE_URL: relay.baseUrl }, config: clocks });
  await using customer = await openCustomer(server.url);
  await customer.ask("message:send", { messageId: freshId(), text: "在吗" });
  expect(await customer.fact("turn:ended")).toMatchObject({ outcome: "failed", message: { text: "您好" } });
  expect(server.logged.find(({ reason }) => reason !== undefined)).toMatchObject({ reason: "stall" });
});

test("X1: whoever's token has ended hears no more: the connection is closed soon after", async () => {
  await using server = await openTestServer();
  const token = await new SignJWT({ role: "customer" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("li")
    .setExpirationTime(Math.floor(Date.now() / 1_000) + 1)
    .sign(new TextEncoder().encode(secret));
  await using customer = await openCustomer(server.url, { token });
  const why = await new Promise<string>((resolve) => customer.socket.once("disconnect", resolve));
  expect(why).toBe("transport close");
});
