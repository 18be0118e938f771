import { afterAll, beforeAll, expect, test } from "vitest";
import { tagOf } from "../../src/engines/conversation-id.ts";
import { Link } from "../../src/engines/redis/link.ts";
import type { StepName } from "../../src/engines/redis/scripts.ts";
import { openRedis } from "../support/redis.ts";
import { enginesOf, openStore, type RedisEngines, type TestStore } from "./redis.support.ts";
import { caller } from "./world.ts";

const stack = new AsyncDisposableStack();
const stores: TestStore[] = [];
let worlds = 0;

beforeAll(async () => {
  const { url } = stack.use(await openRedis());
  for (let i = 0; i < 3; i++) stores.push(stack.use(await openStore({ kind: "one", url })));
});
afterAll(() => stack.disposeAsync());

interface Node extends RedisEngines {
  /** Makes a step on a conversation once more, as a command does that arrives twice. */
  again(step: StepName, conversationId: string, ...args: readonly string[]): Promise<unknown>;
}

/** Nodes that share a world, each with a connection of its own. */
function openNodes(): readonly Node[] {
  const prefix = `world${worlds++}`;
  return stores.map(({ store }, i) => {
    const link = new Link(store);
    const engines = enginesOf(link, { prefix, nodeId: `node${i}` });
    return {
      ...engines,
      again: (step, conversationId, ...args) => link.step(step, engines.keys.conversation(tagOf(conversationId)), args),
    };
  });
}

async function openConversation() {
  const [one, two, three] = openNodes();
  if (!one || !two || !three) throw new Error("three stores were opened");
  const { conversationId } = await one.conversations.open(caller("li"));
  const others = () => one.attendance.of(conversationId).toSorted();
  return { one, two, three, conversationId, others };
}

test("S7 every step gives the other nodes that attend at that step, and no others", async () => {
  const { one, two, three, conversationId, others } = await openConversation();
  expect(others()).toEqual([]);
  await two.conversations.attend(conversationId);
  await one.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  expect(others()).toEqual(["node1"]);
  await three.conversations.open(caller("li"));
  const turn = (await one.turns.start(conversationId))?.turn;
  expect(others()).toEqual(["node1", "node2"]);
  await two.conversations.leave(conversationId);
  if (turn) await one.turns.raise(turn, 1, 0);
  expect(others()).toEqual(["node2"]);
  await two.conversations.attend(conversationId);
  await three.conversations.leave(conversationId);
  if (turn) await one.turns.end(turn, 2, { outcome: "completed", text: "1" });
  expect(others()).toEqual(["node1"]);
  await two.conversations.leave(conversationId);
  await one.conversations.read(conversationId);
  expect(others()).toEqual([]);
});

test("S7 reading is not attending", async () => {
  const { one, two, conversationId, others } = await openConversation();
  await two.conversations.read(conversationId);
  await one.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  expect(others()).toEqual([]);
});

test("S7 who attends sees each question or is told of it: none falls between", async () => {
  const { one, two, conversationId, others } = await openConversation();
  for (let i = 0; i < 100; i++) {
    const messageId = `m${i}`;
    const [attended, told] = await Promise.all([
      two.conversations.attend(conversationId),
      one.conversations.ask(conversationId, { messageId, text: messageId }).then(() => others().includes("node1")),
    ]);
    const seen = attended?.messages.some((message) => message.messageId === messageId);
    expect([told, seen]).toContain(true);
    await two.conversations.leave(conversationId);
  }
});

test("S7 a question that is repeated leaves the list as it was", async () => {
  const { one, two, conversationId, others } = await openConversation();
  await two.conversations.attend(conversationId);
  const ask = () => one.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  await ask();
  expect(await ask()).toMatchObject({ repeated: true });
  expect(others()).toEqual(["node1"]);
});

test("S7 a later visit survives the leaving of an earlier one", async () => {
  const { one, two, conversationId, others } = await openConversation();
  await two.conversations.attend(conversationId);
  const leaving = two.conversations.leave(conversationId);
  await Promise.all([leaving, two.conversations.attend(conversationId)]);
  await two.again("leave", conversationId, "node1", "1");
  await one.conversations.read(conversationId);
  expect(others()).toEqual(["node1"]);
  await two.conversations.leave(conversationId);
  await one.conversations.read(conversationId);
  expect(others()).toEqual([]);
});

test("S7 a visit and its leaving that arrive again behind a later visit take nothing from it", async () => {
  const { one, two, conversationId, others } = await openConversation();
  await two.conversations.attend(conversationId);
  await two.conversations.attend(conversationId);
  await two.again("read", conversationId, conversationId, "node1", "1");
  await two.again("leave", conversationId, "node1", "1");
  await one.conversations.read(conversationId);
  expect(others()).toEqual(["node1"]);
});

test("S7 who attends is kept as long as the conversation, however that is prolonged", async () => {
  const { one, two, conversationId } = await openConversation();
  const keys = one.keys.conversation(tagOf(conversationId));
  const [{ store } = { store: null }] = stores;
  const livesMs = () => Promise.all([0, 4].map((at) => store?.pttl(keys[at] ?? "") ?? 0));
  const expectEqual = async (leastMs: number) => {
    const [conversationMs = 0, watchersMs = 0] = await livesMs();
    expect(conversationMs).toBeGreaterThan(leastMs);
    expect(Math.abs(conversationMs - watchersMs)).toBeLessThan(100);
  };
  await expectEqual(50_000);
  await store?.pexpire(keys[0] ?? "", 20_000);
  await two.conversations.attend(conversationId);
  await expectEqual(10_000);
  await one.conversations.ask(conversationId, { messageId: "m1", text: "one" });
  await expectEqual(50_000);
  await one.turns.start(conversationId);
  await expectEqual(3_600_000);
});

test("S7 who attends a conversation that Redis has lost is told of what begins in its place", async () => {
  const { one, two, conversationId } = await openConversation();
  const keys = one.keys.conversation(tagOf(conversationId));
  await stores[0]?.store.del(...keys);
  expect(await two.conversations.attend(conversationId)).toBeNull();
  expect(await stores[0]?.store.pttl(keys[4] ?? "")).toBeGreaterThan(50_000);
  const next = await one.conversations.open(caller("li"));
  await one.conversations.ask(next.conversationId, { messageId: "m1", text: "one" });
  expect(one.attendance.of(next.conversationId)).toEqual(["node1"]);
});
