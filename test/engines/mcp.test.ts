import { beforeEach, expect, test } from "vitest";
import type { ToolServerEvent } from "../../src/domain/tool-servers.ts";
import { type Tool, Toolbox } from "../../src/domain/tools.ts";
import { type McpPlace, openMcpServer } from "../../src/engines/mcp/server.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { TestMcp } from "../support/mcp.ts";
import { until } from "../support/until.ts";

const asker = { conversationId: "c", turnId: "t", customerId: "li", class: "member", language: "en" } as const;

let events: ToolServerEvent[];
let faults: unknown[];
let toolbox: Toolbox;

beforeEach(() => {
  events = [];
  faults = [];
  toolbox = new Toolbox({ clock: systemClock, limitMs: 5_000, onFault: (fault) => faults.push(fault) });
});

function openServer(place: Partial<McpPlace> & Pick<McpPlace, "url">) {
  return openMcpServer({
    place: { name: "stock", headers: {}, timeoutMs: 2_000, ...place },
    clock: systemClock,
    bring: (tools: readonly Tool[]) => toolbox.bring("stock", tools),
    report: (event) => events.push(event),
  });
}

const names = () => toolbox.definitions.map(({ name }) => name);
const run = (name: string, input = {}, signal = new AbortController().signal) =>
  toolbox.run(name, input, asker, signal);
const echo = async (input: object) => ({ text: JSON.stringify(input) });

test("C3 the tools of an MCP server are listed under its name and can be run", async () => {
  await using mcp = await TestMcp.open({ lookup: echo, another: echo });
  await using _ = await openServer({ url: mcp.url });
  expect(names()).toEqual(["stock_another", "stock_lookup"]);
  expect(toolbox.definitions[0]).toMatchObject({ description: "Does another.", schema: { type: "object" } });
  expect(await run("stock_lookup", { q: "潮" })).toEqual({ text: '{"q":"潮"}', isError: false, cards: [] });
  expect(events).toEqual([{ kind: "listed", server: "stock", tools: 2, left: 0 }]);
});

test("C3 only the tools that are allowed are brought", async () => {
  await using mcp = await TestMcp.open({ lookup: echo, erase: echo });
  await using _ = await openServer({ url: mcp.url, allow: ["lookup"] });
  expect(names()).toEqual(["stock_lookup"]);
  expect(events).toEqual([{ kind: "listed", server: "stock", tools: 1, left: 1 }]);
});

test("C3 an MCP server cannot bring more tools than a prompt can bear", async () => {
  await using mcp = await TestMcp.open(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`tool${at}`, echo])));
  await using _ = await openServer({ url: mcp.url });
  expect(names()).toHaveLength(32);
  expect(events).toMatchObject([{ tools: 32, left: 8 }]);
});

test("C3 a tool that an MCP server adds later can be run from then on", async () => {
  await using mcp = await TestMcp.open({ lookup: echo });
  await using _ = await openServer({ url: mcp.url });
  await until("the stream of notifications", () => mcp.headers.some(({ accept }) => accept === "text/event-stream"));
  mcp.add("price", async () => ({ text: "¥5" }));
  await until("the new tool", () => names().includes("stock_price"));
  expect(await run("stock_price")).toMatchObject({ text: "¥5" });
});

test("C3 what an MCP tool says of its failure is an error for the model; a picture is left out", async () => {
  const broken = async () => ({ text: "no such thing", isError: true });
  await using mcp = await TestMcp.open({ broken, picture: async () => ({ text: "see", image: true }) });
  await using _ = await openServer({ url: mcp.url });
  expect(await run("stock_broken")).toEqual({ text: "no such thing", isError: true, cards: [] });
  expect((await run("stock_picture")).text).toBe("see\n[image left out]");
  expect((await run("stock_picture", { q: 5 })).isError).toBe(true);
});

test("C3 an answer of an MCP tool that is enormous is not read", async () => {
  await using mcp = await TestMcp.open({ lookup: async () => ({ text: "x".repeat(2_000_000) }) });
  await using _ = await openServer({ url: mcp.url });
  expect(await run("stock_lookup")).toMatchObject({ isError: true });
});

test("C3 an MCP tool that takes too long is given up", async () => {
  await using mcp = await TestMcp.open({ slow: () => new Promise(() => {}) });
  await using _ = await openServer({ url: mcp.url, timeoutMs: 300 });
  expect(await run("stock_slow")).toMatchObject({ isError: true, text: expect.stringContaining("300 ms") });
});

test("X5 headers are sent with every request and never told", async () => {
  await using mcp = await TestMcp.open({ lookup: echo });
  await using _ = await openServer({ url: mcp.url, headers: { authorization: "Bearer sesame" } });
  await run("stock_lookup");
  await mcp.stop();
  await run("stock_lookup");
  await until("the server known to be away", () => events.some(({ kind }) => kind === "away"));
  expect(mcp.headers.every(({ authorization }) => authorization === "Bearer sesame")).toBe(true);
  expect(JSON.stringify([events, faults.map(String)])).not.toContain("sesame");
});

test("C3 a server that is away at the start costs only its own tools, which come when it is there", async () => {
  await using mcp = await TestMcp.open({ lookup: echo });
  await mcp.stop();
  toolbox.bring("shop", [
    { name: "own", description: "", schema: {}, run: async () => ({ text: "1", isError: false, cards: [] }) },
  ]);
  await using _ = await openServer({ url: mcp.url });
  expect(names()).toEqual(["own"]);
  expect(events).toMatchObject([{ kind: "away", server: "stock", againMs: 1_000 }]);
  await mcp.start();
  await until("the tools of the server", () => names().includes("stock_lookup"));
});

test("C3 a server without a stream that dies is noticed by the first call that finds it dead", async () => {
  await using mcp = await TestMcp.open({ lookup: echo });
  mcp.offersStream = false;
  await using _ = await openServer({ url: mcp.url });
  await run("stock_lookup");
  await mcp.stop();
  expect(names()).toEqual(["stock_lookup"]);
  expect(await run("stock_lookup")).toMatchObject({ isError: true });
  await until("no tools", () => names().length === 0);
});

test("C3 a server that dies takes its tools along and brings them back; a call that finds it dead is told", async () => {
  await using mcp = await TestMcp.open({ lookup: echo });
  await using _ = await openServer({ url: mcp.url });
  await mcp.stop();
  expect(await run("stock_lookup")).toMatchObject({ isError: true });
  await until("no tools", () => names().length === 0);
  await mcp.start();
  await until("the tools of the server", () => names().includes("stock_lookup"));
  expect(await run("stock_lookup", { q: "x" })).toMatchObject({ text: '{"q":"x"}' });
});
