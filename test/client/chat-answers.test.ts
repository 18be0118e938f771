import { expect, test } from "vitest";
import type { ChatState } from "../../client/chat/chat.ts";
import type { Message, Tier } from "../../src/contract/shapes.ts";
import {
  answered,
  asked,
  chatWith,
  kinds,
  memoryStorage,
  movedClock,
  nextTime,
  online,
  refusal,
  scriptedServer,
  silence,
  stateOf,
  textIs,
} from "./chat-server.ts";

async function talk(clock = {}) {
  const server = await scriptedServer();
  const chat = chatWith({ url: server.url, ...clock });
  await online(chat);
  return { server, chat };
}

const started = { turnId: "t1", epoch: 1, offset: 0, model: "m" };
const delta = (offset: number, text: string, turnId = "t1") => ({ turnId, epoch: 1, offset, text });

const lookUp = { turnId: "t1", epoch: 1, callId: "c1", tool: "get_order", offset: 0 };

test("an asked question is followed by dots, words and an end", async () => {
  const { server, chat } = await talk();
  server.scripts["message:send"] = () => ({ turnId: "t1" });
  chat.send("hi");
  const dots = await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  expect(kinds(dots)).toEqual(["question hi sent", "answer t1 starting"]);
  server.emit("turn:started", started);
  server.emit("turn:delta", delta(0, "Hello"));
  await stateOf(chat, (state) => kinds(state)[1] === "answer t1 streaming");
  server.emit("turn:ended", { turnId: "t1", epoch: 1, outcome: "completed", message: answered("t1", "Hello!") });
  const state = await stateOf(chat, ({ runningTurnId }) => runningTurnId === null);
  expect(state.entries[1]).toMatchObject({ state: "ended", outcome: "completed", messageId: "answer-t1" });
  expect(chat.textOf("t1")).toBe("Hello!");
});

test("text never passes through the state: only the first words are news", async () => {
  const { server, chat } = await talk();
  const states: ChatState[] = [];
  server.emit("turn:started", started);
  await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  chat.subscribe((state) => states.push(state));
  for (let at = 0; at < 100; at++) server.emit("turn:delta", delta(at, "x"));
  await textIs(chat, "t1", "x".repeat(100));
  expect(states.map(({ entries }) => entries[0])).toMatchObject([{ state: "streaming" }]);
});

test("states are snapshots: an entry that did not change stays the same object", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("m1") });
  const before = await stateOf(chat, ({ entries }) => entries.length === 1);
  server.emit("message:added", { message: asked("m2") });
  const after = await stateOf(chat, ({ entries }) => entries.length === 2);
  expect(after).not.toBe(before);
  expect(before.entries).toHaveLength(1);
  expect(after.entries[0]).toBe(before.entries[0]);
});

test("S3: a hole in the text is filled by one resume, whatever arrives meanwhile", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = ({ offset }) => {
    server.emit("turn:delta", delta(9, "j"));
    return { state: "streaming", epoch: 1, offset, text: "abcdefgh".slice(offset) };
  };
  server.emit("turn:started", started);
  server.emit("turn:delta", delta(0, "ab"));
  server.emit("turn:delta", delta(6, "gh"));
  server.emit("turn:delta", delta(8, "i"));
  await textIs(chat, "t1", "abcdefghij");
  expect(server.told("turn:resume")).toEqual([{ turnId: "t1", epoch: 1, offset: 2 }]);
});

test("S3: each hole is asked for, also after a reply that could not be had", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = () => refusal("unavailable");
  server.emit("turn:delta", delta(2, "c"));
  await server.commandsOf("turn:resume", 1);
  await chat.ask("typing:set", { active: true });
  server.scripts["turn:resume"] = ({ offset }) => ({
    state: "streaming",
    epoch: 1,
    offset,
    text: "abcdefg".slice(offset),
  });
  server.emit("turn:delta", delta(4, "e"));
  await textIs(chat, "t1", "abcdefg");
  server.emit("turn:delta", delta(8, "i"));
  server.scripts["turn:resume"] = ({ offset }) => ({ state: "streaming", epoch: 1, offset, text: "hi" });
  await textIs(chat, "t1", "abcdefghi");
});

test("S3: an answer first heard of in its middle is asked for from the start", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = () => ({ state: "streaming", epoch: 1, offset: 0, text: "from the start" });
  server.emit("turn:delta", delta(5, "the"));
  await textIs(chat, "t1", "from the start");
});

