import { expect, test } from "vitest";
import type { Clock } from "../../client/chat/clock.ts";
import type { Message } from "../../src/contract/shapes.ts";
import { refuse, unanswered } from "../support/agents-server.ts";
import { hasty } from "./chat-server.ts";
import { agentsServer, deskAt, online, opened, stateOf, textIs, told } from "./console-desk.ts";

const asked = (messageId: string, at: number, turnId?: string): Message => ({
  messageId,
  author: "customer",
  text: messageId,
  at,
  ...(turnId !== undefined && { turnId }),
});

test("a conversation is joined when it is opened, and left when another one is", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("hello", 1)], page: { url: "https://shop.example/tent" } });
  server.floor.put("b");
  const desk = deskAt(server);
  await opened(desk, "a");
  expect(told(desk)).toEqual(["customer hello"]);
  expect(desk.state.thread?.page?.url).toBe("https://shop.example/tent");
  await opened(desk, "b");
  expect(told(desk)).toEqual([]);
  await server.commandsOf("conversation:leave", 1);
  expect(server.told("conversation:leave")).toEqual([{ conversationId: "a" }]);
});

test("everything stands in the order in which it was said, an answer behind its question", async () => {
  const server = await agentsServer();
  const note = { noteId: "n1", kind: "note", agentId: "wang", name: "小王", text: "regular", at: 25 } as const;
  const stored: Message = {
    messageId: "m2",
    author: "assistant",
    text: "hi",
    at: 30,
    turnId: "t1",
    outcome: "completed",
  };
  server.floor.put(
    "a",
    { turn: "streaming" },
    {
      messages: [asked("one", 10, "t1"), asked("two", 20, "t2"), stored],
      notes: [note],
      turn: { turnId: "t2", state: "streaming", epoch: 1, offset: 0, text: "on its way" },
    },
  );
  const desk = deskAt(server);
  await opened(desk, "a");
  await textIs(desk, "t2", "on its way");
  expect(told(desk)).toEqual([
    "customer one",
    "answer t1 ended completed",
    "customer two",
    "answer t2 streaming",
    "note regular",
  ]);
});

test("H3: an answer that was asked for anew when a person had left stands behind that, written or being written", async () => {
  const server = await agentsServer();
  const said = (kind: "agent-joined" | "agent-left", at: number): Message => ({
    ...{ messageId: kind, author: "system", text: kind, at, notice: { kind } },
  });
  const ended = (turnId: string, at: number, text: string): Message => ({
    ...{ messageId: `m-${turnId}`, author: "assistant", text, at, turnId },
    outcome: text === "" ? "interrupted" : "completed",
  });
  const before = [asked("one", 10, "t2"), said("agent-joined", 20), ended("t1", 25, ""), said("agent-left", 30)];
  const messages = [...before, asked("two", 35, "t3"), ended("t2", 40, "there you are")];
  const turn = { turnId: "t2", state: "streaming", epoch: 1, offset: 0, text: "there" } as const;
  server.floor.put("a", { turn: "streaming" }, { messages: before, turn });
  server.floor.put("b", {}, { messages });
  const desk = deskAt(server);
  await opened(desk, "a");
  await textIs(desk, "t2", "there");
  const order = ["customer one", "system agent-joined", "answer t1 ended interrupted", "system agent-left"];
  expect(told(desk)).toEqual([...order, "answer t2 streaming"]);
  await opened(desk, "b");
  expect(told(desk)).toEqual([...order, "answer t2 ended completed", "customer two"]);
});

