import { beforeEach, expect, test } from "vitest";
import type { Conversations } from "../../src/domain/conversations.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { runningIn, Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let own: Worker;
let other: Worker;
let conversationId: string;
/** What the store waits for before it takes a question from `own`. */
let slow: PromiseWithResolvers<void>;
/** Lets the store take the question at last. */
const takeIt = () => slow.resolve();

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  slow = Promise.withResolvers();
  const call = (name: string | symbol, args: unknown[]) =>
    Reflect.apply(Reflect.get(own.side.conversations, name), own.side.conversations, args);
  // CAST: the proxy has whatever the engine has.
  const conversations = new Proxy({} as Conversations, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        if (name === "ask") await slow.promise;
        return call(name, args);
      },
  });
  own = new Worker({ nodeId: "own", store, clock, parts: { conversations } });
  other = new Worker({ nodeId: "other", store, clock });
  conversationId = (await own.side.conversations.open(caller("li"))).conversationId;
  await everybodyWaits();
});

/** Enters the line, which lets begin whoever waits half a second later, while the store is slow to take the question. */
async function askAndComeUp(messageId = "m"): Promise<void> {
  const attempts = () => own.relay.attempts.length + other.relay.attempts.length;
  const before = attempts();
  await store.engines.line.steer({ pause: { classes: ["guest"], ms: 500 } });
  void own.assistant.ask(conversationId, { messageId, text: "?" });
  await pass(clock, 800, 20);
  expect((await store.stored(conversationId)).messages.map((message) => message.messageId)).not.toContain(messageId);
  expect(attempts()).toBe(before);
}

/** The other node answers all that comes. */
async function leaveItToTheOther(): Promise<void> {
  own.admission.leave();
  await pass(clock, 100, 20);
}

async function otherAnswers(): Promise<void> {
  await pass(clock, 1_000, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other" });
  other.relay.last.write("!");
  other.relay.last.end();
  await pass(clock, 1_000, 20);
}

test("A2 a turn that comes before its question is stored waits for it", async () => {
  await askAndComeUp();
  takeIt();
  await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own" });
});

test("A2 A8 a turn that comes to another node before the question is stored is looked at once more", async () => {
  await leaveItToTheOther();
  await askAndComeUp();
  takeIt();
  await otherAnswers();
});

test("A6 A8 a node that is late to store a question does not cost it its place", async () => {
  await leaveItToTheOther();
  await askAndComeUp();
  await pass(clock, 1_500, 20);
  takeIt();
  await pass(clock, 600, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other" });
});

test("A2 A8 a turn that came early once may come early again", async () => {
  await leaveItToTheOther();
  await askAndComeUp();
  takeIt();
  await otherAnswers();
  slow = Promise.withResolvers();
  await askAndComeUp("m2");
  takeIt();
  await otherAnswers();
});

test("A2 A8 a turn may come early where the customer has asked before, and asks no more", async () => {
  const asked = other.assistant.ask(conversationId, { messageId: "m0", text: "?" });
  await pass(clock, 100, 20);
  await asked;
  await otherAnswers();
  await pass(clock, 10_000);
  await leaveItToTheOther();
  await askAndComeUp();
  takeIt();
  await otherAnswers();
});

test("A2 A8 a question that is stored just after another node has looked for it begins at once", async () => {
  await leaveItToTheOther();
  let hear = () => {};
  other.side.wire.fate = (name) => {
    if (name === "start") hear = other.side.wire.hold();
    return "done";
  };
  await askAndComeUp();
  other.side.wire.mend();
  takeIt();
  await everybodyWaits();
  hear();
  for (let i = 0; i < 20; i++) await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other" });
  expect(other.relay.attempts).toHaveLength(1);
});

test("A8 a question that waits, and never begins, is tried every two seconds", async () => {
  await leaveItToTheOther();
  const { start } = other.side.turns;
  let tries = 0;
  other.side.turns.start = async () => {
    tries += 1;
    return null;
  };
  await askAndComeUp();
  takeIt();
  await pass(clock, 400, 20);
  const before = tries;
  await pass(clock, 8_000, 20);
  // Twice each time.
  expect(tries - before).toBeLessThanOrEqual(8);
  other.side.turns.start = start;
  await pass(clock, 2_000, 20);
  await otherAnswers();
});

test("A6 A8 questions that were withdrawn while they were looked for shorten no later search", async () => {
  await leaveItToTheOther();
  for (const messageId of ["w1", "w2", "w3"]) {
    await askAndComeUp(messageId);
    await other.admission.giveUp(conversationId, [messageId]);
    await pass(clock, 30_000);
  }
  await askAndComeUp();
  await pass(clock, 400, 20);
  takeIt();
  await otherAnswers();
});

test("A5 a turn for which nothing is stored at all is given up, at whatever node", async () => {
  await leaveItToTheOther();
  await own.admission.enter({ conversationId, class: "guest" });
  await pass(clock, 2_000, 20);
  expect(await store.engines.line.find(conversationId)).not.toBeNull();
  await pass(clock, 1_000, 20);
  expect(await store.engines.line.find(conversationId)).toBeNull();
  expect(await own.admission.enter({ conversationId, class: "guest" })).not.toEqual({ kind: "held" });
});
