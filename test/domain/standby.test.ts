import { beforeEach, expect, test } from "vitest";
import { TidegateError } from "../../src/contract/errors.ts";
import { Outage } from "../../src/domain/outage.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { StandbyNode } from "./standby-node.ts";
import { everybodyWaits } from "./stoppable-clock.ts";
import type { Fate } from "./wire.ts";

let clock: VirtualClock;
let store: SharedStore;
let node: StandbyNode;
let other: StandbyNode;
let conversationId: string;

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  node = new StandbyNode(() => "node", store, clock);
  other = new StandbyNode(() => "other", store, clock);
  conversationId = (await node.conversations.open(caller("li"))).conversationId;
});

const ask = (messageId: string, by = node) => by.conversations.ask(conversationId, { messageId, text: messageId });

async function start(by = node): Promise<Turn> {
  const turn = (await by.turns.start(conversationId))?.turn;
  if (turn === undefined) throw new Error("nothing was started");
  return turn;
}

async function stored() {
  const { messages, running, waiting } = await store.stored(conversationId);
  const said = messages.map(({ author, text }) => `${author}: ${text}`);
  return {
    said,
    running: running && { turnId: running.turnId, epoch: running.epoch },
    waiting: waiting?.turnId ?? null,
  };
}

const bothWays: readonly Fate[] = ["undone", "unheard"];

test.each(bothWays)(
  "N4 C2 a question that the store leaves %s is kept here, and is there once when it is back",
  async (fate) => {
    node.side.wire.breakAt("ask", fate);
    const { turnId, repeated } = await ask("one");
    expect(node.standby.keeps(conversationId)).toBe(true);
    expect([repeated, (await ask("one")).turnId]).toEqual([false, turnId]);
    node.side.wire.mend();
    await node.standby.writeBack();
    expect(node.standby.keeps(conversationId)).toBe(false);
    expect(await stored()).toEqual({ said: ["customer: one"], running: null, waiting: turnId });
    expect((await ask("one")).repeated).toBe(true);
  },
);

test.each(bothWays)("N4 S4 an answer whose start the store leaves %s runs under its first epoch", async (fate) => {
  const { turnId } = await ask("one");
  node.side.wire.breakAt("start", fate);
  expect(await start()).toMatchObject({ turnId, epoch: 1 });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await stored()).toMatchObject({ running: { turnId, epoch: 1 }, waiting: null });
  expect(store.owners.get(turnId ?? "")).toBe("node");
});

test.each(bothWays)("N4 S4 an epoch whose raising the store leaves %s is raised once", async (fate) => {
  await ask("one");
  const turn = await start();
  node.side.wire.breakAt("raise", fate);
  expect(await node.turns.raise(turn, 1, 5)).toMatchObject({ epoch: 2, starts: [{}, { offset: 5 }] });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await node.turns.read(turn)).toMatchObject({ epoch: 2, starts: [{}, { offset: 5 }] });
});

test.each(bothWays)("N4 S5 C2 an end that the store leaves %s is stored once", async (fate) => {
  await ask("one");
  const turn = await start();
  node.side.wire.breakAt("end", fate);
  const ended = await node.turns.end(turn, 1, { outcome: "completed", text: "answer" });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await stored()).toEqual({ said: ["customer: one", "assistant: answer"], running: null, waiting: null });
  expect((await node.turns.read(turn))?.answer).toEqual(ended?.answer);
});

test("N4 S11 a conversation that is known here can be opened and read while the store is away", async () => {
  await ask("one");
  node.side.wire.cut();
  expect((await node.conversations.open(caller("li"))).messages.map(({ text }) => text)).toEqual(["one"]);
  expect((await node.conversations.attend(conversationId))?.messages).toHaveLength(1);
});

test("N4 a new guest is served while the store is away, and is in it afterwards", async () => {
  node.side.wire.cut();
  const guest = { ...caller("guest:new"), isNew: true };
  const { conversationId: id } = await node.conversations.open(guest);
  const { turnId } = await node.conversations.ask(id, { messageId: "g1", text: "hello" });
  expect((await node.turns.start(id))?.turn).toMatchObject({ turnId, epoch: 1 });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await store.stored(id)).toMatchObject({ customerId: "guest:new", running: { turnId, owner: "node" } });
  expect((await node.conversations.open({ ...guest, isNew: false })).conversationId).toBe(id);
});

test("N4 what is not known here is refused, to be tried again, and nothing is begun in its place", async () => {
  other.side.wire.cut();
  const refused = { code: "unavailable", retryAfterMs: 1_000 };
  await expect(other.conversations.open(caller("li"))).rejects.toMatchObject(refused);
  await expect(other.conversations.read(conversationId)).rejects.toMatchObject(refused);
  await expect(ask("one", other)).rejects.toMatchObject(refused);
  other.side.wire.mend();
  await other.standby.writeBack();
  expect(other.restored).toEqual([]);
});

test("N1 a fenced node decides nothing on its own", async () => {
  await ask("one");
  node.side.wire.cut();
  node.fenced = true;
  await expect(ask("two")).rejects.toThrow(Outage);
  await expect(node.turns.start(conversationId)).rejects.toThrow(Outage);
  node.fenced = false;
  expect(await start()).toMatchObject({ epoch: 1 });
});

