import { expect, test } from "vitest";
import { wireError } from "../../src/contract/errors.ts";
import type { Summary } from "../../src/contract/shapes.ts";
import { refuse } from "../support/agents-server.ts";
import { agentsServer, deskAt, online, rowOf, stateOf } from "./console-desk.ts";

const li: Summary["responder"] = { kind: "agent", name: "小李", agentId: "li" };

test("each view has its rows and their number: mine, waiting with the longest wait first, live, all", async () => {
  const server = await agentsServer();
  server.floor.put("quiet", { last: { author: "customer", text: "hi", at: 10 } });
  server.floor.put("mine", { responder: li, last: { author: "customer", text: "hi", at: 20 } });
  server.floor.put("theirs", { responder: { kind: "agent", name: "小王", agentId: "wang" } });
  server.floor.put("z-long", { responder: { kind: "assistant" }, waitingSince: 1_000 });
  server.floor.put("a-short", { responder: { kind: "nobody" }, waitingSince: 2_000 });
  server.floor.put("live", { turn: "streaming", last: { author: "assistant", text: "…", at: 30 } });
  const desk = deskAt(server);
  await online(desk);
  const { inbox } = desk;
  expect(inbox.ids("mine")).toEqual(["mine"]);
  expect(inbox.ids("waiting")).toEqual(["z-long", "a-short"]);
  expect(inbox.ids("live")).toEqual(["live"]);
  expect(inbox.ids("all").slice(0, 3)).toEqual(["live", "mine", "quiet"]);
  expect(inbox.counts).toEqual({ mine: 1, waiting: 2, live: 1, all: 6 });
});

test("a moving preview touches one row: the lists stay the very same, and no other row is told", async () => {
  const server = await agentsServer();
  server.floor.put("a", { turn: "streaming", last: { author: "assistant", text: "one", at: 10 } });
  server.floor.put("b", { turn: "streaming", last: { author: "assistant", text: "two", at: 20 } });
  const desk = deskAt(server);
  await online(desk);
  await rowOf(desk, "a", ({ inbox }) => inbox.row("a")?.last?.text === "one");
  const before = desk.inbox.ids("live");
  const told: string[] = [];
  desk.inbox.watchRow("b", () => told.push("b"));
  desk.inbox.watchLists(() => told.push("lists"));
  server.floor.put("a", { last: { author: "assistant", text: "one more", at: 99 } });
  await rowOf(desk, "a", ({ inbox }) => inbox.row("a")?.last?.text === "one more");
  expect(desk.inbox.ids("live")).toBe(before);
  expect(told).toEqual([]);
});

test("of two summaries of one conversation the newer one counts, whichever comes last", async () => {
  const server = await agentsServer();
  const { summary } = server.floor.put("a", { customer: { name: "new", class: "vip" } });
  const desk = deskAt(server);
  await online(desk);
  server.tell("inbox:changed", {
    conversations: [{ ...summary, customer: { class: "guest" }, changedAt: 0 }],
    gone: [],
  });
  server.floor.put("b");
  await stateOf(desk, () => desk.inbox.row("b") !== undefined);
  expect(desk.inbox.row("a")?.customer.name).toBe("new");
});

test("H5: after a lost connection the inbox is as it is now: rows came, went and changed", async () => {
  const server = await agentsServer();
  for (const id of ["gone", "kept"]) server.floor.put(id);
  const desk = deskAt(server);
  await online(desk);
  server.scripts["inbox:open"] = () => ({
    me: server.floor.agent("li"),
    agents: server.floor.agents,
    conversations: [
      { conversationId: "kept", customer: { name: "Zoë", class: "vip" }, responder: li, viewers: [], changedAt: 99 },
      { conversationId: "new", customer: { class: "guest" }, responder: li, viewers: [], changedAt: 99 },
    ],
    tier: "medium",
  });
  server.cut();
  await stateOf(desk, ({ link }) => link === "reconnecting");
  await stateOf(desk, ({ link, tier }) => link === "online" && tier === "medium");
  expect(desk.inbox.row("gone")).toBeUndefined();
  expect(desk.inbox.row("kept")?.customer.name).toBe("Zoë");
  expect([...desk.inbox.ids("mine")].sort()).toEqual(["kept", "new"]);
});