test("S4: an answer that goes on under a higher epoch is cut where it says", async () => {
  const { server, chat } = await talk();
  server.emit("turn:started", started);
  server.emit("turn:delta", delta(0, "The old end"));
  server.emit("turn:started", { ...started, epoch: 2, offset: 4 });
  server.emit("turn:delta", delta(11, " goes on"));
  server.emit("turn:delta", { ...delta(4, "new end"), epoch: 2 });
  await textIs(chat, "t1", "The new end");
});

test("S10: a running answer goes on over a cut connection, and only what is missing is sent again", async () => {
  const { server, chat } = await talk();
  server.emit("turn:started", started);
  server.emit("turn:delta", delta(0, "Hello "));
  await textIs(chat, "t1", "Hello ");
  const turn = { turnId: "t1", state: "streaming", epoch: 1, text: "world", offset: 6 } as const;
  server.opened.turn = turn;
  server.cut();
  await textIs(chat, "t1", "Hello world");
  expect(server.told("conversation:open")[1]).toMatchObject({ have: { turnId: "t1", epoch: 1, offset: 6 } });
});

test("S5: an end that was missed is in the next snapshot", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("m1", "t1") });
  server.emit("turn:delta", delta(0, "Hel"));
  await textIs(chat, "t1", "Hel");
  server.opened.messages = [asked("m1", "t1"), answered("t1", "Hello.")];
  server.cut();
  await textIs(chat, "t1", "Hello.");
  const state = await stateOf(chat, ({ runningTurnId }) => runningTurnId === null);
  expect(kinds(state)).toEqual(["question m1 sent", "answer t1 ended"]);
});

test("S5: an end without its text asks for the text, and the stored state ends it", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = ({ offset }) => ({
    state: "ended",
    epoch: 1,
    offset,
    text: "lo.",
    outcome: "truncated",
  });
  server.emit("turn:delta", delta(0, "Hel"));
  server.emit("turn:ended", { turnId: "t1", epoch: 1, outcome: "truncated" });
  await textIs(chat, "t1", "Hello.");
  expect(chat.state).toMatchObject({ runningTurnId: null, entries: [{ state: "ended", outcome: "truncated" }] });
});

test("S4: an end under a lower epoch ends nothing", async () => {
  const { server, chat } = await talk();
  server.emit("turn:started", { ...started, epoch: 2 });
  server.emit("turn:ended", { turnId: "t1", epoch: 1, outcome: "failed" });
  server.emit("tier:changed", { tier: "medium" });
  const state = await stateOf(chat, ({ tier }) => tier === "medium");
  expect(state).toMatchObject({ runningTurnId: "t1", entries: [{ state: "starting" }] });
});

test("C2: a turn that ended without a word still shows how it ended", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = () => refusal("not-found");
  server.emit("turn:ended", { turnId: "t1", epoch: 0, outcome: "shed", error: refusal("shed", 5_000) });
  const state = await stateOf(chat, ({ entries }) => entries.length === 1);
  expect(state.entries[0]).toMatchObject({ state: "ended", outcome: "shed", error: { retryAfterMs: 5_000 } });
});

test("the snapshot is the truth: what the server does not know is gone, but for what waits to be sent", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("m1", "t1") });
  server.emit("turn:delta", delta(0, "old words"));
  await textIs(chat, "t1", "old words");
  server.scripts["message:send"] = () => silence;
  chat.send("still on its way");
  server.opened.conversationId = "c2";
  server.cut();
  const state = await stateOf(chat, ({ entries, link }) => link === "online" && entries.length === 1);
  expect(kinds(state)).toEqual(["question still on its way sending"]);
  expect(state.runningTurnId).toBeNull();
});

test("S3: one who watches keeps watching when the answer is dropped and comes back", async () => {
  const { server, chat } = await talk();
  server.emit("turn:delta", delta(0, "old words"));
  const again = textIs(chat, "t1", "new words");
  await textIs(chat, "t1", "old words");
  server.cut();
  await stateOf(chat, ({ entries }) => entries.length === 0);
  await online(chat);
  server.emit("turn:delta", delta(0, "new words"));
  await again;
});

test("a snapshot older than the facts around it takes nothing back", async () => {
  const { clock, move } = movedClock();
  const { server, chat } = await talk({ clock });
  move(1_000);
  server.scripts["conversation:open"] = (_, socket) => {
    socket.emit("message:added", { message: asked("m1", "t1") });
    socket.emit("turn:started", started);
    socket.emit("turn:delta", delta(0, "fresh"));
    return server.opened;
  };
  chat.reconcile();
  await textIs(chat, "t1", "fresh");
  server.emit("tier:changed", { tier: "medium" });
  const state = await stateOf(chat, ({ tier }) => tier === "medium");
  expect(kinds(state)).toEqual(["question m1 sent", "answer t1 streaming"]);
  expect(chat.textOf("t1")).toBe("fresh");
});

