import { expect, test } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import {
  answer,
  ask,
  connectionFreed,
  ended,
  head,
  openRaw,
  openTestRelay,
  piece,
  play,
  sse,
  start,
  stop,
} from "./relay.support.ts";

const pace = { firstTokenMs: 1, deltaMs: 1 };

test("U2 the pieces of an answer arrive one by one and make up its text", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const played = await play(relay, ask("[[sim: say Good evening, what may it be?]]"));
  expect(played.text).toBe("Good evening, what may it be?");
  expect(played.pieces.length).toBeGreaterThan(3);
  expect(played.end).toMatchObject({ kind: "complete", stop: "end" });
});

test("U6 the report tells tokens, times, model and request id", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const { end } = await play(relay, ask("[[sim: say One two three four five.]]"));
  expect(end.report).toMatchObject({ model: "claude-sonnet-4-5", requestId: expect.stringMatching(/./) });
  expect(end.report.inputTokens).toBeGreaterThan(0);
  expect(end.report.outputTokens).toBeGreaterThan(0);
  expect(end.report.firstTokenMs).toBeLessThanOrEqual(end.report.totalMs);
});

test("U6 tokens told only at the end of a stream, or only at its start, are counted", async () => {
  await using raw = await openRaw((socket) => {
    const usage = { output_tokens: 3, input_tokens: 40, cache_read_input_tokens: 0 };
    const first = { input_tokens: 0, output_tokens: 1, cache_read_input_tokens: 12, cache_creation_input_tokens: 5 };
    socket.end(
      head +
        sse({ type: "message_start", message: { usage: first } }) +
        sse({ type: "message_delta", delta: {}, usage }) +
        stop,
    );
  });
  await using relay = openTestRelay(raw.baseUrl);
  const { end } = await play(relay, ask("?"));
  expect(end.report).toMatchObject({ inputTokens: 40, outputTokens: 3, cacheReadTokens: 12, cacheWriteTokens: 5 });
});

test("U6 what a relay tells no tokens of is reckoned, and marked", async () => {
  await using raw = await openRaw((socket) => socket.end(head + piece("a") + stop));
  await using relay = openTestRelay(raw.baseUrl);
  const { end } = await play(relay, ask("?"));
  expect(end.kind).toBe("complete");
  expect(end.report).toMatchObject({ usage: "estimated", outputTokens: 1, cacheReadTokens: 0 });
  expect(end.report.inputTokens).toBeGreaterThan(10);
});

test.each([
  ["end_turn", "end"],
  ["stop_sequence", "end"],
  ["max_tokens", "max-tokens"],
  ["model_context_window_exceeded", "max-tokens"],
  ["refusal", "refusal"],
  ["something_new", "end"],
])("S5 the stop reason %s is told as %s", async (reason, stop) => {
  await using raw = await openRaw((socket) => socket.end(head + start + piece("a") + ended(reason)));
  await using relay = openTestRelay(raw.baseUrl);
  expect((await play(relay, ask("?"))).end).toMatchObject({ kind: "complete", stop });
});

test("U3 thinking, unknown events and comments pass without a trace", async () => {
  const odd = [
    ": a comment\n\n",
    sse({ type: "ping" }),
    sse({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } }),
    sse({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } }),
    sse({ type: "content_block_start", index: 1, content_block: { type: "text", text: "Yes" } }),
    sse({ type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"a"' } }),
    sse({ type: "content_block_delta", index: 3, delta: { type: "of_tomorrow", text: "no" } }),
    sse({ type: "of_tomorrow", delta: null }),
  ];
  await using raw = await openRaw((socket) =>
    socket.end(head + start + odd.join("") + piece(", sir") + ended("end_turn")),
  );
  await using relay = openTestRelay(raw.baseUrl);
  const { text, end } = await play(relay, ask("?"));
  expect(text).toBe("Yes, sir");
  expect(end).toMatchObject({ kind: "complete", stop: "end" });
});

test("S3 halves of surrogate pairs pass untouched, and characters split between packets are whole", async () => {
  const split = Buffer.from(piece("汤"));
  await using raw = await openRaw((socket) => {
    const lone = piece("x").replace('"x"', '"\\ud83d"') + piece("x").replace('"x"', '"\\ude00"');
    socket.write(head + start + lone);
    socket.write(split.subarray(0, split.indexOf(Buffer.from("汤")) + 1));
    setImmediate(() => {
      socket.write(split.subarray(split.indexOf(Buffer.from("汤")) + 1));
      socket.end(ended("end_turn"));
    });
  });
  await using relay = openTestRelay(raw.baseUrl);
  const { pieces } = await play(relay, ask("?"));
  expect(pieces).toEqual(["\ud83d", "\ude00", "汤"]);
});

test("U2 an attempt is one request, and the connection is used again for the next", async () => {
  await using raw = await openRaw((socket) => {
    const body = start + piece("a") + ended("end_turn");
    socket.write(answer(200, body, { "content-type": "text/event-stream" }));
  });
  await using relay = openTestRelay(raw.baseUrl);
  for (const question of ["1", "2", "3"]) {
    expect((await play(relay, ask(question))).text).toBe("a");
    await connectionFreed();
  }
  expect(raw.requests).toHaveLength(3);
  expect(raw.connections).toBe(1);
});

test("U2 a connection whose answer ends a little after its end mark is used again", async () => {
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using raw = await openRaw((socket) => {
    const body = start + piece("a") + ended("end_turn");
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n`);
    setTimeout(() => socket.write("0\r\n\r\n", () => ends[raw.requests.length - 1]?.resolve()), 20);
  });
  await using relay = openTestRelay(raw.baseUrl);
  for (const end of ends) {
    expect((await play(relay, ask("?"))).end.kind).toBe("complete");
    await end.promise;
    await connectionFreed();
  }
  expect(raw.connections).toBe(1);
});

test("S5 the end mark ends the attempt at once, even when the relay leaves the connection open", async () => {
  await using raw = await openRaw((socket) => socket.write(head + start + piece("a") + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl);
  const { end } = await play(relay, ask("?"));
  expect(end.kind).toBe("complete");
  expect(end.report.totalMs).toBeLessThan(900);
});

test("U5 the request carries the system prompt marked for the cache, the messages as they are, and no temperature", async () => {
  await using raw = await openRaw((socket) => socket.end(head + start + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl);
  const messages = [
    { role: "user", text: "Hello" },
    { role: "assistant", text: "Good" },
  ] as const;
  await play(relay, ask("", { messages }));
  expect(JSON.parse(raw.requests[0]?.split("\r\n\r\n")[1] ?? "")).toEqual({
    model: "claude-sonnet-4-5",
    max_tokens: 1_000,
    stream: true,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    messages: [
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Good" },
    ],
  });
});

test("U2 many attempts run side by side", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const all = Array.from({ length: 100 }, (_, at) => play(relay, ask(`[[sim: say This is answer ${at}.]]`)));
  const texts = (await Promise.all(all)).map((played) => played.text);
  expect(texts).toEqual(texts.map((_, at) => `This is answer ${at}.`));
});
