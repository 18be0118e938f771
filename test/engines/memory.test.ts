import { describe, expect, test } from "vitest";
import { answerLogSuite } from "./answer-log.suite.ts";
import { conversationsSuite } from "./conversations.suite.ts";
import { openMemory } from "./memory.support.ts";
import { nodesSuite } from "./nodes.suite.ts";
import { questionsSuite } from "./questions.suite.ts";
import { respondersSuite } from "./responders.suite.ts";
import { turnsSuite } from "./turns.suite.ts";
import { caller } from "./world.ts";

describe("conversations in memory", () => conversationsSuite(openMemory));
describe("questions in memory", () => questionsSuite(openMemory));
describe("turns in memory", () => turnsSuite(openMemory));
describe("responders in memory", () => respondersSuite(openMemory));
describe("the answer log in memory", () => answerLogSuite(openMemory));
describe("nodes in memory", () => nodesSuite(openMemory));

test("C1 the sweep forgets what is too old and nothing else", async () => {
  const { world, conversations, lifeMs, pass } = await openMemory();
  for (const name of ["li", "wang", "zhao"]) await conversations.open(caller(name));
  await pass(lifeMs / 2);
  const { conversationId } = await conversations.open(caller("li"));
  await conversations.ask(conversationId, { messageId: "m1", text: "one" });
  await pass(lifeMs / 2);
  expect(world.sweep()).toBe(2);
  expect(world.size).toBe(1);
  expect(await conversations.read(conversationId)).not.toBeNull();
});

test("X2 the sweep forgets strangers who came and went, beside others who came before them", async () => {
  const { world, conversations, pass } = await openMemory();
  await conversations.open(caller("li"));
  const ids = await Promise.all(
    ["one", "two", "back"].map(async (name) => (await conversations.open(caller(name))).conversationId),
  );
  for (const conversationId of ids) await conversations.leave(conversationId);
  await pass(9_000);
  await conversations.open(caller("back"));
  expect(world.sweep()).toBe(0);
  await pass(1_000);
  expect(world.sweep()).toBe(2);
  expect(world.size).toBe(2);
});