test("answers stand behind the last question of their turn; what waits is a chip at the end", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("q1", "t1") });
  server.emit("turn:started", started);
  server.emit("message:added", { message: asked("q2", "t2") });
  server.emit("message:added", { message: { messageId: "s1", author: "system", text: "note", at: nextTime() } });
  const during = await stateOf(chat, ({ entries }) => entries.length === 4);
  expect(kinds(during)).toEqual(["question q1 sent", "answer t1 starting", "system note", "chip q2 sent"]);
  server.emit("turn:ended", { turnId: "t1", epoch: 1, outcome: "completed", message: answered("t1", "one") });
  server.emit("turn:started", { ...started, turnId: "t2" });
  const next = await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t2");
  expect(kinds(next)).toEqual([
    "question q1 sent",
    "answer t1 ended",
    "question q2 sent",
    "answer t2 starting",
    "system note",
  ]);
});

test("a question asked while an answer runs is a chip from the first moment", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("q1", "t1") });
  server.emit("turn:started", started);
  await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  server.scripts["message:send"] = () => ({ turnId: "t2" });
  chat.send("next");
  expect(kinds(chat.state)).toEqual(["question q1 sent", "answer t1 starting", "chip next sending"]);
  const state = await stateOf(chat, (now) => kinds(now)[2] === "chip next sent");
  expect(state.runningTurnId).toBe("t1");
});

test("H1: what waited when a person took over is not a chip, nor is it when the assistant is back", async () => {
  const { server, chat } = await talk();
  server.emit("message:added", { message: asked("q1", "t1") });
  server.emit("turn:started", started);
  server.emit("message:added", { message: asked("q2", "t2") });
  await stateOf(chat, (state) => kinds(state).includes("chip q2 sent"));
  server.emit("responder:changed", { responder: { kind: "agent", name: "Li" } });
  const taken = await stateOf(chat, ({ responder }) => responder.name === "Li");
  expect(kinds(taken)).toContain("question q2 sent");
  server.emit("message:added", {
    message: { messageId: "a1", author: "agent", name: "Li", text: "hi", at: nextTime() },
  });
  server.emit("responder:changed", { responder: { kind: "assistant" } });
  const back = await stateOf(chat, ({ responder }) => responder.kind === "assistant");
  expect(kinds(back).slice(2)).toEqual(["question q2 sent", "agent hi"]);
});

test("H3: an answer that is asked for anew when a person has left stands behind that, also after a reload", async () => {
  const server = await scriptedServer();
  const said = (kind: "agent-joined" | "agent-left") =>
    ({ messageId: kind, author: "system", text: kind, at: nextTime(), notice: { kind } }) as const;
  const cut = (): Message => ({ ...answered("t1", ""), outcome: "interrupted" });
  const messages = [asked("q1", "t2"), said("agent-joined"), cut(), said("agent-left"), asked("q2", "t3")];
  const turn = { turnId: "t2", state: "streaming", epoch: 1, offset: 0, text: "a" } as const;
  Object.assign(server.opened, { messages, turn });
  const chat = chatWith({ url: server.url });
  const during = await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t2");
  const order = ["question q1 sent", "system agent-joined", "answer t1 ended", "system agent-left"];
  expect(kinds(during).slice(0, 5)).toEqual([...order, "answer t2 streaming"]);
  server.emit("turn:ended", { turnId: "t2", epoch: 1, outcome: "completed", message: answered("t2", "all") });
  const after = await stateOf(chat, ({ runningTurnId }) => runningTurnId !== "t2");
  expect(kinds(after).slice(0, 5)).toEqual([...order, "answer t2 ended"]);
});

test("an answer that begins before its question is acknowledged stands behind that question", async () => {
  const { server, chat } = await talk();
  server.scripts["message:send"] = () => silence;
  chat.send("hi");
  chat.send("and");
  server.emit("turn:started", started);
  const state = await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  expect(kinds(state)).toEqual(["question hi sending", "answer t1 starting", "question and sending"]);
});

