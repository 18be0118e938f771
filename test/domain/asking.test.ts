import { beforeEach, expect, test } from "vitest";
import type { Conversations } from "../../src/domain/conversations.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let own: Worker;
let other: Worker;
let conversationId: string;
/** What the store waits for before it takes the question of that id. */
let slow: Map<string, PromiseWithResolvers<void>>;

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  slow = new Map();
  own = worker("own");
  other = worker("other");
  conversationId = (await own.side.conversations.open(caller("li"))).conversationId;
  await everybodyWaits();
});

function worker(nodeId: string): Worker {
  const engine = () => opened.side.conversations;
  const ask: Conversations["ask"] = async (id, question) => {
    await slow.get(question.messageId)?.promise;
    return engine().ask(id, question);
  };
  // CAST: the proxy has whatever the engine has.
  const conversations = new Proxy({} as Conversations, {
    get: (_, name) => (name === "ask" ? ask : Reflect.get(engine(), name)),
  });
  const opened = new Worker({ nodeId, store, clock, parts: { conversations } });
  return opened;
}

async function ask(messageId: string, at = own) {
  const asked = await at.assistant.ask(conversationId, { messageId, text: "?" });
  await pass(clock, 100, 20);
  return asked;
}

/** A question that the store takes when the function given back is called. */
async function askSlowly(messageId: string, at = own): Promise<() => Promise<void>> {
  const taken = Promise.withResolvers<void>();
  slow.set(messageId, taken);
  const asked = at.assistant.ask(conversationId, { messageId, text: "?" });
  await pass(clock, 60, 20);
  return async () => {
    taken.resolve();
    await asked;
    await pass(clock, 400, 20);
  };
}

async function endAnswer(): Promise<void> {
  own.relay.last.write("!");
  own.relay.last.end();
  await pass(clock, 200, 20);
}

const find = () => store.engines.line.find(conversationId);
const pauseAll = (ms = 5_000) => store.engines.line.steer({ pause: { classes: ["guest"], ms } });
const answers = () => own.relay.attempts.length + other.relay.attempts.length;

test("A4 S5 a question that is stored after the end of the answer behind which it was asked is answered too", async () => {
  await ask("m1");
  const take = await askSlowly("m2");
  await endAnswer();
  await take();
  expect(answers()).toBe(2);
});

test("A4 S5 … also when the next answer is over by then", async () => {
  await ask("m1");
  const take = await askSlowly("m2", other);
  await endAnswer();
  await ask("m3");
  await pass(clock, 400, 20);
  expect(answers()).toBe(2);
  await take();
  await endAnswer();
  await pass(clock, 400, 20);
  expect(answers()).toBe(3);
});

test("A4 A6 a question that is sent again while it is answered keeps no place behind its answer", async () => {
  await ask("m1");
  expect(await ask("m1", other)).toMatchObject({ repeated: true });
  await pauseAll();
  await endAnswer();
  expect([await find(), (await store.stored(conversationId)).waiting]).toEqual([null, null]);
  expect(own.admission.isBusy).toBe(false);
});

/** A page comes back: an answered question, and a new one right behind it. */
async function sendAgainWithNext(): Promise<void> {
  await ask("m1");
  await endAnswer();
  await Promise.all([ask("m1"), ask("m2")]);
}

test("A4 A6 a question that is sent again after its answer keeps no place behind the next one's", async () => {
  await sendAgainWithNext();
  await ask("m1");
  await pauseAll();
  await endAnswer();
  expect(await find()).toBeNull();
});

test("A4 S5 a question that is sent again takes nothing from those that are asked beside it", async () => {
  await sendAgainWithNext();
  await ask("m3");
  await endAnswer();
  await pass(clock, 400, 20);
  expect([answers(), own.relay.last.request.messages.length]).toEqual([3, 5]);
});

test("A4 U4 the same question comes by two nodes, and the second is faster: it is answered once, by one start", async () => {
  const take = await askSlowly("m1");
  slow.delete("m1");
  await ask("m1", other);
  await take();
  await pass(clock, 5_000, 20);
  const nobody = { nodeId: "nobody", room: 0, taken: [], begun: [], ended: [], leftSeen: 0 };
  const { lines } = await store.engines.line.round(nobody);
  expect([answers(), lines.guest.served]).toEqual([1, 1]);
});

test("A4 S10 a question that comes as another one is taken back keeps the place", async () => {
  await pauseAll();
  const { turnId } = await ask("m1");
  const take = await askSlowly("m2", other);
  expect(await own.assistant.stop({ conversationId, turnId: turnId ?? "" })).toBe("stopped");
  expect(await find()).toMatchObject({ position: 1 });
  await take();
  await pass(clock, 5_500, 20);
  expect(answers()).toBe(1);
});

test("A4 S5 a question that the store is very slow to take is looked for again when it has been taken", async () => {
  await ask("m1");
  const take = await askSlowly("m2", other);
  await endAnswer();
  await pass(clock, 4_000, 20);
  expect([await find(), answers()]).toEqual([null, 1]);
  await take();
  expect(answers()).toBe(2);
});

test("A4 A6 of very many questions that one answer answers none keeps a place", async () => {
  await pauseAll(1_000);
  for (let at = 0; at < 25; at++) await own.assistant.ask(conversationId, { messageId: `m${at}`, text: "?" });
  await pass(clock, 1_500, 20);
  await pauseAll();
  await endAnswer();
  expect([answers(), await find(), own.admission.isBusy]).toEqual([1, null, false]);
});

test("A4 S10 U4 what waits behind an answer that is stopped while it is to be tried again is answered", async () => {
  const { turnId } = await ask("m1");
  own.relay.last.fail("overloaded");
  await pass(clock, 60, 20);
  await ask("m2");
  expect(await own.assistant.stop({ conversationId, turnId: turnId ?? "" })).toBe("stopped");
  await pass(clock, 1_000, 20);
  expect([answers(), (await store.stored(conversationId)).waiting]).toEqual([2, null]);
});

test("A4 S10 U4 what is taken back behind an answer that is to be tried again does not take that out of the line", async () => {
  await ask("m1");
  own.relay.last.fail("overloaded");
  await pass(clock, 60, 20);
  const { turnId } = await ask("m2");
  expect(await other.assistant.stop({ conversationId, turnId: turnId ?? "" })).toBe("stopped");
  await pass(clock, 1_500, 20);
  expect(answers()).toBe(2);
});

test("A12 S5 what is asked behind an answer while the line is away is answered when it is back", async () => {
  await ask("m1");
  await pauseAll(6_000);
  await pass(clock, 1_000, 20);
  own.side.wire.fate = (name) => (name.startsWith("line ") ? "undone" : "done");
  await pass(clock, 200, 20);
  await ask("m2");
  await endAnswer();
  own.side.wire.mend();
  await pass(clock, 8_000, 20);
  expect([answers(), (await store.stored(conversationId)).waiting]).toEqual([2, null]);
});