test("S3, H5: over a lost connection a running answer goes on where it was, and what was missed is there once", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10, "turn-1")] });
  const desk = deskAt(server);
  await opened(desk, "a");
  server.floor.stream("a", "Hello ");
  await textIs(desk, "turn-1", "Hello ");
  const texts: string[] = [];
  desk.watchText("turn-1", { reset: (whole) => texts.push(`reset ${whole}`), append: (piece) => texts.push(piece) });
  server.cut();
  await stateOf(desk, ({ link }) => link === "reconnecting");
  server.floor.stream("a", "world");
  server.floor.say("a", asked("missed", Date.now()));
  await textIs(desk, "turn-1", "Hello world");
  expect(texts).toEqual(["reset Hello ", "world"]);
  expect(server.told("conversation:join").at(-1)).toEqual({
    conversationId: "a",
    have: { turnId: "turn-1", epoch: 1, offset: 6 },
  });
  server.floor.end("a");
  await stateOf(desk, () => told(desk).includes("answer turn-1 ended completed"));
  expect(told(desk)).toEqual(["customer one", "answer turn-1 ended completed", "customer missed"]);
});

test("what the agent sends is there at once, goes out under one id over a lost connection, and is shown once", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const send = server.scripts["message:send"];
  server.scripts["message:send"] = (payload, socket) => {
    send?.(payload, socket);
    return unanswered();
  };
  const desk = deskAt(server);
  await opened(desk, "a");
  server.cut();
  await stateOf(desk, ({ link }) => link === "reconnecting");
  desk.send("a", "I am here");
  expect(told(desk)).toEqual(["letter I am here sending"]);
  await stateOf(desk, () => told(desk).includes("agent I am here"));
  expect(told(desk).filter((line) => line.includes("I am here"))).toEqual(["agent I am here"]);
  const ids = server.told("message:send").map((payload) => (payload as { messageId: string }).messageId);
  expect(new Set(ids).size).toBe(1);
});

test("a message that is refused says why, and goes out again under its own id", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const send = server.scripts["message:send"];
  server.scripts["message:send"] = () => refuse("taken");
  const desk = deskAt(server);
  await opened(desk, "a");
  desk.send("a", "mine");
  await stateOf(desk, () => told(desk).includes("letter mine failed"));
  const [item] = desk.state.thread?.items ?? [];
  if (item?.kind !== "letter" || !send) throw new Error("no letter");
  expect(item.letter.error?.code).toBe("taken");
  server.scripts["message:send"] = send;
  desk.retry("a", item.letter.messageId);
  await stateOf(desk, () => told(desk).includes("agent mine"));
  expect(told(desk)).toEqual(["agent mine"]);
  const ids = server.told("message:send").map((payload) => (payload as { messageId: string }).messageId);
  expect(ids).toEqual([item.letter.messageId, item.letter.messageId]);
});

test("a message goes out although another conversation is looked at meanwhile", async () => {
  const server = await agentsServer();
  for (const id of ["a", "b"]) server.floor.put(id);
  const desk = deskAt(server);
  await opened(desk, "a");
  server.cut();
  desk.send("a", "still for a");
  desk.open("b");
  await server.commandsOf("message:send", 1);
  await stateOf(desk, ({ thread }) => thread?.status === "ready");
  expect(told(desk)).toEqual([]);
  expect(server.told("message:send")).toMatchObject([{ conversationId: "a", text: "still for a" }]);
});

test("H1: taking over is known with the acknowledgement, and the answer so far is kept as interrupted", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10, "turn-1")] });
  const desk = deskAt(server);
  await opened(desk, "a");
  server.floor.stream("a", "Half an");
  await textIs(desk, "turn-1", "Half an");
  await desk.take("a");
  expect(desk.inbox.row("a")?.responder).toMatchObject({ kind: "agent", agentId: "li" });
  await stateOf(desk, () => told(desk).includes("answer turn-1 ended interrupted"));
});

test("H2: who comes second is told that it is taken, and sees by whom", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "a");
  server.floor.respond("a", "wang");
  await expect(desk.take("a")).rejects.toMatchObject({ code: "taken" });
  await stateOf(desk, () => desk.inbox.row("a")?.responder.kind === "agent");
  expect(desk.inbox.row("a")?.responder).toMatchObject({ name: "小王", agentId: "wang" });
});

