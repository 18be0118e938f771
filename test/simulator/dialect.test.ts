import { expect, test } from "vitest";
import { bodyOf, model, openTestRelay } from "./relay.ts";

test("a stream carries the events of the Messages API in their order", async () => {
  await using relay = await openTestRelay();
  const { events, text } = await relay.read("你好");
  const kinds = events.map((event) => event.type).filter((kind, at, all) => kind !== all[at - 1]);
  expect(kinds).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(text).toContain("潮汐商店");
  const end = events.find((event) => event.type === "message_delta");
  expect(end?.delta).toMatchObject({ stop_reason: "end_turn", stop_sequence: null });
  expect(end?.usage.output_tokens).toBeGreaterThan(10);
});

test("the stream helper of the SDK puts the same message together as a plain request gets", async () => {
  await using relay = await openTestRelay();
  const ask = { model, max_tokens: 500, messages: [{ role: "user" as const, content: "推荐一款帐篷" }] };
  const streamed = await relay.client.messages.stream(ask).finalMessage();
  const plain = await relay.client.messages.create(ask);
  expect(streamed.content).toEqual(plain.content);
  expect(streamed.usage.output_tokens).toBe(plain.usage.output_tokens);
  expect(plain).toMatchObject({ type: "message", role: "assistant", model, stop_reason: "end_turn" });
  expect(plain.id).toMatch(/^msg_/);
});

test("a ping and the event names stand in the raw stream, and headers say that it is a simulation", async () => {
  await using relay = await openTestRelay();
  const response = await relay.post(bodyOf("hello", { stream: true }));
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("x-simulator")).toBe("tidegate");
  expect(response.headers.get("request-id")).toMatch(/^req_/);
  const raw = await response.text();
  expect(raw).toContain('event: ping\ndata: {"type":"ping"}\n\n');
  for (const event of raw.trimEnd().split("\n\n")) expect(event).toMatch(/^event: (\w+)\ndata: \{"type":"\1"/);
});

test("max_tokens ends the answer early and says so", async () => {
  await using relay = await openTestRelay();
  const { events, text } = await relay.read("我想退货", { max_tokens: 20 });
  const whole = await relay.read("我想退货");
  expect(whole.text.startsWith(text)).toBe(true);
  expect(text.length).toBeLessThan(whole.text.length);
  const end = events.find((event) => event.type === "message_delta");
  expect(end?.delta.stop_reason).toBe("max_tokens");
  expect(end?.usage.output_tokens).toBeLessThanOrEqual(20);
});

test("the earliest stop sequence ends the answer before itself", async () => {
  await using relay = await openTestRelay();
  const whole = await relay.read("我想退货");
  const { events, text } = await relay.read("我想退货", { stop_sequences: ["退款", "步骤"] });
  expect(text).toBe(whole.text.slice(0, whole.text.indexOf("步骤")));
  const end = events.find((event) => event.type === "message_delta");
  expect(end?.delta).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "步骤" });
});

test("every model is listed over pages and can be looked up", async () => {
  await using relay = await openTestRelay();
  const ids: string[] = [];
  for await (const info of relay.client.models.list({ limit: 5 })) ids.push(info.id);
  expect(ids).toEqual([...new Set(ids)]);
  const named = ["claude-opus-4-20250514", "claude-sonnet-4-20250514", "claude-haiku-3-20250507", "claude-opus-4-6"];
  expect(ids).toEqual(expect.arrayContaining(named));
  const page = await relay.client.models.list({ limit: 2, after_id: ids[2] ?? "" });
  expect(page.data.map((info) => info.id)).toEqual(ids.slice(3, 5));
  expect(page.has_more).toBe(true);
  const first = await relay.client.models.list({ limit: 2, before_id: ids[2] ?? "" });
  expect(first.data.map((info) => info.id)).toEqual(ids.slice(0, 2));
  expect(await relay.client.models.retrieve("claude-haiku-4-5")).toMatchObject({
    type: "model",
    id: "claude-haiku-4-5",
  });
  await expect(relay.client.models.retrieve("claude-none")).rejects.toMatchObject({
    status: 404,
    type: "not_found_error",
  });
});

test("count_tokens counts what the message then reports as its input", async () => {
  await using relay = await openTestRelay();
  const prompt = { model, system: "You help.", messages: [{ role: "user" as const, content: "我的订单到哪了" }] };
  const { input_tokens } = await relay.client.messages.countTokens(prompt);
  const message = await relay.client.messages.create({ ...prompt, max_tokens: 100 });
  expect(input_tokens).toBeGreaterThan(8);
  expect(message.usage.input_tokens).toBe(input_tokens);
});

test("a marked system prompt is written to the cache once and read from it afterwards", async () => {
  await using relay = await openTestRelay();
  const system = [{ type: "text" as const, text: "规则。".repeat(600), cache_control: { type: "ephemeral" as const } }];
  const ask = { model, max_tokens: 50, system, messages: [{ role: "user" as const, content: "hi" }] };
  const first = await relay.client.messages.create(ask);
  const second = await relay.client.messages.create(ask);
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(1024);
  expect(first.usage.cache_read_input_tokens).toBe(0);
  expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
  expect(second.usage.input_tokens).toBeLessThan(50);
});

test("rate-limit headers count down, and an empty bucket answers 429 with a delay", async () => {
  const limits = { requestsPerMinute: 2, inputTokensPerMinute: 100_000, outputTokensPerMinute: 100_000 };
  await using relay = await openTestRelay({ limits });
  const first = await relay.post(bodyOf("hi"));
  expect(first.headers.get("anthropic-ratelimit-requests-limit")).toBe("2");
  expect(first.headers.get("anthropic-ratelimit-requests-remaining")).toBe("1");
  expect(first.headers.get("anthropic-ratelimit-output-tokens-remaining")).toBe("99000");
  expect(first.headers.get("anthropic-ratelimit-tokens-limit")).toBe("200000");
  expect(Date.parse(first.headers.get("anthropic-ratelimit-input-tokens-reset") ?? "")).not.toBeNaN();
  await relay.post(bodyOf("hi"));
  const refused = await relay.post(bodyOf("hi"));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ error: { type: "rate_limit_error" } });
});
