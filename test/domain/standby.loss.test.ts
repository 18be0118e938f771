import { beforeEach, expect, test, vi } from "vitest";
import { afterAsking } from "../../src/domain/known.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { lifeMs, SharedStore } from "./shared-store.ts";
import { StandbyNode } from "./standby-node.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

let clock: VirtualClock;
let store: SharedStore;
let node: StandbyNode;
let other: StandbyNode;
let conversationId: string;
let turn: Turn;

/** One question is answered, the next one waits. */
beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  node = new StandbyNode(() => "node", store, clock);
  other = new StandbyNode(() => "other", store, clock);
  conversationId = (await node.conversations.open(caller("li"))).conversationId;
  await ask("one");
  turn = await start();
  await ask("two");
});

const ask = (messageId: string) => node.conversations.ask(conversationId, { messageId, text: messageId });

async function start(): Promise<Turn> {
  const started = (await node.turns.start(conversationId))?.turn;
  if (started === undefined) throw new Error("nothing was started");
  return started;
}

const end = (text: string) => node.turns.end(turn, turn.epoch, { outcome: "completed", text });

const said = async () => (await store.stored(conversationId)).messages.map(({ text }) => text);

test.each<[what: string, act: () => Promise<unknown>, texts: readonly string[]]>([
  ["reads it", () => node.conversations.read(conversationId), ["one", "two"]],
  ["attends it", () => node.conversations.attend(conversationId), ["one", "two"]],
  ["asks", () => ask("three"), ["one", "two", "three"]],
  ["raises an epoch", () => node.turns.raise(turn, 1, 3), ["one", "two"]],
  ["ends an answer", () => end("answer"), ["one", "two", "answer"]],
])("N4 a store that was emptied gets a conversation back when a node that knows it %s", async (_, act, texts) => {
  store.empty();
  expect(await act()).not.toBeNull();
  expect(await said()).toEqual(texts);
});

test("N4 a store that was emptied gets a conversation back, with who answers it, when a waiting question is to be answered", async () => {
  await end("answer");
  store.empty();
  expect(await start()).toMatchObject({ epoch: 1 });
  expect(await said()).toEqual(["one", "two", "answer"]);
  expect(await store.stored(conversationId)).toMatchObject({ running: { owner: "node" }, waiting: null });
});

test("N4 a question that was asked when its conversation was forgotten among thousands is not lost with the store", async () => {
  const { conversationId: quiet } = await node.conversations.open(caller("quiet"));
  for (let at = 0; at < 5_000; at++) await node.conversations.open(caller(`guest${at}`));
  const { turnId } = await node.conversations.ask(quiet, { messageId: "m", text: "late" });
  await vi.waitFor(() => expect(node.standby.known.get(quiet)?.waiting?.turnId).toBe(turnId));
  // Nor is it forgotten for those who come after it.
  for (let at = 0; at < 5_001; at++) await node.conversations.open(caller(`later${at}`));
  store.empty();
  expect((await node.turns.start(quiet))?.turn).toMatchObject({ turnId, epoch: 1 });
  expect((await store.stored(quiet)).messages.map(({ text }) => text)).toEqual(["late"]);
});

test("N4 S4 an answer ends under its epoch though another node gave the conversation back as it was before", async () => {
  await other.conversations.read(conversationId);
  const raised = await node.turns.raise(turn, 1, 0);
  await ask("three");
  store.empty();
  await other.conversations.read(conversationId);
  expect(await store.stored(conversationId)).toMatchObject({ running: { epoch: 1 } });
  expect(await node.turns.end(turn, raised?.epoch ?? 0, { outcome: "completed", text: "answer" })).not.toBeNull();
  expect(await said()).toEqual(["one", "two", "three", "answer"]);
  expect((await start()).epoch).toBe(1);
});

test("N4 what a node writes, and what was said lately, is given back before anybody asks for it", async () => {
  const quiet = (await node.conversations.open(caller("wang"))).conversationId;
  await node.conversations.ask(quiet, { messageId: "w1", text: "?" });
  node.written.add(turn.turnId);
  clock.advance(20_000);
  store.empty();
  await node.standby.writeBack();
  expect(node.restored.map((each) => each.conversationId)).toEqual([conversationId]);
  expect(await said()).toEqual(["one", "two"]);
});

test("N4 a store that is behind after a failover catches up, and what it had is there once", async () => {
  const fallBack = store.remember(conversationId);
  await ask("three");
  await end("answer");
  clock.advance(10_000);
  fallBack();
  expect(await said()).toEqual(["one", "two"]);
  await node.standby.writeBack();
  expect(await said()).toEqual(["one", "two", "three", "answer"]);
  expect((await store.stored(conversationId)).waiting).not.toBeNull();
});

test("N4 what is given back is what is known by then, not by when the giving back began", async () => {
  node.written.add(turn.turnId);
  const first = (await node.conversations.open(caller("wang"))).conversationId;
  await node.conversations.ask(first, { messageId: "w1", text: "?" });
  node.conversations.read(conversationId);
  await everybodyWaits();
  const release = node.side.wire.hold();
  const giving = node.standby.writeBack();
  await everybodyWaits();
  release();
  const [ended, next] = [end("answer"), start()];
  await Promise.all([giving, ended, next]);
  expect(node.restored.flatMap(({ lost }) => lost.map(({ turnId }) => turnId))).not.toContain((await next).turnId);
});

