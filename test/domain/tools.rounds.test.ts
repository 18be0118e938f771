import { beforeEach, expect, test } from "vitest";
import type { ToolUse } from "../../src/domain/relay.ts";
import type { Step } from "../../src/domain/steps.ts";
import { type Tool, Toolbox, type ToolResult } from "../../src/domain/tools.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { runningIn, Worker } from "./worker.ts";

const tent = { kind: "product", sku: "tent", name: "Tent", priceCents: 89_900, currency: "CNY" } as const;

let clock: VirtualClock;
let store: SharedStore;
let own: Worker;
let conversationId: string;
/** What was run, and how the runs are ended. */
let runs: {
  readonly name: string;
  readonly input: object;
  readonly signal: AbortSignal;
  end(result: ToolResult): void;
}[];

const names = ["find_products", "get_order"];
const find = (query: string) => ({ tool: "find_products", input: { query } });
const order = (number: string) => ({ tool: "get_order", input: { number } });
const found = (text: string): ToolResult => ({ text, isError: false, cards: [tent] });

function newWorker(nodeId: string): Worker {
  const toolbox = new Toolbox({ clock, limitMs: 8_000, onFault: () => {} });
  toolbox.bring("shop", names.map(toolOf));
  return new Worker({ nodeId, store, clock, parts: { toolbox } });
}

function toolOf(name: string): Tool {
  const run: Tool["run"] = (input, { signal }) =>
    new Promise((end) => {
      runs.push({ name, input, signal, end });
    });
  return { name, description: "", schema: { type: "object" }, run };
}

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  runs = [];
  own = newWorker("own");
  conversationId = (await own.side.conversations.open(caller("li"))).conversationId;
});

async function ask(worker = own): Promise<Turn> {
  await worker.assistant.ask(conversationId, { messageId: "m1", text: "Where is it?" });
  await everybodyWaits();
  return runningIn(store, conversationId);
}

async function settle(at: number, result: ToolResult): Promise<void> {
  runs[at]?.end(result);
  await everybodyWaits();
}

async function callNow(...uses: readonly ToolUse[]): Promise<void> {
  own.relay.last.call(...uses);
  await everybodyWaits();
}

const answer = async () => (await store.stored(conversationId)).messages.find(({ author }) => author === "assistant");
const requests = () => own.relay.attempts.map(({ request }) => request);
const activities = () =>
  own.steps.flatMap((step: Step) => (step.kind === "turn-activity" ? [[step.activity.tool, step.activity.state]] : []));

test("C3 S3 words, tools and words again are one answer, with a paragraph between them", async () => {
  await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"));
  expect(activities()).toEqual([["find_products", "running"]]);
  await settle(0, found('{"products":[]}'));
  own.relay.last.write("\n It is a ");
  own.relay.last.write("tent.");
  own.relay.last.end();
  await everybodyWaits();
  expect(await answer()).toMatchObject({ text: "Let me look.\n\nIt is a tent.", outcome: "completed", cards: [tent] });
  expect(activities()).toEqual([
    ["find_products", "running"],
    ["find_products", "done"],
  ]);
});

test("C3 the model is given its words, its calls and their results, and the tools stay in every request", async () => {
  await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"), order("TS1"));
  await settle(1, { text: "no such order", isError: true, cards: [] });
  await settle(0, found("a tent"));
  const [first, second] = requests();
  expect(first?.tools?.map(({ name }) => name)).toEqual(names);
  expect(second?.tools).toBe(first?.tools);
  expect(second?.mayCall).toBe(true);
  const [question, said, results] = second?.messages ?? [];
  expect(question).toEqual({ role: "user", text: "Where is it?" });
  expect(said).toMatchObject({ role: "assistant", text: "Let me look.", calls: [find("tent"), order("TS1")] });
  expect(results).toMatchObject({
    role: "user",
    text: "",
    results: [
      { text: "a tent", isError: false },
      { text: "no such order", isError: true },
    ],
  });
  expect(results?.results?.map(({ callId }) => callId)).toEqual(said?.calls?.map(({ callId }) => callId));
});

test("C3 the same call in the same answer is run once, also while it is under way, in whatever order its input is", async () => {
  await ask();
  const [one, other] = [
    { a: 1, b: { c: 2, d: 3 } },
    { b: { d: 3, c: 2 }, a: 1 },
  ];
  await callNow({ tool: "get_order", input: one }, { tool: "get_order", input: other });
  expect(runs).toHaveLength(1);
  await settle(0, found("here"));
  await callNow({ tool: "get_order", input: other });
  expect(runs).toHaveLength(1);
  expect(requests()).toHaveLength(3);
  const results = requests()[2]?.messages.flatMap((message) => message.results ?? []);
  expect(results?.map(({ text }) => text)).toEqual(["here", "here", "here"]);
  expect(activities()).toHaveLength(2);
});

test("C3 after five rounds the model may call nothing more, and has to answer", async () => {
  await ask();
  for (let round = 0; round < 5; round++) {
    expect(own.relay.last.request.mayCall).toBe(true);
    await callNow(find(`tent ${round}`));
    await settle(round, found("more"));
  }
  expect(own.relay.last.request.mayCall).toBe(false);
  expect(own.relay.last.request.tools).toHaveLength(2);
  await callNow(find("once more"));
  expect(runs).toHaveLength(5);
  await pass(clock, 2_000);
  own.relay.last.write("That is all.");
  own.relay.last.end();
  await everybodyWaits();
  expect(await answer()).toMatchObject({ text: "That is all.", outcome: "completed" });
});

