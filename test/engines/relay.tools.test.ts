import { expect, test } from "vitest";
import type { AttemptEnd, RelayRequest } from "../../src/domain/relay.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import { ask, ended, failureOf, head, openRaw, openTestRelay, piece, play, sse, start, stop } from "./relay.support.ts";

const pace = { firstTokenMs: 1, deltaMs: 1 };
const schema = { type: "object", properties: { orderNumber: { type: "string" } }, required: ["orderNumber"] };
const tools = [
  {
    name: "find_products",
    description: "Searches.",
    schema: { type: "object", properties: { query: { type: "string" } } },
  },
  { name: "get_order", description: "Looks an order up.", schema },
];
const asking = (text: string, more: Partial<RelayRequest> = {}) => ask(text, { tools, ...more });

const open = (index: number, name: unknown, input: unknown = {}) =>
  sse({ type: "content_block_start", index, content_block: { type: "tool_use", id: `t${index}`, name, input } });
const grow = (index: number, json: unknown) =>
  sse({ type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: json } });

/** How an attempt ends whose events are these. */
async function endOf(...events: readonly string[]) {
  await using raw = await openRaw((socket) => socket.end(head + start + events.join("")));
  await using relay = openTestRelay(raw.baseUrl);
  return await play(relay, asking("?"));
}

const callsOf = (end: AttemptEnd) => (end.kind === "complete" && end.stop === "tool-use" ? end.calls : end);

test("C3 several calls that are streamed in awkward pieces come whole, in their order, behind the text", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const { end, text } = await play(relay, asking("我的订单 TS20261108001 和 TS20261110042 到哪了？"));
  expect(text).toBe("好的，我帮您查一下。");
  expect(callsOf(end)).toEqual([
    { tool: "get_order", input: { orderNumber: "TS20261108001" } },
    { tool: "get_order", input: { orderNumber: "TS20261110042" } },
  ]);
});

test("C3 calls whose pieces come in turns are kept apart", async () => {
  const { end } = await endOf(
    open(0, "a"),
    open(1, "b"),
    grow(0, '{"x"'),
    grow(1, '{"y":2'),
    grow(0, ":1}"),
    grow(1, "}"),
    ended("tool_use"),
  );
  expect(callsOf(end)).toEqual([
    { tool: "a", input: { x: 1 } },
    { tool: "b", input: { y: 2 } },
  ]);
});

test.each([
  ["nothing, with an input at its start", [open(0, "a", { x: 1 })], { x: 1 }],
  ["nothing at all", [open(0, "a")], {}],
  ["half a JSON", [open(0, "a"), grow(0, '{"x":')], null],
  ["a JSON list", [open(0, "a"), grow(0, "[1]")], null],
  ["a JSON text", [open(0, "a"), grow(0, '"x"')], null],
])("C3 a call that is sent as %s is told as such, and never as something else", async (_, events, input) => {
  const { end } = await endOf(...events, ended("tool_use"));
  expect(callsOf(end)).toEqual([{ tool: "a", input }]);
});

test.each([["end_turn"], ["something_new"]])(
  "C3 a relay that stops for %s and calls a tool has called it",
  async (reason) => {
    const { end } = await endOf(open(0, "a"), grow(0, "{}"), ended(reason));
    expect(callsOf(end)).toEqual([{ tool: "a", input: {} }]);
  },
);

test.each([
  ["max_tokens", "max-tokens"],
  ["refusal", "refusal"],
])("C3 a call that %s has cut is none", async (reason, told) => {
  const { end } = await endOf(piece("Let me look."), open(0, "a"), grow(0, '{"x":'), ended(reason));
  expect(end).toMatchObject({ kind: "complete", stop: told });
  expect(end).not.toHaveProperty("calls");
});

test("C3 a call whose stream is cut before the end mark is none", async () => {
  const { end } = await endOf(piece("Let me look."), open(0, "a"), grow(0, "{}"));
  expect(end).toMatchObject({ kind: "failed", failure: { reason: "cut" } });
});