test("N4 what is done here while the store is away is done in the order in which it was asked for", async () => {
  const question = ask("one");
  await question;
  node.side.wire.cut();
  const turn = await start();
  await ask("two");
  await node.turns.end(turn, 1, { outcome: "completed", text: "first" });
  await ask("three");
  const next = await start();
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await stored()).toEqual({
    said: ["customer: one", "customer: two", "assistant: first", "customer: three"],
    running: { turnId: next.turnId, epoch: 1 },
    waiting: null,
  });
});

test("N4 a write-back that finds the store away again keeps everything, and is repeated", async () => {
  node.side.wire.cut();
  await ask("one");
  node.side.wire.breakAt("restore", "unheard");
  await expect(node.standby.writeBack()).rejects.toThrow(Outage);
  await ask("two");
  node.side.wire.mend();
  await node.standby.writeBack();
  await node.standby.writeBack();
  expect((await stored()).said).toEqual(["customer: one", "customer: two"]);
});

test("N4 who asks while the conversation is being written back waits, and asks the store", async () => {
  node.side.wire.cut();
  await ask("one");
  node.side.wire.mend();
  const release = node.side.wire.hold();
  const writing = node.standby.writeBack();
  const asking = ask("two");
  await everybodyWaits();
  expect(node.side.wire.calls.at(-1)).toBe("restore");
  release();
  await Promise.all([writing, asking]);
  expect(node.side.wire.calls.filter((name) => name === "ask")).toHaveLength(2);
  expect((await stored()).said).toEqual(["customer: one", "customer: two"]);
});

test("S4 A8 an answer that another node has taken further is lost, and what that node wrote stays", async () => {
  await ask("one");
  const turn = await start();
  node.side.wire.cut();
  await node.turns.end(turn, 1, { outcome: "completed", text: "mine" });
  const raised = await other.turns.raise(turn, 1, 0);
  await other.turns.end(turn, raised?.epoch ?? 0, { outcome: "completed", text: "theirs" });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect((await stored()).said).toEqual(["customer: one", "assistant: theirs"]);
  expect(node.restored[0]?.lost).toEqual([{ turnId: turn.turnId, epoch: 2 }]);
});

test("S5 an answer that another node has ended under the same epoch keeps that end", async () => {
  await ask("one");
  const turn = await start();
  await other.turns.end(turn, 1, { outcome: "stopped", text: "theirs" });
  node.side.wire.cut();
  await node.turns.end(turn, 1, { outcome: "completed", text: "mine" });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect((await stored()).said).toEqual(["customer: one", "assistant: theirs"]);
});

test("N2 S4 an answer that goes on at another node is still that node's after a question was kept here", async () => {
  await ask("one", other);
  const turn = await start(other);
  await node.conversations.read(conversationId);
  node.side.wire.cut();
  await ask("two");
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(await node.conversations.read(conversationId)).toMatchObject({
    running: { turnId: turn.turnId, owner: "other" },
  });
});

test("N4 reading a turn while the store is away gives it as it was known last, and takes nothing in", async () => {
  await ask("one", other);
  const turn = await start(other);
  await node.conversations.read(conversationId);
  node.side.wire.cut();
  expect(await node.turns.read(turn)).toMatchObject({ state: "starting", owner: "other" });
  await expect(node.turns.read({ conversationId, turnId: "unknown" })).rejects.toThrow(Outage);
  node.side.wire.mend();
  const ended = await other.turns.end(turn, 1, { outcome: "completed", text: "answer" });
  expect({ ...(await node.turns.read(turn)), isLast: true }).toEqual(ended);
});

test("N4 what a customer thinks of an answer while the store is away is stored when it is back", async () => {
  await ask("one");
  const ended = await node.turns.end(await start(), 1, { outcome: "completed", text: "1" });
  const messageId = ended?.answer?.messageId ?? "";
  await node.conversations.rateMessage(conversationId, messageId, "up");
  node.side.wire.cut();
  await node.conversations.rateMessage(conversationId, messageId, "down");
  await node.conversations.rate(conversationId, 4, "good");
  node.side.wire.mend();
  await node.standby.writeBack();
  expect((await store.stored(conversationId)).messages.at(-1)?.rating).toBe("down");
  expect(store.engines.world.find(conversationId)?.score).toEqual({ score: 4, comment: "good" });
});

test("N4 what is said of an answer that is gone holds up nothing", async () => {
  await ask("one");
  const ended = await node.turns.end(await start(), 1, { outcome: "completed", text: "1" });
  node.side.wire.cut();
  await node.conversations.rateMessage(conversationId, ended?.answer?.messageId ?? "", "down");
  node.side.wire.mend();
  node.side.conversations.rateMessage = () => Promise.reject(new TidegateError("not-found"));
  await node.standby.writeBack();
  expect(node.standby.keeps(conversationId)).toBe(false);
});

test("N4 S11 whoever asks to be told is not given what is known here for what is stored", async () => {
  await ask("one");
  node.side.wire.fate = (name) => (name === "attend" || name === "read" ? "undone" : "done");
  await expect(node.conversations.attend(conversationId)).rejects.toThrow(Outage);
  expect((await node.conversations.read(conversationId))?.messages).toHaveLength(1);
});

test("N4 S5 that a question waits and nobody answers is told to whoever gives the conversation back", async () => {
  await ask("one");
  node.side.wire.cut();
  await start();
  await ask("two");
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(node.restored.at(-1)).toMatchObject({ waits: false });
  const running = (await store.stored(conversationId)).running;
  node.side.wire.cut();
  if (running) await node.turns.end(running, 1, { outcome: "completed", text: "1" });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(node.restored.at(-1)).toMatchObject({ waits: true });
});
