import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { assistant, bodyOf, model, newerModel, openTestRelay, user } from "./relay.ts";

const call = { type: "tool_use", id: "toolu_1", name: "get_order", input: {} };
const result = { type: "tool_result", tool_use_id: "toolu_1", content: "ok" };

test("a refusal has the exact body of the API and its id in the header too", async () => {
  await using relay = await openTestRelay();
  const response = await relay.post(bodyOf("hi", { model: "claude-none" }));
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    type: "error",
    error: { type: "not_found_error", message: "model: claude-none" },
    request_id: response.headers.get("request-id"),
  });
});

test.each([
  ["no key", { "x-api-key": "" }, "x-api-key header is required"],
  ["a key called bad", { "x-api-key": "sk-bad-1" }, "invalid x-api-key"],
  ["an invalid bearer", { "x-api-key": "", authorization: "Bearer invalid-token" }, "Invalid bearer token"],
])("with %s the answer is 401", async (_, headers, message) => {
  await using relay = await openTestRelay();
  const response = await relay.post(bodyOf("hi"), headers);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { type: "authentication_error", message } });
});

test("a bearer token is as good as a key", async () => {
  await using relay = await openTestRelay({ keys: ["the-one"] });
  const client = new Anthropic({ baseURL: relay.baseUrl, authToken: "the-one", apiKey: null, maxRetries: 0 });
  expect(await client.messages.create({ model, max_tokens: 20, messages: [user("hi")] })).toMatchObject({ model });
  await expect(relay.read("hi")).resolves.toMatchObject({ error: { status: 401, type: "authentication_error" } });
});

test("the version header is required, and a relay may know only the old one", async () => {
  await using relay = await openTestRelay({ versions: ["2023-06-01"] });
  const { error } = await relay.read("hi");
  expect(error).toMatchObject({ status: 400, type: "invalid_request_error" });
  expect(String(error)).toContain("anthropic-version");
  const defaultHeaders = { "anthropic-version": "2023-06-01" };
  const client = new Anthropic({ baseURL: relay.baseUrl, apiKey: "k", maxRetries: 0, defaultHeaders });
  expect(await client.messages.create({ model, max_tokens: 20, messages: [user("hi")] })).toMatchObject({ model });
  const bare = await fetch(`${relay.baseUrl}/v1/models`, { headers: { "x-api-key": "k" } });
  expect(bare.status).toBe(400);
});

describe("a body that the API would not take is refused with the reason", () => {
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ["no max_tokens", { max_tokens: undefined }, /^max_tokens: Field required$/],
    ["too many max_tokens", { max_tokens: 100_000 }, /^max_tokens: 100000 > 64000/],
    ["no messages", { messages: [] }, /at least one message is required/],
    ["an assistant first", { messages: [assistant("hi"), user("hi")] }, /first message must use the "user" role/],
    ["an unknown role", { messages: [{ role: "bot", content: "hi" }] }, /^messages\.0\.role: /],
    ["an unknown field", { temprature: 1 }, /^temprature: Extra inputs are not permitted$/],
    ["a temperature above one", { temperature: 1.5 }, /^temperature: /],
    [
      "an empty text block",
      { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      /must be non-empty/,
    ],
    ["an empty message", { messages: [user("")] }, /user messages must have non-empty content/],
    [
      "an empty assistant",
      { messages: [user("a"), assistant(""), user("b")] },
      /all messages must have non-empty content/,
    ],
    ["space after a prefill", { messages: [user("a"), assistant("b ")] }, /cannot end with trailing whitespace/],
    ["a choice without tools", { tool_choice: { type: "any" } }, /only be specified while providing tools/],
    [
      "a result without its call",
      { messages: [user("a"), { role: "user", content: [result] }] },
      /unexpected `tool_use_id`/,
    ],
    [
      "a call without its result",
      { messages: [user("a"), { role: "assistant", content: [call] }, user("b")] },
      /`tool_use` ids were found without `tool_result`/,
    ],
  ];
  test.each(cases)("%s", async (_, change, message) => {
    await using relay = await openTestRelay();
    const response = await relay.post(bodyOf("hi", change));
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { type: string; message: string } }; // CAST: proved below
    expect(error.type).toBe("invalid_request_error");
    expect(error.message).toMatch(message);
  });
});

test("messages of one role in a row are taken as one turn", async () => {
  await using relay = await openTestRelay();
  const { text, error } = await relay.read([user("你好"), user("我要退货"), user("顺便问下运费")]);
  expect(error).toBeUndefined();
  expect(text).toContain("7 天无理由");
  expect(text).toContain("包邮");
});

test("a prefill is refused by models since 4.6", async () => {
  await using relay = await openTestRelay();
  const { error } = await relay.read([user("hi"), assistant("Hello")], { model: newerModel });
  expect(error).toMatchObject({ status: 400, type: "invalid_request_error" });
  expect(String(error)).toContain("does not support assistant message prefill");
});

test("broken JSON, a body too large, a wrong path and a wrong method have their own answers", async () => {
  await using relay = await openTestRelay();
  expect((await relay.post('{"model":')).status).toBe(400);
  expect((await relay.post(bodyOf("x".repeat(33 * 1024 * 1024)))).status).toBe(413);
  expect((await fetch(`${relay.baseUrl}/v2/messages`)).status).toBe(404);
  expect((await fetch(`${relay.baseUrl}/v1/messages`)).status).toBe(405);
});