test("X3: rows of which fields are missing or nonsense are shown as far as they can be, others not at all", async () => {
  const server = await agentsServer();
  const desk = deskAt(server);
  await online(desk);
  const nonsense = [
    null,
    7,
    { customer: { name: "nobody" } },
    { conversationId: "bare" },
    { conversationId: "odd", customer: 3, responder: { kind: "robot" }, viewers: [null, { agentId: "x" }], last: {} },
    { conversationId: "huge", customer: { name: "n".repeat(100_000) }, last: { text: "t".repeat(1e6), author: "?" } },
  ];
  server.tellRaw("inbox:changed", { conversations: nonsense, gone: [null, 3] });
  server.tellRaw("inbox:changed", { conversations: "none" });
  server.tellRaw("inbox:changed", null);
  server.tellRaw("nobody:knows", { conversationId: "bare" });
  await stateOf(desk, () => desk.inbox.row("huge") !== undefined);
  expect([...desk.inbox.ids("all")].sort()).toEqual(["bare", "huge", "odd"]);
  expect(desk.inbox.row("bare")).toMatchObject({ customer: { class: "guest" }, responder: { kind: "nobody" } });
  expect(desk.inbox.row("odd")?.viewers).toEqual([{ agentId: "x", name: "x" }]);
  expect(desk.inbox.row("huge")?.last?.text.length).toBeLessThan(1_000);
});

test.for(["unauthenticated", "token-expired", "forbidden"] as const)(
  "X1: a token that is refused as %s is not tried again, and the reason is kept",
  async (code) => {
    const server = await agentsServer();
    server.door.refuse = () => wireError(code);
    const desk = deskAt(server);
    const { refusal } = await stateOf(desk, ({ link }) => link === "refused");
    expect(refusal?.code).toBe(code);
  },
);

test("a server that only wants a moment gets it", async () => {
  const server = await agentsServer();
  const open = server.scripts["inbox:open"];
  server.scripts["inbox:open"] = (payload, socket) =>
    server.told("inbox:open").length < 2 || !open ? refuse("unavailable", 20) : open(payload, socket);
  const desk = deskAt(server);
  await online(desk);
  expect(server.told("inbox:open").length).toBe(2);
});

test("a presence that was chosen is told again to a server that has forgotten it", async () => {
  const server = await agentsServer();
  const desk = deskAt(server);
  await online(desk);
  await desk.setPresence("away");
  expect(desk.state.me?.state).toBe("away");
  const me = server.floor.agents[0];
  if (me) me.state = "available";
  server.cut();
  await server.commandsOf("presence:set", 2);
  expect(server.told("presence:set")).toEqual([{ state: "away" }, { state: "away" }]);
});

test("who of the team is there is told as it changes, of oneself too", async () => {
  const server = await agentsServer();
  const desk = deskAt(server);
  await online(desk);
  server.tell("agents:changed", { agents: [{ agentId: "li", name: "小李", state: "away" }] });
  const { me } = await stateOf(desk, ({ agents }) => agents.length === 1);
  expect(me?.state).toBe("away");
});

test("what is told between the question for the inbox and its answer is not lost", async () => {
  const server = await agentsServer();
  const { summary } = server.floor.put("a");
  const inbox = server.scripts["inbox:open"];
  server.scripts["inbox:open"] = (payload, socket) => {
    if (!inbox) return refuse("internal");
    const before = inbox(payload, socket);
    server.tell("inbox:changed", { conversations: [{ ...summary, reason: "newer", changedAt: 99 }], gone: [] });
    return before;
  };
  const desk = deskAt(server);
  await online(desk);
  await rowOf(desk, "a", ({ inbox: rows }) => rows.row("a")?.reason === "newer");
});

test("an inbox that is refused for good ends the trying, with the reason", async () => {
  const server = await agentsServer();
  server.scripts["inbox:open"] = () => refuse("forbidden");
  const desk = deskAt(server);
  const { refusal } = await stateOf(desk, ({ link }) => link === "refused");
  expect(refusal?.code).toBe("forbidden");
});

test("N3: a node that closes is left for another when it says so", async () => {
  const server = await agentsServer();
  const desk = deskAt(server);
  await online(desk);
  server.tell("node:draining", { reconnectInMs: 20 });
  await server.commandsOf("inbox:open", 2);
  await online(desk);
});

test("H1: with the acknowledgement the conversation is the agent's, whether the inbox has heard of it or not", async () => {
  const server = await agentsServer();
  for (const id of ["a", "b"]) server.floor.put(id);
  server.scripts["conversation:take"] = () => ({ epoch: 2 });
  server.scripts["message:send"] = ({ messageId }) => ({ messageId });
  const desk = deskAt(server);
  await online(desk);
  await desk.take("a");
  expect(desk.inbox.ids("mine")).toEqual(["a"]);
  desk.send("b", "hello");
  await stateOf(desk, () => desk.inbox.ids("mine").length === 2);
});