test("an answer whose question nobody knows stays where it ended", async () => {
  const { server, chat } = await talk();
  const end = { turnId: "t1", epoch: 1, outcome: "completed", message: answered("t1", "one") } as const;
  server.emit("turn:ended", end);
  server.emit("message:added", { message: asked("q2") });
  const state = await stateOf(chat, ({ entries }) => entries.length === 2);
  expect(kinds(state)).toEqual(["answer t1 ended", "question q2 sent"]);
});

test("S5: what arrives after the end brings nothing back to life", async () => {
  const { server, chat } = await talk();
  const end = { turnId: "t1", epoch: 1, outcome: "completed", message: answered("t1", "one") } as const;
  server.emit("turn:ended", end);
  server.emit("turn:delta", delta(3, " more"));
  server.emit("turn:started", { ...started, epoch: 2 });
  server.emit("turn:activity", { ...lookUp, state: "running" });
  server.emit("turn:queued", { turnId: "t1", position: 1, waitMs: null, tier: "medium" });
  server.emit("tier:changed", { tier: "degraded" });
  const state = await stateOf(chat, ({ tier }) => tier === "degraded");
  expect(state).toMatchObject({ runningTurnId: null, place: null, entries: [{ state: "ended" }] });
  expect(state.entries[0]).not.toHaveProperty("steps");
  expect(chat.textOf("t1")).toBe("one");
});

test("S5: an end that a resume tells of ends the turn", async () => {
  const { server, chat } = await talk();
  server.scripts["turn:resume"] = () => ({ state: "ended", epoch: 1, offset: 0, text: "all", outcome: "stopped" });
  server.emit("turn:delta", delta(2, "l"));
  const state = await stateOf(chat, ({ entries }) => entries[0]?.kind === "answer" && entries[0].state === "ended");
  expect(state).toMatchObject({ runningTurnId: null, entries: [{ outcome: "stopped" }] });
});

test("facts are shown at once, also while the server is being asked what was missed", async () => {
  const { clock, move } = movedClock();
  const { server, chat } = await talk({ clock });
  move(1_000);
  server.scripts["conversation:open"] = () => silence;
  chat.reconcile();
  server.emit("turn:delta", delta(0, "no waiting"));
  await textIs(chat, "t1", "no waiting");
});

test("listeners are told once, however much has changed at once", async () => {
  const { chat } = await talk();
  let calls = 0;
  chat.subscribe(() => calls++);
  for (const text of ["one", "two", "three"]) chat.send(text);
  await Promise.resolve();
  expect(calls).toBe(1);
  expect(chat.state.entries).toHaveLength(3);
});

test("A6: the place in line never rises, and the line of another turn is another line", async () => {
  const { server, chat } = await talk();
  const told = (turnId: string, position: number, tier: Tier) => {
    server.emit("turn:queued", { turnId, position, waitMs: null, tier });
    return stateOf(chat, (state) => state.tier === tier);
  };
  expect((await told("t1", 7, "medium")).place?.position).toBe(7);
  expect((await told("t1", 8, "degraded")).place?.position).toBe(7);
  expect((await told("t1", 3, "medium")).place?.position).toBe(3);
  expect((await told("t2", 5, "degraded")).place).toEqual({ turnId: "t2", position: 5, from: 5, waitMs: null });
  server.emit("turn:started", { ...started, turnId: "t2" });
  await stateOf(chat, (state) => state.place === null && state.runningTurnId === "t2");
});

test("A6: a turn that has to wait in line is a chip with a place, not dots", async () => {
  const { server, chat } = await talk();
  server.scripts["message:send"] = () => ({ turnId: "t1" });
  chat.send("hi");
  await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  server.emit("turn:queued", { turnId: "t1", position: 4, waitMs: { low: 1, high: 2 }, tier: "degraded" });
  const state = await stateOf(chat, ({ place }) => place !== null);
  expect(kinds(state)).toEqual(["chip hi sent"]);
  expect(state).toMatchObject({ runningTurnId: null, tier: "degraded", place: { position: 4 } });
  chat.stop();
  await server.commandsOf("turn:stop", 1);
  expect(server.told("turn:stop")).toEqual([{ turnId: "t1" }]);
});

test("a turn that stands in line is in line again after a reload", async () => {
  const server = await scriptedServer();
  server.opened.messages = [asked("q1", "t1")];
  server.opened.turn = { turnId: "t1", state: "queued", epoch: 0, text: "", offset: 0, position: 12, waitMs: null };
  const state = await online(chatWith(server));
  expect(state.place).toEqual({ turnId: "t1", position: 12, from: 12, waitMs: null });
  expect(kinds(state)).toEqual(["chip q1 sent"]);
});