test("S4 N4 the void answer of a node that was away is forgotten there, and never comes back", async () => {
  node.side.wire.cut();
  await end("mine");
  const raised = await other.turns.raise(turn, 1, 0);
  await other.turns.end(turn, raised?.epoch ?? 0, { outcome: "completed", text: "theirs" });
  node.side.wire.mend();
  await node.standby.writeBack();
  expect(node.standby.known.get(conversationId)?.messages.map(({ text }) => text)).toEqual(["one", "two"]);
  await node.standby.writeBack();
  expect(await said()).toEqual(["one", "two", "theirs"]);
});

test("A4 N4 a question that two nodes have opened a turn for waits as part of the one that the store has", async () => {
  await end("answer");
  turn = await start();
  node.side.wire.cut();
  await ask("three");
  await other.conversations.ask(conversationId, { messageId: "four", text: "four" });
  node.side.wire.mend();
  await node.standby.writeBack();
  const { waiting, messages } = await store.stored(conversationId);
  const questions = messages.filter(({ turnId }) => turnId === waiting?.turnId).map(({ text }) => text);
  expect(questions.toSorted()).toEqual(["four", "three"]);
  expect(node.restored.flatMap(({ merged }) => merged)).toHaveLength(1);
  expect(node.standby.known.get(conversationId)?.waiting?.turnId).toBe(waiting?.turnId);
});

test("C1 N4 a conversation is not given back after its life, unless it is being answered", async () => {
  clock.advance(lifeMs);
  store.empty();
  expect(await node.conversations.read(conversationId)).toBeNull();
  expect(node.restored).toEqual([]);
  node.written.add(turn.turnId);
  expect(await node.conversations.read(conversationId)).not.toBeNull();
});

/** A conversation of which another node knows no more than that it was opened. */
async function knownElsewhere(name: string): Promise<string> {
  const { conversationId: id } = await node.conversations.open(caller(name));
  await other.conversations.read(id);
  return id;
}

/** A question waits as far as this node knows; in the store, which another node has refilled as it was before, it is not. */
async function askedAndLost(): Promise<string> {
  const id = await knownElsewhere("wang");
  await node.conversations.ask(id, { messageId: "w1", text: "?" });
  store.empty();
  await other.conversations.read(id);
  return id;
}

async function expectBothWait(id: string): Promise<void> {
  const { waiting, messages } = await store.stored(id);
  expect(messages.map(({ messageId, turnId }) => [messageId, turnId]).toSorted()).toEqual([
    ["w1", waiting?.turnId],
    ["w2", waiting?.turnId],
  ]);
}

test("A4 N4 who asks once more, in a store that another node has refilled as it was before, has both questions answered", async () => {
  const id = await askedAndLost();
  await node.conversations.ask(id, { messageId: "w2", text: "?" });
  await expectBothWait(id);
});

test("A4 N4 so has who asked once more at another node, of which this one hears", async () => {
  const id = await askedAndLost();
  const { message, turnId } = await other.conversations.ask(id, { messageId: "w2", text: "?" });
  node.standby.heard(id, afterAsking({ message, turnId, repeated: false }), turnId);
  await everybodyWaits();
  await expectBothWait(id);
});

test("S4 N4 what another node has ended is not known as running any more, though this one writes it still", async () => {
  node.written.add(turn.turnId);
  const raised = await other.turns.raise(turn, 1, 0);
  await other.turns.end(turn, raised?.epoch ?? 0, { outcome: "completed", text: "theirs" });
  await node.standby.writeBack();
  expect(node.standby.known.get(conversationId)?.running).toBeNull();
});

test("A4 N4 what is caught up with leaves the page where the customer is by now", async () => {
  const id = await knownElsewhere("wang");
  await node.conversations.ask(id, { messageId: "w1", text: "?", page: { url: "https://shop.example/one" } });
  await node.conversations.read(id);
  // Another node has started it, and this one has not heard so yet.
  await other.turns.start(id);
  await node.conversations.ask(id, { messageId: "w2", text: "?", page: { url: "https://shop.example/two" } });
  expect(node.restored.length).toBe(1);
  expect((await store.stored(id)).page).toEqual({ url: "https://shop.example/two" });
});

test("A4 N4 an answer that runs is known to the store though the next question began at once in one that was refilled", async () => {
  const id = await knownElsewhere("wang");
  const first = (await node.conversations.ask(id, { messageId: "w1", text: "?", begins: true })).started?.turn;
  store.empty();
  await other.conversations.read(id);
  await node.conversations.ask(id, { messageId: "w2", text: "?", begins: true });
  const ended = first && (await node.turns.end(first, 1, { outcome: "completed", text: "answer" }));
  expect(ended).not.toBeNull();
  expect((await store.stored(id)).messages.map(({ text }) => text)).toContain("answer");
});

test("N4 what was said a moment ago stays known where the store is emptied once more while it is given back", async () => {
  const id = await askedAndLost();
  const { restore } = node.side;
  node.side.restore = async (kept) => {
    const restored = await restore.call(node.side, kept);
    node.side.restore = restore;
    store.empty();
    await other.conversations.read(id);
    return restored;
  };
  await node.conversations.read(id);
  expect(node.standby.known.get(id)?.waiting).not.toBeNull();
  expect((await node.conversations.read(id))?.messages.map(({ messageId }) => messageId)).toEqual(["w1"]);
});

test("N4 it is what this node knows where nothing is left of it then", async () => {
  const id = await askedAndLost();
  const { restore } = node.side;
  node.side.restore = async (kept) => {
    const restored = await restore.call(node.side, kept);
    store.empty();
    return restored;
  };
  expect((await node.conversations.read(id))?.messages.map(({ messageId }) => messageId)).toEqual(["w1"]);
});
