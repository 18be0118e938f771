import type Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { model, openTestRelay, type TestRelay, user } from "./relay.ts";

type Tool = Anthropic.Tool;
type ToolUse = Anthropic.ToolUseBlock;

const object = "object" as const;
const tools: Tool[] = [
  {
    name: "find_products",
    description: "Search the catalogue",
    input_schema: {
      type: object,
      properties: { query: { type: "string" }, limit: { type: "integer" } },
      required: ["query"],
    },
  },
  {
    name: "get_order",
    description: "Look up an order",
    input_schema: { type: object, properties: { orderId: { type: "string" } } },
  },
  {
    name: "best_discount",
    description: "Best coupon for a cart",
    input_schema: {
      type: object,
      properties: {
        items: {
          type: "array",
          items: { type: "object", properties: { sku: { type: "string" }, quantity: { type: "integer" } } },
        },
      },
      required: ["items"],
    },
  },
];

async function ask(relay: TestRelay, content: string, more: object = {}) {
  const messages = [user(content)];
  const message = await relay.client.messages
    .stream({ model, max_tokens: 1000, tools, messages, ...more })
    .finalMessage();
  return { message, calls: message.content.filter((block): block is ToolUse => block.type === "tool_use") };
}

test("a question about two orders and a discount calls the tools in parallel, after a short text", async () => {
  await using relay = await openTestRelay();
  const { message, calls } = await ask(relay, "订单 TS20261108001 和 TS20261111007 到哪了？再买一顶帐篷怎么优惠");
  expect(message.stop_reason).toBe("tool_use");
  expect(message.content[0]).toMatchObject({ type: "text", text: "好的，我帮您查一下。" });
  expect(calls.map(({ name, input }) => ({ name, input }))).toEqual([
    { name: "get_order", input: { orderId: "TS20261108001" } },
    { name: "get_order", input: { orderId: "TS20261111007" } },
    { name: "best_discount", input: { items: [{ sku: "tent-2p", quantity: 1 }] } },
  ]);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
});

test("tool input arrives in pieces that are no JSON by themselves, the first of them empty", async () => {
  await using relay = await openTestRelay();
  const { events } = await relay.read("推荐一款帐篷", { tools });
  const pieces = events.flatMap((event) =>
    event.type === "content_block_delta" && event.delta.type === "input_json_delta" ? [event.delta.partial_json] : [],
  );
  expect(pieces[0]).toBe("");
  expect(pieces.length).toBeGreaterThan(3);
  expect(JSON.parse(pieces.join(""))).toEqual({ query: "听潮双人帐篷" });
});

test("tool_choice none answers in words although tools are given", async () => {
  await using relay = await openTestRelay();
  const { message, calls } = await ask(relay, "订单 TS20261108001 到哪了", { tool_choice: { type: "none" } });
  expect(calls).toEqual([]);
  expect(message.stop_reason).toBe("end_turn");
  expect(JSON.stringify(message.content)).toContain("TS20261108001");
});

test("tool_choice any and tool call one where nothing asks for it", async () => {
  await using relay = await openTestRelay();
  const any = await ask(relay, "你好", { tool_choice: { type: "any" } });
  expect(any.calls).toMatchObject([{ name: "find_products" }]);
  const named = await ask(relay, "你好", { tool_choice: { type: "tool", name: "get_order" } });
  expect(named.calls).toMatchObject([{ name: "get_order" }]);
});

test("with parallel use switched off one tool is called", async () => {
  await using relay = await openTestRelay();
  const tool_choice = { type: "auto", disable_parallel_tool_use: true };
  const { calls } = await ask(relay, "订单 TS20261108001 和 TS20261111007 到哪了？", { tool_choice });
  expect(calls).toMatchObject([{ name: "get_order", input: { orderId: "TS20261108001" } }]);
});

