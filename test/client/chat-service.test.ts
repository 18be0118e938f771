import { expect, test } from "vitest";
import type { AnswerEntry, ChatState } from "../../client/chat/chat.ts";
import { hasFailedStep } from "../../client/widget/explain.ts";
import type { Card, Message, Notice } from "../../src/contract/shapes.ts";
import { answered, asked, chatWith, nextTime, online, refusal, scriptedServer, stateOf } from "./chat-server.ts";

async function talk() {
  const server = await scriptedServer();
  const chat = chatWith({ url: server.url });
  await online(chat);
  return { server, chat };
}

const lookUp = { turnId: "t1", epoch: 1, callId: "c1", tool: "get_order", offset: 0 };
const started = { turnId: "t1", epoch: 1, offset: 0, model: "m" };
const tent = { kind: "product", sku: "tent", name: "Tent", priceCents: 129_900, currency: "CNY" } as const;
const lamp = { ...tent, sku: "lamp", name: "Lamp" };
const order: Card = {
  kind: "order",
  number: "TS1",
  state: "shipped",
  totalCents: 1,
  currency: "CNY",
  lines: [],
  steps: [],
};

const answerOf = ({ entries }: ChatState) => entries.find((entry) => entry.kind === "answer") as AnswerEntry;
const namesOf = (state: ChatState) =>
  answerOf(state)?.cards?.map((card) => (card.kind === "product" ? card.name : card.kind)) ?? [];
const stepsOf = (state: ChatState) => answerOf(state)?.steps?.map(({ tool, state: now }) => `${tool} ${now}`) ?? [];

test("tools that run side by side are steps, each with its own end", async () => {
  const { server, chat } = await talk();
  server.emit("turn:activity", { ...lookUp, state: "running" });
  server.emit("turn:activity", { ...lookUp, callId: "c2", tool: "best_discount", state: "running" });
  await stateOf(chat, (state) => stepsOf(state).length === 2);
  server.emit("turn:activity", { ...lookUp, state: "done" });
  server.emit("turn:activity", { ...lookUp, callId: "c2", tool: "best_discount", state: "failed" });
  const state = await stateOf(chat, (now) => stepsOf(now)[1] === "best_discount failed");
  expect(stepsOf(state)).toEqual(["get_order done", "best_discount failed"]);
});

test("S3 a fact of a tool that comes again, or late, changes nothing", async () => {
  const { server, chat } = await talk();
  server.emit("turn:activity", { ...lookUp, state: "done", cards: [order] });
  server.emit("turn:activity", { ...lookUp, state: "done", cards: [order] });
  server.emit("turn:activity", { ...lookUp, state: "running" });
  server.emit("turn:delta", { turnId: "t1", epoch: 1, offset: 0, text: "x" });
  const state = await stateOf(chat, (now) => answerOf(now)?.state === "streaming");
  expect(stepsOf(state)).toEqual(["get_order done"]);
  expect(namesOf(state)).toEqual(["order"]);
});

test("S4 a tool of a lower epoch is dropped, and of an earlier try only that holds which is told again", async () => {
  const { server, chat } = await talk();
  server.emit("turn:started", started);
  server.emit("turn:activity", { ...lookUp, state: "done", cards: [order] });
  server.emit("turn:activity", { ...lookUp, callId: "c2", state: "running" });
  await stateOf(chat, (state) => stepsOf(state).length === 2);
  server.emit("turn:started", { ...started, epoch: 2 });
  await stateOf(chat, (state) => stepsOf(state).length === 0 && namesOf(state).length === 0);
  server.emit("turn:activity", { ...lookUp, epoch: 2, state: "done", cards: [order] });
  server.emit("turn:activity", { ...lookUp, callId: "c2", state: "done", cards: [tent] });
  server.emit("turn:delta", { turnId: "t1", epoch: 2, offset: 0, text: "x" });
  const state = await stateOf(chat, (now) => answerOf(now)?.state === "streaming");
  expect(stepsOf(state)).toEqual(["get_order done"]);
  expect(namesOf(state)).toEqual(["order"]);
});

test("S5 a page that is opened in the middle of an answer has its steps and cards", async () => {
  const server = await scriptedServer();
  const running = { ...lookUp, callId: "c2", tool: "best_discount", state: "running" as const };
  server.opened.turn = {
    ...{ turnId: "t1", state: "streaming", epoch: 1, text: "x", offset: 0 },
    activities: [{ ...lookUp, state: "done", cards: [order] }, running],
  };
  const state = await online(chatWith({ url: server.url }));
  expect(stepsOf(state)).toEqual(["get_order done", "best_discount running"]);
  expect(namesOf(state)).toEqual(["order"]);
});