test("a row that goes away while its conversation is open leaves the thread where it is", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10)] });
  const desk = deskAt(server);
  await opened(desk, "a");
  server.floor.remove("a");
  await stateOf(desk, () => desk.inbox.row("a") === undefined);
  expect(told(desk)).toEqual(["customer one"]);
});

test("a conversation that is not there says so, and the next one opens", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "missing");
  expect(desk.state.thread).toMatchObject({ status: "refused", error: { code: "not-found" } });
  await opened(desk, "a");
  expect(desk.state.thread?.status).toBe("ready");
});

test("a join that a busy server puts off is asked again", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10)] });
  const join = server.scripts["conversation:join"];
  server.scripts["conversation:join"] = (payload, socket) =>
    server.told("conversation:join").length < 2 || !join ? refuse("rate-limited", 20) : join(payload, socket);
  const desk = deskAt(server);
  await opened(desk, "a");
  expect(told(desk)).toEqual(["customer one"]);
});

test("X3: facts that make no sense change nothing, and what comes after them is shown", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "a");
  for (const fact of [{}, { message: null }, { message: { text: "no id" } }, { message: { messageId: "x" } }])
    server.tellRaw("message:added", { conversationId: "a", ...fact });
  server.tellRaw("turn:delta", { conversationId: "a", text: "?" });
  server.tellRaw("turn:ended", { conversationId: "a" });
  server.tellRaw("note:added", { conversationId: "a", note: 3 });
  server.tellRaw("viewers:changed", { conversationId: "a" });
  server.tellRaw("typing:changed", { conversationId: "a" });
  server.tellRaw("message:added", {
    conversationId: "a",
    message: { messageId: "s", author: "oracle", text: "from the future", notice: { kind: "new-kind" } },
  });
  await stateOf(desk, () => told(desk).length > 0);
  expect(told(desk)).toEqual(["system new-kind"]);
});

test("facts of conversations that are not open are passed over", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "a");
  server.tell("message:added", { conversationId: "b", message: asked("elsewhere", 1) });
  server.tell("message:added", { conversationId: "a", message: asked("here", 1) });
  await stateOf(desk, () => told(desk).length > 0);
  expect(told(desk)).toEqual(["customer here"]);
});

/** So slow that nothing ends by itself while a test waits for a fact. */
const slowly: Clock = { now: hasty.now, after: (ms, run) => hasty.after(ms * 200, run) };

test("the customer's typing shows until it stops, or until words come", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server, { clock: slowly });
  await opened(desk, "a");
  const typing = { conversationId: "a", author: "customer" } as const;
  const typists = (count: number) => stateOf(desk, ({ thread }) => thread?.typists.length === count);
  server.tell("typing:changed", { ...typing, active: true });
  await typists(1);
  server.tell("typing:changed", { ...typing, active: false });
  await typists(0);
  server.tell("typing:changed", { ...typing, active: true });
  await typists(1);
  server.tell("message:added", { conversationId: "a", message: asked("words", 1) });
  await typists(0);
});

test("typing of which nothing more is heard ends by itself", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "a");
  server.tell("typing:changed", { conversationId: "a", author: "customer", active: true });
  for (const count of [1, 0]) await stateOf(desk, ({ thread }) => thread?.typists.length === count);
});

test("the agent's typing is told at the first key, not at each, and ends by itself", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const desk = deskAt(server);
  await opened(desk, "a");
  for (let keys = 0; keys < 20; keys++) desk.typing("a");
  await server.commandsOf("typing:set", 2);
  expect(server.told("typing:set")).toEqual([
    { conversationId: "a", active: true },
    { conversationId: "a", active: false },
  ]);
});

