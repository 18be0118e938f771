import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { Asker } from "../../src/domain/asker.ts";
import { languageOf } from "../../src/domain/asker.ts";
import {
  defineTool,
  maxResultChars,
  type Tool,
  Toolbox,
  ToolFailure,
  type ToolResult,
} from "../../src/domain/tools.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

const asker: Asker = { conversationId: "c", turnId: "t", customerId: "li", class: "member", language: "en" };
const card = { kind: "product", sku: "tent", name: "Tent", priceCents: 89_900, currency: "CNY" } as const;

let clock: VirtualClock;
let toolbox: Toolbox;
let faults: [fault: unknown, tool: string][];

beforeEach(() => {
  clock = new VirtualClock();
  faults = [];
  toolbox = new Toolbox({ clock, limitMs: 8_000, onFault: (...fault) => faults.push(fault) });
});

function toolOf(name: string, run: Tool["run"]): Tool {
  return { name, description: "", schema: { type: "object" }, run };
}

const saying = (text: string): ToolResult => ({ text, isError: false, cards: [] });
const run = (name: string, input = {}, signal = new AbortController().signal) =>
  toolbox.run(name, input, asker, signal);

test("C3 a tool is told for whom it is run, by the conversation and not by its input", async () => {
  const who = toolOf("who", async (input, { customerId }) => saying(`${customerId} ${JSON.stringify(input)}`));
  toolbox.bring("shop", [who]);
  expect(await run("who", { customerId: "wang" })).toEqual(saying('li {"customerId":"wang"}'));
});

test("C3 a tool that does not exist is an error in words", async () => {
  expect(await run("of_tomorrow")).toEqual({ text: "There is no tool of that name.", isError: true, cards: [] });
});

test("C3 an input that does not fit is told with its place, and nothing is run", async () => {
  let runs = 0;
  const input = z.strictObject({ items: z.array(z.strictObject({ sku: z.string(), quantity: z.int() })) });
  const count = async () => saying(String(runs++));
  toolbox.bring("shop", [defineTool({ name: "price", description: "", input, run: count })]);
  const result = await run("price", { items: [{ sku: "tent", quantity: 1.5 }] });
  expect(result).toMatchObject({ isError: true, text: expect.stringContaining("items.0.quantity") });
  expect(await run("price", { more: 1 })).toMatchObject({ isError: true });
  expect(runs).toBe(0);
});

test("C3 a tool that throws is an error without its own words, and is reported", async () => {
  const fault = new Error("password=sesame");
  toolbox.bring("shop", [toolOf("broken", () => Promise.reject(fault))]);
  const result = await run("broken");
  expect(result.isError).toBe(true);
  expect(result.text).not.toContain("sesame");
  expect(faults).toEqual([[fault, "broken"]]);
});

test("C3 a tool that says why it came to nothing is quoted", async () => {
  const failure = new ToolFailure("The shop cannot be reached.", { cause: new Error("ECONNREFUSED") });
  toolbox.bring("shop", [toolOf("away", () => Promise.reject(failure))]);
  expect(await run("away")).toEqual({ text: "The shop cannot be reached.", isError: true, cards: [] });
  expect(failure.message).toBe("ECONNREFUSED");
});

test("C3 a tool that takes too long is given up, and its signal aborted", async () => {
  let given: AbortSignal | undefined;
  const slow = toolOf("slow", (_, { signal }) => {
    given = signal;
    return new Promise(() => {});
  });
  toolbox.bring("shop", [slow, { ...slow, name: "slower", limitMs: 20_000 }]);
  const [first, second] = [run("slow"), run("slower")];
  await clock.advance(8_000);
  expect(await first).toMatchObject({ isError: true, text: expect.stringContaining("8000 ms") });
  await clock.advance(12_000);
  expect(await second).toMatchObject({ isError: true, text: expect.stringContaining("20000 ms") });
  expect(given?.aborted).toBe(true);
});

test("S10 a run ends at once when nobody waits for it any more, whatever the tool does", async () => {
  toolbox.bring("shop", [toolOf("deaf", () => new Promise(() => {}))]);
  const stop = new AbortController();
  const result = run("deaf", {}, stop.signal);
  stop.abort("stopped");
  await everybodyWaits();
  expect(await result).toMatchObject({ isError: true });
});

test("C3 a result is cut where it is too long, and says so; cards that are none are left out", async () => {
  // CAST: a tool of another server may give anything.
  const cards = [card, { kind: "product" } as typeof card, { ...card, sku: "x".repeat(101) }];
  toolbox.bring("shop", [toolOf("long", async () => ({ text: "x".repeat(100_000), isError: false, cards }))]);
  const result = await run("long");
  expect(result.text).toHaveLength(maxResultChars + "… (shortened)".length);
  expect(result.cards).toEqual([card]);
});

test("U5 the definitions stand in the order of their names, whoever brings them, and stay the same array", () => {
  const named = (name: string) => toolOf(name, async () => saying(""));
  toolbox.bring("mcp", [named("z_one"), named("b_two")]);
  toolbox.bring("shop", [named("get_order")]);
  const { definitions } = toolbox;
  expect(definitions.map(({ name }) => name)).toEqual(["b_two", "get_order", "z_one"]);
  expect(toolbox.definitions).toBe(definitions);
  toolbox.bring("mcp", []);
  expect(toolbox.definitions.map(({ name }) => name)).toEqual(["get_order"]);
});

test("C3 a later source cannot take a name away from an earlier one", async () => {
  toolbox.bring("shop", [toolOf("get_order", async () => saying("shop"))]);
  toolbox.bring("mcp", [toolOf("get_order", async () => saying("mcp"))]);
  expect(await run("get_order")).toEqual(saying("shop"));
  toolbox.bring("shop", [toolOf("get_order", async () => saying("shop anew"))]);
  expect(await run("get_order")).toEqual(saying("shop anew"));
});

test("C3 a question's language is that of its script", () => {
  expect(["我的订单呢", "my order TS1", "order 到了吗", ""].map(languageOf)).toEqual(["zh", "en", "zh", "en"]);
});