test("small talk calls no tool, and an order without a number is asked for when the tool needs one", async () => {
  await using relay = await openTestRelay();
  expect((await ask(relay, "谢谢你")).calls).toEqual([]);
  const strict = [{ ...tools[1], input_schema: { type: object, properties: { orderId: {} }, required: ["orderId"] } }];
  const { message, calls } = await ask(relay, "我的快递到哪了", { tools: strict });
  expect(calls).toEqual([]);
  expect(JSON.stringify(message.content)).toContain("订单号");
});

test("a tool call that max_tokens cuts ends as max_tokens, with an empty input in a plain answer", async () => {
  await using relay = await openTestRelay();
  const cut = { model, tools, max_tokens: 14, messages: [user("推荐一款帐篷")] };
  const plain = await relay.client.messages.create(cut);
  expect(plain.stop_reason).toBe("max_tokens");
  expect(plain.content.at(-1)?.type).toBe("tool_use");
  expect(plain.content.at(-1)).toHaveProperty("input", {});
  const { events } = await relay.read("推荐一款帐篷", { tools, max_tokens: 14 });
  const json = events.map((event) =>
    event.type === "content_block_delta" && event.delta.type === "input_json_delta" ? event.delta.partial_json : "",
  );
  expect('{"query":"听潮双人帐篷"}'.startsWith(json.join(""))).toBe(true);
});

async function tell(relay: TestRelay, question: string, content: string, isError = false): Promise<string> {
  const { message, calls } = await ask(relay, question);
  const results = calls.map(({ id }) => ({
    type: "tool_result" as const,
    tool_use_id: id,
    content,
    is_error: isError,
  }));
  const messages = [
    user(question),
    { role: "assistant" as const, content: message.content },
    { role: "user" as const, content: results },
  ];
  return (await relay.read(messages, { tools })).text;
}

test("tool results are told in words: a list as a table, an order as a list, an error as an apology", async () => {
  await using relay = await openTestRelay();
  const list = { products: [{ name: "灯|笼", priceCents: 1990, url: "https://shop.example/p/1" }] };
  expect(await tell(relay, "推荐一款帐篷", JSON.stringify(list))).toContain(
    "| [灯\\|笼](https://shop.example/p/1) | ¥19.90 |",
  );
  const order = await tell(relay, "订单 TS20261108001 到哪了", JSON.stringify({ status: "运输中", eta: "明天" }));
  expect(order).toContain("- **状态**: 运输中");
  expect(await tell(relay, "订单 TS20261108001 到哪了", "查无此单", true)).toContain("抱歉");
  expect(await tell(relay, "推荐一款帐篷", "[]")).toContain("没有查到");
});

test("a question says how many of each are wanted", async () => {
  await using relay = await openTestRelay();
  const { calls } = await ask(relay, "一顶帐篷和两个睡袋，怎么买最优惠？");
  const items = [
    { sku: "tent-2p", quantity: 1 },
    { sku: "sleeping-bag-5c", quantity: 2 },
  ];
  expect(calls.find(({ name }) => name === "best_discount")?.input).toEqual({ items });
});

test("a price and an order are told as a person would, with their arithmetic and the latest step", async () => {
  await using relay = await openTestRelay();
  const steps = [{ what: "满 1199 减 200", code: "TIDE200", off: "200.00", left: "1058.00" }];
  const price = { currency: "CNY", goods: "1258.00", shipping: "8.00", steps, total: "1058.00", saved: "208.00" };
  const told = await tell(relay, "怎么买最优惠，帐篷", JSON.stringify(price));
  expect(told).toContain("最划算的买法一共 **¥1058.00**");
  expect(told).toContain("- 满 1199 减 200（券码 `TIDE200`）：减 ¥200.00");
  const order = {
    number: "TS1",
    state: "运输中",
    total: "799.00",
    expectedAt: "2026-11-27T10:00",
    items: [{ name: "帐篷", quantity: 1 }],
    steps: [{ at: "2026-11-25T10:00", what: "已出库" }],
  };
  expect(await tell(relay, "订单 TS20261108001 到哪了", JSON.stringify({ orders: [order] }))).toContain(
    "订单 `TS1`（帐篷 × 1，¥799.00）**运输中**，最新进展：已出库，预计 11-27 送达。",
  );
});
