import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Conversation } from "../../src/domain/conversations.ts";
import type { Kept } from "../../src/domain/standby.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { openRedis as openEngines, type RedisEngines } from "../../src/engines/redis/open.ts";
import { openRedis } from "../support/redis.ts";
import type { RedisProcess } from "../support/redis-process.ts";

let redis: RedisProcess;
let node: RedisEngines;
let other: RedisEngines;

const openNode = (nodeId: string) =>
  openEngines({
    where: { kind: "one", url: redis.url },
    prefix: "tidegate",
    lifeMs: 60_000,
    maxMessages: 100,
    newId: randomUUID,
    nodeId: () => nodeId,
    onError: () => {},
  });

beforeAll(async () => {
  redis = await openRedis();
  [node, other] = await Promise.all([openNode("node"), openNode("other")]);
});

afterAll(async () => {
  for (const open of [node, other, redis]) await open[Symbol.asyncDispose]();
});

/** A conversation with one question, which waits. */
async function askOne(): Promise<Conversation> {
  const customerId = randomUUID();
  const caller = { customerId, role: "customer", class: "guest", name: undefined, expiresAt: undefined } as const;
  const { conversationId } = await node.conversations.open(caller);
  await node.conversations.ask(conversationId, { messageId: randomUUID(), text: "hello" });
  return read(conversationId);
}

async function read(conversationId: string): Promise<Conversation> {
  const conversation = await node.conversations.read(conversationId);
  if (conversation === null) throw new Error("the conversation is gone");
  return conversation;
}

/** What a node knows of it, as it gives it back. */
function keptOf(conversation: Conversation): Kept {
  return { conversation, turns: [conversation.running, conversation.waiting].filter((turn) => turn !== null) };
}

async function start({ conversationId }: Conversation): Promise<Turn> {
  const turn = (await node.turns.start(conversationId))?.turn;
  if (turn === undefined) throw new Error("nothing waits");
  return turn;
}

// A node mends while it works: what it gives back may be older by the time it arrives than what it does.
test("N4, S5: an answer that was begun while its question was being given back is not void", async () => {
  const asked = await askOne();
  const { turnId } = await start(asked);
  expect((await node.restorer.restore(keptOf(asked))).lost).toEqual([{ turnId, epoch: 0 }]);
  expect((await read(asked.conversationId)).running).toMatchObject({ turnId, epoch: 1 });
});

test("N4, S5: an epoch that was raised while the one before was being given back is not void", async () => {
  const asked = await askOne();
  const turn = await start(asked);
  const begun = await read(asked.conversationId);
  await node.turns.raise(turn, 1, 0);
  expect((await node.restorer.restore(keptOf(begun))).lost).toEqual([{ turnId: turn.turnId, epoch: 1 }]);
});

test("N1, S4: an epoch that another node has raised or ended is void", async () => {
  const asked = await askOne();
  const { turnId, ...turn } = await start(asked);
  const begun = await read(asked.conversationId);
  const ref = { ...turn, turnId };
  await other.turns.raise(ref, 1, 0);
  expect((await node.restorer.restore(keptOf(begun))).lost).toEqual([{ turnId, epoch: 1 }]);
  await other.turns.end(ref, 2, { outcome: "completed", text: "hello" });
  expect((await node.restorer.restore(keptOf(begun))).lost).toEqual([{ turnId, epoch: 2 }]);
});

test("N4, A4: a turn that was started while the store was away waits there no more, and the next question has its own", async () => {
  const conversation = await askOne();
  const { conversationId, waiting } = conversation;
  if (waiting === null) throw new Error("nothing waits");
  const running: Turn = { ...waiting, state: "starting", epoch: 1, starts: [{ epoch: 1, offset: 0 }] };
  await node.restorer.restore(keptOf({ ...conversation, running, waiting: null }));
  expect(await read(conversationId)).toMatchObject({ running: { turnId: waiting.turnId }, waiting: null });
  const next = await node.conversations.ask(conversationId, { messageId: randomUUID(), text: "and?" });
  expect(next.turnId).not.toBe(waiting.turnId);
});

test("N4, C2: a question that waits is made part of no turn whose answer the same node brings", async () => {
  const conversation = await askOne();
  const { conversationId, messages, waiting: answered } = conversation;
  if (answered === null) throw new Error("nothing waits");
  const at = Date.now();
  const answer = { messageId: randomUUID(), author: "assistant", text: "yes", at, turnId: answered.turnId } as const;
  const question = { messageId: randomUUID(), author: "customer", text: "and?", at, turnId: randomUUID() } as const;
  const waiting: Turn = { ...answered, turnId: question.turnId };
  await node.restorer.restore(keptOf({ ...conversation, messages: [...messages, answer, question], waiting }));
  const stored = await read(conversationId);
  expect(stored).toMatchObject({ running: null, waiting: { turnId: question.turnId } });
  expect(stored.messages.at(-1)).toMatchObject({ text: "and?", turnId: question.turnId });
});