test("A6: what a turn has come through of its line is still known after a reload", async () => {
  const server = await scriptedServer();
  const session = memoryStorage();
  const open = async (turnId: string, position: number) => {
    server.opened.turn = { turnId, state: "queued", epoch: 0, text: "", offset: 0, position, waitMs: null };
    return (await online(chatWith({ url: server.url, session }))).place;
  };
  expect(await open("t1", 12)).toMatchObject({ position: 12, from: 12 });
  expect(await open("t1", 3)).toMatchObject({ position: 3, from: 12 });
  expect(await open("t2", 5)).toMatchObject({ position: 5, from: 5 });
});

test("stop names the running turn and waits for the fact", async () => {
  const { server, chat } = await talk();
  server.emit("turn:delta", delta(0, "abc"));
  await stateOf(chat, ({ runningTurnId }) => runningTurnId === "t1");
  chat.stop();
  await server.commandsOf("turn:stop", 1);
  expect(chat.state.runningTurnId).toBe("t1");
  expect(server.told("turn:stop")).toEqual([{ turnId: "t1" }]);
});

test("a rating is shown at once and taken back when the server does not take it", async () => {
  const server = await scriptedServer();
  server.opened.messages = [answered("t1", "yes")];
  const chat = chatWith(server);
  await online(chat);
  chat.rate("answer-t1", "up");
  expect(chat.state.entries[0]).toMatchObject({ rating: "up" });
  await server.commandsOf("message:rate", 1);
  server.scripts["message:rate"] = () => refusal("not-found");
  chat.rate("answer-t1", "down");
  expect(chat.state.entries[0]).toMatchObject({ rating: "down" });
  await stateOf(chat, ({ entries }) => entries[0]?.kind === "answer" && entries[0].rating === "up");
});

test("a tool that runs is named until it is done", async () => {
  const { server, chat } = await talk();
  const stateNow = ({ entries }: ChatState) => entries[0]?.kind === "answer" && entries[0].steps?.[0]?.state;
  server.emit("turn:activity", { ...lookUp, state: "running" });
  await stateOf(chat, (state) => stateNow(state) === "running");
  server.emit("turn:activity", { ...lookUp, state: "done" });
  await stateOf(chat, (state) => stateNow(state) === "done");
});

test("a person who types is shown for six seconds, or until the message", async () => {
  const { clock, move } = movedClock();
  const { server, chat } = await talk({ clock });
  const types = () => server.emit("typing:changed", { author: "agent", name: "Li", active: true });
  types();
  await stateOf(chat, ({ typing }) => typing?.name === "Li");
  move(6_000);
  expect(chat.state.typing).toBeNull();
  types();
  await stateOf(chat, ({ typing }) => typing !== null);
  server.emit("message:added", { message: { messageId: "a1", author: "agent", text: "hi", at: nextTime() } });
  await stateOf(chat, ({ typing }) => typing === null);
});

test("S9: fifteen seconds of silence while an answer runs are worth a question", async () => {
  const { clock, move } = movedClock();
  const { server, chat } = await talk({ clock });
  server.emit("turn:delta", delta(0, "Hel"));
  await textIs(chat, "t1", "Hel");
  move(10_000);
  server.emit("turn:delta", delta(3, "lo"));
  await textIs(chat, "t1", "Hello");
  move(5_000);
  expect(server.told("conversation:open")).toHaveLength(1);
  server.opened.messages = [answered("t1", "Hello.")];
  move(10_000);
  await textIs(chat, "t1", "Hello.");
  expect(server.told("conversation:open")).toHaveLength(2);
  move(60_000);
  expect(server.told("conversation:open")).toHaveLength(2);
});

test("S11: what was missed and is told late stands where it was said", async () => {
  const { server, chat } = await talk();
  const [first, missed, last] = [asked("q1", "t1"), asked("q2", "t2"), asked("q3", "t3")];
  server.emit("message:added", { message: first });
  server.emit("message:added", { message: answered("t1", "one") });
  server.emit("message:added", { message: last });
  server.emit("message:added", { message: answered("t3", "three") });
  server.emit("message:added", { message: missed });
  server.emit("message:added", { message: answered("t2", "two") });
  const { entries } = await stateOf(chat, (now) => now.entries.length === 6);
  expect(entries.map((entry) => (entry.kind === "answer" ? entry.turnId : entry.text))).toEqual([
    "q1",
    "t1",
    "q2",
    "t2",
    "q3",
    "t3",
  ]);
});
