import { expect, test } from "vitest";
import {
  asked,
  chatWith,
  kinds,
  memoryStorage,
  movedClock,
  online,
  refusal,
  scriptedServer,
  silence,
  stateOf,
} from "./chat-server.ts";

test("a question appears at once, before there is any connection", async () => {
  const server = await scriptedServer();
  const chat = chatWith(server);
  chat.send("hello");
  expect(kinds(chat.state)).toEqual(["question hello sending"]);
  await stateOf(chat, (state) => kinds(state).includes("question hello sent"));
});

test("a question whose acknowledgement was lost goes out again under the same id, and is shown once", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = () => silence;
  const chat = chatWith(server);
  chat.send("hello");
  await server.commandsOf("message:send", 1);
  server.scripts["message:send"] = () => ({ turnId: "t1" });
  server.cut();
  await server.commandsOf("message:send", 2);
  await stateOf(chat, (state) => kinds(state).includes("question hello sent"));
  const ids = server.told("message:send").map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[A-Za-z0-9_-]{20,64}$/);
  expect(chat.state.entries.filter(({ kind }) => kind === "question")).toHaveLength(1);
});

test("a broken connection is not waited for: the question goes out as soon as there is another", async () => {
  const { clock } = movedClock();
  const server = await scriptedServer();
  server.scripts["message:send"] = () => silence;
  const chat = chatWith({ url: server.url, clock });
  chat.send("hello");
  await server.commandsOf("message:send", 1);
  server.cut();
  await stateOf(chat, ({ link }) => link === "reconnecting");
  chat.reconcile();
  await server.commandsOf("message:send", 2);
});

test("C2: a question whose fact came and whose acknowledgement did not is shown once and not sent again", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = ({ messageId, text }) => {
    server.emit("message:added", { message: asked(messageId, "t1", text) });
    return silence;
  };
  const chat = chatWith(server);
  chat.send("hello");
  const state = await stateOf(chat, (now) => kinds(now).includes("question hello sent"));
  expect(kinds(state)).toEqual(["question hello sent", "answer t1 starting"]);
  server.cut();
  await server.commandsOf("conversation:open", 2);
  await online(chat);
  expect(server.told("message:send")).toHaveLength(1);
});

test("a server that stores the question but never acknowledges it is asked again until it does", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = () => silence;
  const chat = chatWith(server);
  chat.send("hello");
  await server.commandsOf("message:send", 1);
  server.scripts["message:send"] = () => ({ turnId: "t1" });
  await stateOf(chat, (state) => kinds(state).includes("question hello sent"));
});

test("questions go out one at a time, in the order in which they were asked, also over a cut connection", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = () => silence;
  const chat = chatWith(server);
  await online(chat);
  for (const text of ["one", "two", "three"]) chat.send(text);
  await server.commandsOf("message:send", 1);
  server.scripts["message:send"] = () => ({ turnId: "t1" });
  server.cut();
  await stateOf(chat, (state) => state.entries.every((entry) => entry.kind !== "question" || entry.status === "sent"));
  expect(server.told("message:send").map(({ text }) => text)).toEqual(["one", "one", "two", "three"]);
});

test("a refused question fails with its reason, holds nobody up, and goes out again under its own id", async () => {
  const server = await scriptedServer();
  const answer = server.scripts["message:send"];
  server.scripts["message:send"] = (payload, socket) =>
    payload.text === "bad" ? refusal("shed", 30_000) : (answer?.(payload, socket) ?? silence);
  const chat = chatWith(server);
  chat.send("bad");
  chat.send("good");
  const state = await stateOf(chat, (now) => kinds(now).includes("question good sent"));
  const failed = state.entries.find((entry) => entry.kind === "question" && entry.status === "failed");
  expect(failed).toMatchObject({ text: "bad", error: { code: "shed", retryAfterMs: 30_000 }, waiting: false });

  server.scripts["message:send"] = () => ({ turnId: "t9" });
  if (failed?.kind === "question") chat.retry(failed.messageId);
  await stateOf(chat, (now) => kinds(now).some((kind) => kind.endsWith("bad sent")));
  const bad = server.told("message:send").filter(({ text }) => text === "bad");
  expect(new Set(bad.map(({ messageId }) => messageId)).size).toBe(1);
});

