import { expect, test } from "vitest";
import { bodyOf, model, newerModel, openTestRelay, user } from "./relay.ts";

test("a fault set for everybody strikes so many requests and then is gone", async () => {
  await using relay = await openTestRelay();
  expect(await (await relay.setFaults({ kind: "overloaded", times: 2 })).json()).toMatchObject({
    faults: [{ left: 2 }],
  });
  const outcomes = [await relay.read("a"), await relay.read("b"), await relay.read("c")];
  expect(outcomes.map(({ error }) => error === undefined)).toEqual([false, false, true]);
});

test("a fault without end lasts until it is cleared, and may concern one model", async () => {
  await using relay = await openTestRelay();
  await relay.setFaults([{ kind: "rate-limit", retryAfter: 7, times: "all", model }]);
  expect((await relay.read("a")).error).toMatchObject({ status: 429 });
  expect((await relay.read("a", { model: newerModel })).error).toBeUndefined();
  await fetch(`${relay.baseUrl}/simulator/faults`, { method: "DELETE" });
  expect((await relay.read("a")).error).toBeUndefined();
});

test("a share of the requests is struck, the same ones for the same seed", async () => {
  const struck = async () => {
    await using relay = await openTestRelay({ seed: 3 });
    await relay.setFaults({ kind: "overloaded", times: "all", share: 0.5 });
    const outcomes: boolean[] = [];
    for (let at = 0; at < 20; at++) outcomes.push((await relay.read("a")).error !== undefined);
    return outcomes;
  };
  const outcomes = await struck();
  expect(new Set(outcomes)).toEqual(new Set([true, false]));
  expect(await struck()).toEqual(outcomes);
});

test("a fault for the telling of tool results leaves the call alone", async () => {
  await using relay = await openTestRelay();
  const tools = [{ name: "find_products", input_schema: { type: "object" as const } }];
  const asked = user("推荐帐篷 [[sim: overloaded on=results]]");
  expect((await relay.read([asked], { tools })).error).toBeUndefined();
  const talk = [
    asked,
    {
      role: "assistant" as const,
      content: [{ type: "tool_use" as const, id: "t1", name: "find_products", input: {} }],
    },
    { role: "user" as const, content: [{ type: "tool_result" as const, tool_use_id: "t1", content: "[]" }] },
  ];
  expect((await relay.read(talk, { tools })).error).toMatchObject({ status: 529 });
  expect((await relay.read(talk, { tools })).error).toBeUndefined();
});

test("a fault nobody knows is refused", async () => {
  await using relay = await openTestRelay();
  expect((await relay.setFaults({ kind: "flood" })).status).toBe(400);
});

test("each request is on record with what was sent, without the key", async () => {
  await using relay = await openTestRelay();
  await relay.read("你好", { max_tokens: 77 });
  await relay.read("x", { model: "claude-none" });
  const [first, second] = await relay.requests();
  expect(first).toMatchObject({ model, maxTokens: 77, stream: true, status: 200, state: "completed", auth: "bearer" });
  expect(first).toMatchObject({ version: "2026-10-21", body: { messages: [{ role: "user", content: "你好" }] } });
  expect(first?.deltas).toBeGreaterThan(2);
  expect(second).toMatchObject({ model: "claude-none", status: 404, state: "refused" });
  expect(JSON.stringify([first, second])).not.toContain("test-key");
});

test("a client that stops in mid-answer is recorded as aborted, and nothing more is written to it", async () => {
  await using relay = await openTestRelay({ pace: { deltaMs: 5 } });
  const messages = [user("[[sim: long chars=5000]]")];
  const stream = await relay.client.messages.create({ model, max_tokens: 9000, messages, stream: true });
  let deltas = 0;
  for await (const event of stream) {
    if (event.type === "content_block_delta" && ++deltas === 3) stream.controller.abort();
  }
  await expect.poll(async () => (await relay.requests())[0]).toMatchObject({ state: "aborted" });
  expect((await relay.requests())[0]?.deltas).toBeLessThan(100);
  const status = await fetch(`${relay.baseUrl}/simulator`);
  expect(await status.json()).toMatchObject({ openStreams: 0 });
});

test("above its capacity the simulator is overloaded, or limits the rate", async () => {
  await using relay = await openTestRelay({ load: { capacity: 1 } });
  const held = await relay.post(bodyOf("[[sim: stall after=1]]", { stream: true }));
  expect((await relay.read("a")).error).toMatchObject({ status: 529 });
  await fetch(`${relay.baseUrl}/simulator/load`, {
    method: "POST",
    body: JSON.stringify({ capacity: 1, refuseWith: "rate-limit" }),
  });
  expect((await relay.read("a")).error).toMatchObject({ status: 429 });
  await held.body?.cancel();
  await expect.poll(async () => (await relay.read("a")).error).toBeUndefined();
});

test("the first token takes longer for each open stream", async () => {
  await using relay = await openTestRelay({ load: { perOpenMs: 100 } });
  await relay.post(bodyOf("[[sim: stall]]", { stream: true }));
  await relay.read("a");
  const [, second] = await relay.requests();
  expect((second?.firstDeltaAt ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(95);
});

test("closing ends open streams and frees the port", async () => {
  const relay = await openTestRelay();
  const held = await relay.post(bodyOf("[[sim: stall after=1]]", { stream: true }));
  await relay[Symbol.asyncDispose]();
  await expect(held.text()).rejects.toThrow();
  await expect(fetch(`${relay.baseUrl}/simulator`)).rejects.toThrow();
});