test("N4, C2: a question whose step was carried out late stands where the customer was shown it", async () => {
  const conversation = await askOne();
  const [question] = conversation.messages;
  if (question === undefined) throw new Error("nothing was asked");
  const earlier = { ...question, at: question.at - 3_000 };
  await node.restorer.restore(keptOf({ ...conversation, messages: [earlier] }));
  expect((await read(conversation.conversationId)).messages).toEqual([earlier]);
  await node.restorer.restore(keptOf(conversation));
  expect((await read(conversation.conversationId)).messages).toEqual([earlier]);
});

/** A turn was answered, and the store that knew of it was emptied since. */
async function answeredAndLost() {
  const conversation = await askOne();
  const { conversationId, waiting, messages } = conversation;
  if (waiting === null) throw new Error("nothing waits");
  const { turnId } = waiting;
  const at = Date.now() + 1_000;
  const answer = { messageId: randomUUID(), author: "assistant", text: "yes", at, turnId } as const;
  const whole = { ...conversation, messages: [...messages, answer], waiting: null };
  const ref = { conversationId, turnId };
  return { conversationId, stale: conversation, whole, answer, turnId, ref };
}

test("N4, S5: a turn that was given back by a node which had missed its end is answered once", async () => {
  const { conversationId, whole, ref, answer } = await answeredAndLost();
  await node.turns.start(conversationId);
  await other.restorer.restore(keptOf(whole));
  expect(await node.turns.end(ref, 1, { outcome: "completed", text: "again" })).toBeNull();
  expect(await node.turns.raise(ref, 1, 0)).toBeNull();
  const stored = await read(conversationId);
  expect(stored).toMatchObject({ running: null, waiting: null });
  expect(stored.messages.filter(({ author }) => author === "assistant")).toEqual([answer]);
});

test("N4, A4: a turn that is answered runs no more, however often a node that has missed its end gives it back", async () => {
  const { conversationId, stale, whole, turnId, answer } = await answeredAndLost();
  const turn = await start(stale);
  const running = await read(conversationId);
  await other.restorer.restore(keptOf(whole));
  expect((await node.restorer.restore(keptOf(running))).lost).toEqual([{ turnId, epoch: 1 }]);
  expect((await node.restorer.restore(keptOf(stale))).lost).toEqual([{ turnId, epoch: 1 }]);
  expect(await read(conversationId)).toMatchObject({ running: null, waiting: null });
  expect(await node.turns.read(turn)).toMatchObject({ state: "ended", answer });
  expect(await node.turns.start(conversationId)).toBeNull();
});

test("N4, C2: of two answers to one turn the first that is stored is the one", async () => {
  const { conversationId, stale, whole, ref, turnId } = await answeredAndLost();
  await start(stale);
  await node.turns.end(ref, 1, { outcome: "completed", text: "first" });
  expect((await other.restorer.restore(keptOf(whole))).lost).toEqual([{ turnId, epoch: 1 }]);
  const { messages } = await read(conversationId);
  expect(messages.map(({ text }) => text)).toEqual(["hello", "first"]);
});

test("N4, S5: a question that joined a turn after its answer, which the store had lost, is still to be answered", async () => {
  const { conversationId, whole, turnId } = await answeredAndLost();
  const early = { ...whole, messages: whole.messages.map((said) => ({ ...said, at: said.at - 5_000 })) };
  const asked = await node.conversations.ask(conversationId, { messageId: randomUUID(), text: "and?" });
  expect(asked.turnId).toBe(turnId);
  expect(await other.restorer.restore(keptOf(early))).toMatchObject({ waits: true });
  const stored = await read(conversationId);
  expect(stored.waiting?.turnId).not.toBe(turnId);
  expect(stored.messages.find(({ text }) => text === "and?")?.turnId).toBe(stored.waiting?.turnId);
  expect((await node.turns.start(conversationId))?.turn).toMatchObject({ turnId: stored.waiting?.turnId, epoch: 1 });
});

test("A4 N4 what another node has given back of a turn that becomes part of another joins it as well", async () => {
  const known = await askOne();
  const { conversationId, waiting } = known;
  await redis.command("FLUSHALL");
  // Of the turn that waited the store has the question alone, and another one waits.
  const later = { messageId: "later", author: "customer", text: "later", at: Date.now(), turnId: "fresh" } as const;
  const fresh = { conversationId, turnId: "fresh", state: "queued", epoch: 0, starts: [], askedAt: later.at } as const;
  await node.restorer.restore(keptOf({ ...known, messages: [...known.messages, later], waiting: fresh }));
  expect((await read(conversationId)).messages.map(({ turnId }) => turnId)).toEqual([waiting?.turnId, "fresh"]);
  expect(await other.restorer.restore(keptOf(known))).toMatchObject({ merged: [waiting?.turnId], owner: "other" });
  expect((await read(conversationId)).messages.map(({ turnId }) => turnId)).toEqual(["fresh", "fresh"]);
});