test("X3: an acknowledgement that makes no sense fails the question and does not hold up the next", async () => {
  const server = await scriptedServer();
  const nonsense = [undefined, null] as const;
  server.scripts["message:send"] = ({ text }) =>
    text === "fine" ? { turnId: "t1" } : (nonsense[Number(text)] as unknown as { turnId: string });
  const chat = chatWith(server);
  for (const text of ["0", "1", "fine"]) chat.send(text);
  const state = await stateOf(chat, (now) => kinds(now).includes("question fine sent"));
  expect(kinds(state)).toEqual(
    expect.arrayContaining([expect.stringContaining("0 failed"), expect.stringContaining("1 failed")]),
  );
});

test("N4: a question that a server without its store refuses goes out again by itself, under its own id", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = () =>
    server.told("message:send").length < 3 ? refusal("unavailable", 20) : { turnId: "t1" };
  const chat = chatWith(server);
  chat.send("hello");
  await stateOf(chat, (now) => kinds(now).includes("question hello sent"));
  const told = server.told("message:send");
  expect(told).toHaveLength(3);
  expect(new Set(told.map(({ messageId }) => messageId)).size).toBe(1);
});

test("a server that only wants a moment gets it, a bounded number of times", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = () => refusal("rate-limited", 20);
  const chat = chatWith(server);
  chat.send("hello");
  const state = await stateOf(chat, (now) => kinds(now).includes("question hello failed"));
  expect(state.entries[0]).toMatchObject({ error: { code: "rate-limited" } });
  expect(server.told("message:send")).toHaveLength(5);
});

test("a question typed without a connection survives a reload of the page", async () => {
  const session = memoryStorage();
  const server = await scriptedServer();
  const before = chatWith({ url: server.url, session, openSocket: () => () => {} });
  before.send("from the tunnel");
  before.close();
  const after = chatWith({ url: server.url, session });
  expect(kinds(after.state)).toEqual(["question from the tunnel sending"]);
  await stateOf(after, (state) => kinds(state).includes("question from the tunnel sent"));
  expect([...session.kept.values()]).toEqual([]);
});

test("what the kept questions were replaced with by somebody else is not read", async () => {
  const server = await scriptedServer();
  const session = memoryStorage();
  for (const written of ["{", "7", '[{"messageId":1}]', "null"]) {
    session.getItem = () => written;
    expect(chatWith({ url: server.url, session }).state.entries).toEqual([]);
  }
});

test("C2: a question that the snapshot already has is neither shown nor sent again", async () => {
  const server = await scriptedServer();
  server.scripts["message:send"] = ({ messageId, text }) => {
    server.opened.messages = [asked(messageId, "t1", text)];
    return silence;
  };
  const chat = chatWith(server);
  chat.send("hello");
  await server.commandsOf("message:send", 1);
  server.cut();
  const state = await stateOf(chat, (now) => kinds(now).some((kind) => kind.endsWith("hello sent")));
  expect(kinds(state)).toHaveLength(1);
  await server.commandsOf("conversation:open", 2);
  await online(chat);
  expect(server.told("message:send")).toHaveLength(1);
});

test("C2: a question asked in another tab appears once, however often it is told", async () => {
  const server = await scriptedServer();
  const chat = chatWith(server);
  await online(chat);
  const message = asked("m1", undefined, "from the other tab");
  server.emit("message:added", { message });
  server.emit("message:added", { message });
  server.emit("tier:changed", { tier: "medium" });
  const state = await stateOf(chat, ({ tier }) => tier === "medium");
  expect(kinds(state)).toEqual(["question from the other tab sent"]);
});
