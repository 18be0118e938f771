import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openTestServer } from "../support/server.ts";
import { chatWith, everyWay, memoryStorage, online, stateOf } from "./chat-server.ts";

/** A server whose conversations are over almost at once. */
async function openForgetful() {
  const server = await openTestServer({
    config: (config) => ({ ...config, context: { ...config.context, lifeSeconds: 0.2 } }),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** Resolves with the ids of the answered turns as soon as there are `count`, and nothing runs. */
async function answers(chat: ReturnType<typeof chatWith>, count: number) {
  const { entries } = await stateOf(
    chat,
    (state) =>
      state.runningTurnId === null &&
      state.entries.filter((entry) => entry.kind === "answer" && entry.state === "ended").length === count,
  );
  return entries.filter((entry) => entry.kind === "answer").map(({ turnId }) => turnId);
}

/** Resolves when the conversation is over. */
async function over(chat: ReturnType<typeof chatWith>): Promise<void> {
  const isThere = () =>
    chat.ask("conversation:rate", { score: 5 }).then(
      () => true,
      () => false,
    );
  while (await isThere()) await sleep(10);
}

test.each(everyWay)("C1: a chat left open past its life goes on over %s, below what was said", async (_, open) => {
  const { url } = await openForgetful();
  const chat = open({ url });
  chat.send("one [[sim: say the first]]");
  await answers(chat, 1);
  await over(chat);
  chat.send("two [[sim: long chars=400]]");
  // Where all of it arrives at once it is never seen half written.
  const begun = await stateOf(chat, ({ entries }) => entries.filter(({ kind }) => kind === "answer").length === 2);
  expect(begun.link).toBe("online");
  const [first = "", second = ""] = await answers(chat, 2);
  expect(chat.textOf(first)).toBe("the first");
  expect(chat.textOf(second).length).toBeGreaterThan(300);
  const { entries, place } = chat.state;
  expect(entries.map(({ kind }) => kind)).toEqual(["question", "answer", "question", "answer"]);
  expect(entries[2]).toMatchObject({ status: "sent", waiting: false });
  expect(entries[3]).toMatchObject({ outcome: "completed" });
  expect(place).toBeNull();
});

test("C1, S11: a tab that asks while another one is being answered shows the questions and answers of both", async () => {
  const { url } = await openForgetful();
  const storage = memoryStorage();
  const one = chatWith({ url, storage });
  await online(one);
  const other = chatWith({ url, storage });
  await online(other);
  await over(one);
  one.send("one [[sim: long chars=600; pace delta=10]]");
  await stateOf(one, ({ entries }) => entries.some((entry) => entry.kind === "answer" && entry.state === "streaming"));
  other.send("two [[sim: say the second]]");
  const [turnIds, others] = await Promise.all([answers(one, 2), answers(other, 2)]);
  expect(others).toEqual(turnIds);
  for (const turnId of turnIds) expect(other.textOf(turnId)).toBe(one.textOf(turnId));
  expect(other.state.entries.map(({ kind }) => kind)).toEqual(["question", "answer", "question", "answer"]);
});