test("a place in the line is shown until the answer shows life", async () => {
  const server = await agentsServer();
  const turn = { turnId: "turn-1", state: "queued", epoch: 0, text: "", offset: 0, position: 7 } as const;
  server.floor.put("a", {}, { messages: [asked("one", 10, "turn-1")], turn });
  const desk = deskAt(server);
  await opened(desk, "a");
  expect(desk.state.thread?.position).toBe(7);
  server.tell("turn:queued", { conversationId: "a", turnId: "turn-1", position: 3, waitMs: null, tier: "high" });
  await stateOf(desk, ({ thread }) => thread?.position === 3);
  server.tell("turn:started", { conversationId: "a", turnId: "turn-1", epoch: 1, offset: 0, model: "m" });
  await stateOf(desk, ({ thread }) => thread?.runningTurnId === "turn-1" && thread.position === null);
});

test("what a tool found stands with its answer before it is stored", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10, "turn-1")] });
  const desk = deskAt(server);
  await opened(desk, "a");
  const card = { kind: "product", sku: "t1", name: "Tent", priceCents: 59_900, currency: "CNY" } as const;
  server.tell("turn:activity", {
    conversationId: "a",
    turnId: "turn-1",
    epoch: 1,
    callId: "c1",
    tool: "find_products",
    state: "done",
    offset: 0,
    cards: [card],
  });
  const { thread } = await stateOf(desk, () => told(desk).length === 2);
  expect(thread?.items[1]).toMatchObject({ kind: "answer", cards: [card] });
});

test("reconciling reads everything again without anything being doubled", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 10)] });
  const desk = deskAt(server);
  await opened(desk, "a");
  await online(desk);
  const items = desk.state.thread?.items;
  await expect
    .poll(
      () => {
        desk.reconcile();
        return server.told("conversation:join").length;
      },
      { timeout: 5_000 },
    )
    .toBe(2);
  expect(desk.state.thread?.items.length).toBe(items?.length);
});

test("what is told between the question for a conversation and its answer is not lost", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  const join = server.scripts["conversation:join"];
  server.scripts["conversation:join"] = (payload, socket) => {
    if (!join) return refuse("internal");
    const before = join(payload, socket);
    server.tell("message:added", { conversationId: "a", message: asked("just now", 1) });
    return { ...before, messages: [] };
  };
  const desk = deskAt(server);
  await opened(desk, "a");
  expect(told(desk)).toEqual(["customer just now"]);
});

test("S5: what the server does not know any more is gone after a reconnect", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("old", 1), asked("new", 2)] });
  const desk = deskAt(server);
  await opened(desk, "a");
  server.floor.put("a", {}, { messages: [asked("new", 2)] });
  server.cut();
  await stateOf(desk, () => told(desk).length === 1);
  expect(told(desk)).toEqual(["customer new"]);
});

test("C2: the stored message is the truth about what the agent sent, also when its acknowledgement comes later", async () => {
  const server = await agentsServer();
  server.floor.put("a");
  server.scripts["message:send"] = ({ conversationId, messageId, text }) => {
    server.floor.say(conversationId, { messageId, author: "agent", name: "小李", text, at: 5 });
    return { messageId };
  };
  const desk = deskAt(server);
  await opened(desk, "a");
  desk.send("a", "hello");
  await stateOf(desk, () => desk.inbox.ids("mine").length === 1);
  const [item] = desk.state.thread?.items ?? [];
  expect(item).toMatchObject({ kind: "said", message: { at: 5, name: "小李" } });
});

test("what has not changed is the very same object after something else has", async () => {
  const server = await agentsServer();
  server.floor.put("a", {}, { messages: [asked("one", 1)] });
  const desk = deskAt(server);
  await opened(desk, "a");
  const [before] = desk.state.thread?.items ?? [];
  server.tell("message:added", { conversationId: "a", message: asked("two", 2) });
  await stateOf(desk, () => told(desk).length === 2);
  expect(desk.state.thread?.items[0]).toBe(before);
});