test("a thing that is found twice is one card, as it was found last", async () => {
  const { server, chat } = await talk();
  server.emit("turn:activity", { ...lookUp, state: "done", cards: [tent, lamp] });
  server.emit("turn:activity", { ...lookUp, callId: "c2", state: "done", cards: [{ ...tent, name: "Big tent" }] });
  const state = await stateOf(chat, (now) => answerOf(now)?.steps?.length === 2);
  expect(namesOf(state)).toEqual(["Big tent", "Lamp"]);
});

test.each([
  ["which has them", [lamp]],
  ["which has none", undefined],
])("the cards of the stored message are the truth: one %s", async (_, cards) => {
  const { server, chat } = await talk();
  server.emit("turn:started", started);
  server.emit("turn:activity", { ...lookUp, state: "done", cards: [tent] });
  const message: Message = { ...answered("t1", "here"), ...(cards && { cards }) };
  server.emit("turn:ended", { turnId: "t1", epoch: 1, outcome: "completed", message });
  const state = await stateOf(chat, (now) => answerOf(now)?.state === "ended");
  expect(namesOf(state)).toEqual(cards ? ["Lamp"] : []);
  expect(stepsOf(state)).toEqual([]);
});

test("C3 a page that is opened after an answer knows that something could not be looked up for it", async () => {
  const server = await scriptedServer();
  server.opened.messages = [{ ...answered("t1", "here"), lookUpFailed: true }, answered("t2", "and here")];
  const { entries } = await online(chatWith({ url: server.url }));
  const failed = entries.map((entry) => entry.kind === "answer" && hasFailedStep(entry));
  expect(failed).toEqual([true, false]);
});

const notice = (kind: Notice["kind"], name?: string): Message => ({
  messageId: `${kind}-${nextTime()}`,
  author: "system",
  text: kind,
  at: nextTime(),
  notice: { kind, ...(name && { name }) },
});

test("H4 a wish for a person is kept until somebody comes, with a place that never rises", async () => {
  const { server, chat } = await talk();
  server.scripts["agent:request"] = () => ({ position: 3 });
  await chat.callPerson();
  expect(chat.state.wish).toEqual({ position: 3 });
  server.emit("message:added", { message: notice("person-requested") });
  server.emit("agent:queued", { position: 2 });
  await stateOf(chat, ({ wish }) => wish?.position === 2);
  server.emit("agent:queued", { position: 5 });
  server.emit("typing:changed", { author: "agent", active: true });
  expect((await stateOf(chat, ({ typing }) => typing !== null)).wish).toEqual({ position: 2 });
  server.emit("responder:changed", { responder: { kind: "agent", name: "Li" } });
  await stateOf(chat, ({ wish }) => wish === null);
});

test("H4 a page that is opened anew knows from the notices whether a person is waited for", async () => {
  const server = await scriptedServer();
  server.opened.messages = [asked("m1"), notice("person-requested")];
  const first = chatWith({ url: server.url });
  expect((await online(first)).wish).toEqual({});
  server.opened.messages = [...server.opened.messages, notice("person-cancelled")];
  const second = chatWith({ url: server.url });
  expect((await online(second)).wish).toBeNull();
});

test("H6 an agent who was lost is waited for where nobody answers instead", async () => {
  const server = await scriptedServer();
  server.opened.messages = [notice("agent-joined", "Li"), notice("agent-lost", "Li")];
  server.opened.responder = { kind: "nobody" };
  expect((await online(chatWith({ url: server.url }))).wish).toEqual({});
  server.opened.responder = { kind: "assistant" };
  expect((await online(chatWith({ url: server.url }))).wish).toBeNull();
});

test("a wish that is taken back is gone at once, and the server is told", async () => {
  const { server, chat } = await talk();
  server.scripts["agent:request"] = () => ({});
  await chat.callPerson();
  chat.dropPerson();
  expect(chat.state.wish).toBeNull();
  await server.commandsOf("agent:cancel", 1);
});

test("a message that is left waits for nobody, and a refusal is told", async () => {
  const { server, chat } = await talk();
  await chat.callPerson("call me");
  expect(server.told("agent:request")).toEqual([{ leave: "call me" }]);
  expect(chat.state.wish).toBeNull();
  server.scripts["agent:request"] = () => refusal("agents-away");
  await expect(chat.callPerson()).rejects.toMatchObject({ code: "agents-away" });
  expect(chat.state.wish).toBeNull();
});

test("a system line keeps what it is about", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: notice("agent-joined", "Li") });
  const { entries } = await stateOf(chat, (state) => state.entries.length > 0);
  expect(entries[0]).toMatchObject({ kind: "system", notice: { kind: "agent-joined", name: "Li" } });
});