test("C3 a call without a JSON object, of a tool unknown, or one too many is not run, and the model is told", async () => {
  await ask();
  const many = Array.from({ length: 8 }, (_, at) => find(`${at}`));
  await callNow({ tool: "get_order", input: null }, { tool: "of_tomorrow", input: {} }, ...many);
  expect(runs).toHaveLength(6);
  for (const at of runs.keys()) await settle(at, found("x"));
  const results = requests()[1]?.messages.at(-1)?.results ?? [];
  expect(results.map(({ isError }) => isError)).toEqual([true, true, ...Array(6).fill(false), true, true]);
  expect(own.relay.last.request.messages.at(-2)?.calls?.[0]?.input).toBeNull();
});

test("U4 a round that is cut goes on under the next epoch, knows what was found, and runs nothing again", async () => {
  const turn = await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"));
  await settle(0, found("a tent"));
  own.relay.last.write("It is");
  own.relay.last.fail("cut");
  await pass(clock, 200);
  const text = "Let me look.\n\nIt is";
  const live = own.assistant.live(turn.turnId);
  expect([live?.text, live?.epoch]).toEqual([text, 2]);
  const { messages } = own.relay.last.request;
  expect(messages.map(({ role, text }) => [role, text])).toEqual([
    ["user", "Where is it?"],
    ["assistant", "Let me look."],
    ["user", ""],
    ["assistant", "It is"],
  ]);
  await callNow(find("tent"));
  expect(runs).toHaveLength(1);
  own.relay.last.write("Still a tent.");
  own.relay.last.end();
  await everybodyWaits();
  expect((await answer())?.text).toBe(`${text}\n\nStill a tent.`);
});

test("U4 a round that fails before its first word is tried again, then handed to the next model, all words kept", async () => {
  const models = {
    service: () =>
      ({ chain: ["claude-sonnet-4-5", "claude-haiku-4-5"], maxTokens: 100, rounds: 10, tools: true }) as const,
  };
  const toolbox = new Toolbox({ clock, limitMs: 8_000, onFault: () => {} });
  toolbox.bring("shop", names.map(toolOf));
  own = new Worker({ nodeId: "two", store, clock, parts: { toolbox, ...models } });
  const turn = await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"));
  await settle(0, found("a tent"));
  for (let tries = 1; tries <= 3; tries++) {
    expect(own.relay.attempts).toHaveLength(1 + tries);
    own.relay.last.fail("overloaded");
    await pass(clock, 5_000);
  }
  expect(own.relay.last.request).toMatchObject({ model: "claude-haiku-4-5" });
  expect(own.relay.last.request.messages.at(-1)?.results).toHaveLength(1);
  expect(own.assistant.live(turn.turnId)).toMatchObject({ text: "Let me look.", epoch: 2 });
  own.relay.last.write("A tent.");
  own.relay.last.end();
  await everybodyWaits();
  expect((await answer())?.text).toBe("Let me look.\n\nA tent.");
});

test("S5 an end without a word about what was found is no answer", async () => {
  await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"));
  await settle(0, found("a tent"));
  own.relay.last.end();
  await pass(clock, 5_000);
  own.relay.last.end();
  await everybodyWaits();
  expect(await answer()).toMatchObject({ text: "Let me look.", outcome: "failed", cards: [tent] });
});

test("S10 stopping ends a running tool at once; what it says later is told to nobody", async () => {
  const turn = await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"));
  await own.assistant.stop(turn);
  expect(runs[0]?.signal.aborted).toBe(true);
  await settle(0, found("late"));
  const stopped = await answer();
  expect(stopped).toMatchObject({ text: "Let me look.", outcome: "stopped" });
  expect(stopped).not.toHaveProperty("cards");
  expect(activities()).toEqual([["find_products", "running"]]);
  expect(own.relay.attempts).toHaveLength(1);
});

test("C3 N2 what a node has found is not looked up again by the one that takes the answer up", async () => {
  const turn = await ask();
  own.relay.last.write("Let me look.");
  await callNow(find("tent"), order("TS1"));
  await settle(0, found("a tent"));
  const next = newWorker("next");
  const { running, logged, found: known } = await store.stored(conversationId);
  expect(running?.turnId).toBe(turn.turnId);
  expect(logged).toBe("Let me look.");
  await next.assistant.adopt(running ?? turn, logged, known);
  await everybodyWaits();
  const { messages } = next.relay.last.request;
  expect(messages.at(-2)).toMatchObject({ text: "Let me look.", calls: [find("tent")] });
  expect(messages.at(-1)?.results).toMatchObject([{ text: "a tent" }]);
  next.relay.last.call(find("tent"), order("TS1"));
  await everybodyWaits();
  expect(runs.map(({ name }) => name)).toEqual(["find_products", "get_order", "get_order"]);
  runs[2]?.end({ text: "on its way", isError: false, cards: [] });
  await everybodyWaits();
  next.relay.last.write("It is on its way.");
  next.relay.last.end();
  await everybodyWaits();
  expect(await answer()).toMatchObject({ text: "Let me look.\n\nIt is on its way.", cards: [tent] });
});

test("A11 where tools are shed they stay in the prompt and may not be called", async () => {
  const service = () => ({ chain: ["claude-sonnet-4-5"], maxTokens: 100, rounds: 3, tools: false }) as const;
  const toolbox = new Toolbox({ clock, limitMs: 8_000, onFault: () => {} });
  toolbox.bring("shop", names.map(toolOf));
  own = new Worker({ nodeId: "degraded", store, clock, parts: { toolbox, service } });
  await ask();
  expect(own.relay.last.request).toMatchObject({ mayCall: false, tools: toolbox.definitions });
  await callNow(find("tent"));
  expect(runs).toHaveLength(0);
});