test("U3 a stop for a tool call without a call is broken", async () => {
  expect(failureOf(await endOf(piece("Let me look."), ended("tool_use"))).reason).toBe("broken");
});

test.each([
  ["without a name", [open(0, undefined)]],
  ["with a name that is no text", [open(0, 5)]],
  ["with pieces that are no text", [open(0, "a"), grow(0, 5)]],
  ["of enormous size", [open(0, "a"), grow(0, "x".repeat(60_000)), grow(0, "x".repeat(60_000))]],
  ["one of very many", Array.from({ length: 65 }, (_, at) => open(at, "a"))],
])("U3 a call %s is broken", async (_, events) => {
  expect(failureOf(await endOf(...events, ended("tool_use"))).reason).toBe("broken");
});

test("U2 an answer that begins with a call has begun: its first sign of life is told once, without a text", async () => {
  await using raw = await openRaw((socket) => {
    socket.write(head + start + open(0, "a"));
    // Longer than the first token may take, shorter than the silence that is allowed.
    setTimeout(() => socket.end(grow(0, "{}") + open(1, "b") + ended("tool_use")), 400);
  });
  await using relay = openTestRelay(raw.baseUrl, { firstTokenMs: 200 });
  const { end, pieces } = await play(relay, asking("?"));
  expect(pieces).toEqual([""]);
  expect(callsOf(end)).toHaveLength(2);
  expect(end.report.firstTokenMs).toBeLessThan(200);
});

test("U5 system prompt and tools are marked for the relay's cache, and the tools stay when none may be called", async () => {
  await using raw = await openRaw((socket) => socket.end(head + start + piece("a") + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl);
  await play(relay, asking("?"));
  await play(relay, asking("?", { mayCall: false }));
  await play(relay, ask("?"));
  const [free, forbidden, without] = raw.requests.map((request) =>
    JSON.parse(request.slice(request.indexOf("\r\n\r\n"))),
  );
  const cache_control = { type: "ephemeral" };
  expect(free.system).toEqual([{ type: "text", text: "Be brief.", cache_control }]);
  expect(free.tools.map((tool: object) => "cache_control" in tool)).toEqual([false, true]);
  expect(free.tools[1]).toEqual({
    name: "get_order",
    description: "Looks an order up.",
    input_schema: schema,
    cache_control,
  });
  expect(free.tool_choice).toEqual({ type: "auto" });
  expect(forbidden.tools).toEqual(free.tools);
  expect(forbidden.tool_choice).toEqual({ type: "none" });
  expect(without).not.toHaveProperty("tools");
  expect(without).not.toHaveProperty("tool_choice");
});

test("C3 calls and results go to the relay as it wants them, whatever is in them", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const calls = [
    { callId: "call_1_1", tool: "get_order", input: { orderNumber: "TS1" } },
    { callId: "call_1_2", tool: "get_order", input: null },
  ];
  const results = [
    { callId: "call_1_1", text: '{"state":"on its way \ud83d"}', isError: false },
    { callId: "call_1_2", text: "not JSON", isError: true },
  ];
  const messages = [
    { role: "user", text: "Where is my order?" },
    { role: "assistant", text: "", calls },
    { role: "user", text: "", results },
  ] as const;
  const { end, text } = await play(relay, { ...asking("?"), messages });
  expect(end).toMatchObject({ kind: "complete", stop: "end" });
  expect(text).toContain("on its way");
  expect(text).toContain("not JSON");
});

test("C3 thinking between calls passes without a trace", async () => {
  const thinking = sse({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } });
  const thought = sse({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } });
  const { end, text } = await endOf(thinking, thought, piece("So"), open(1, "a"), grow(1, "{}"), ended("tool_use"));
  expect(text).toBe("So");
  expect(callsOf(end)).toEqual([{ tool: "a", input: {} }]);
  expect((await endOf(thinking, thought, stop)).end).toMatchObject({ kind: "complete", stop: "end" });
});
