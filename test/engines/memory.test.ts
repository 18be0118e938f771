import { describe, expect, test } from "vitest";
import { MemoryConversations } from "../../src/engines/memory/conversations.ts";
import { MemoryTurns } from "../../src/engines/memory/turns.ts";
import { MemoryWorld } from "../../src/engines/memory/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { conversationsSuite } from "./conversations.suite.ts";
import { turnsSuite } from "./turns.suite.ts";
import { caller, type EngineWorld } from "./world.ts";

const lifeMs = 3_600_000;

function openMemory(maxMessages = 200) {
  const clock = new VirtualClock();
  let ids = 0;
  const world = new MemoryWorld({ clock, newId: () => `id${ids++}`, lifeMs, maxMessages });
  return { clock, world, conversations: new MemoryConversations(world), turns: new MemoryTurns(world) };
}

async function openEngines(): Promise<EngineWorld> {
  const { clock, conversations, turns } = openMemory();
  return { conversations, turns, lifeMs, pass: async (ms) => clock.advance(ms), [Symbol.asyncDispose]: async () => {} };
}

describe("conversations in memory", () => conversationsSuite(openEngines));
describe("turns in memory", () => turnsSuite(openEngines));

test("C1 the sweep forgets what is too old and nothing else", async () => {
  const { clock, world, conversations } = openMemory();
  for (const name of ["li", "wang", "zhao"]) await conversations.open(caller(name));
  clock.advance(lifeMs / 2);
  const { conversationId } = await conversations.open(caller("li"));
  await conversations.ask(conversationId, { messageId: "m1", text: "one" });
  clock.advance(lifeMs / 2);
  expect(world.sweep()).toBe(2);
  expect(world.size).toBe(1);
  expect(await conversations.read(conversationId)).not.toBeNull();
});

test("a conversation without end lets its oldest messages and their turns go, never an open turn", async () => {
  const { conversations, turns } = openMemory(4);
  const { conversationId } = await conversations.open(caller("li"));
  const { turnId: first } = await conversations.ask(conversationId, { messageId: "first", text: "first" });
  const running = await turns.start(conversationId);
  for (let i = 0; i < 10; i++) await conversations.ask(conversationId, { messageId: `m${i}`, text: "more" });
  expect((await conversations.read(conversationId))?.messages).toHaveLength(4);
  expect(running?.turnId).toBe(first);
  expect(
    await turns.end({ conversationId, turnId: first ?? "" }, 1, { outcome: "completed", text: "1" }),
  ).not.toBeNull();
});
