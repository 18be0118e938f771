import { beforeEach, expect, test } from "vitest";
import type { AssistantOptions } from "../../src/domain/assistant.ts";
import type { Conversations } from "../../src/domain/conversations.ts";
import type { Turn } from "../../src/domain/turns.ts";
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

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  own = new Worker({ nodeId: "own", store, clock });
  other = new Worker({ nodeId: "other", store, clock });
  conversationId = (await own.side.conversations.open(caller("li"))).conversationId;
});

/** The customer asks; gives the turn that runs then. */
async function ask(worker: Worker, text = "?"): Promise<Turn> {
  await worker.assistant.ask(conversationId, { messageId: `m-${text}`, text });
  await everybodyWaits();
  return runningIn(store, conversationId);
}

/** The answer ends that is being written; what waits behind it may begin. */
async function endAnswer(): Promise<void> {
  own.relay.last.write("first");
  own.relay.last.end();
  await everybodyWaits();
  // In the next round.
  clock.advance(25);
  await everybodyWaits();
}

const answers = async () => {
  const { messages } = await store.stored(conversationId);
  return messages.filter(({ author }) => author === "assistant").map(({ text, outcome }) => [text, outcome]);
};

test("N2 S4 an answer that is adopted goes on from its text, under the next epoch", async () => {
  const turn = await ask(other);
  await own.assistant.adopt(turn, "The tide");
  await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own", starts: [{}, { epoch: 2, offset: 8 }] });
  expect(own.assistant.live(turn.turnId)?.text).toBe("The tide");
  expect(own.relay.last.request.messages.at(-1)).toEqual({ role: "assistant", text: "The tide" });
  own.relay.last.write(" comes.");
  own.relay.last.end();
  await everybodyWaits();
  expect(await answers()).toEqual([["The tide comes.", "completed"]]);
});

test("S4 an answer that another node was faster to adopt is left to it, and is nobody's work here", async () => {
  const turn = await ask(other);
  await other.assistant.adopt(turn, "");
  await own.assistant.adopt(turn, "");
  await everybodyWaits();
  expect(own.relay.attempts).toHaveLength(0);
  expect(await store.engines.nodes.work("own")).toEqual([]);
});

test("N2 an answer that was begun a dozen times is begun no more, and what waits behind it is answered", async () => {
  await ask(other);
  await ask(other, "and?");
  for (let epoch = 1; epoch <= 11; epoch++)
    await other.side.turns.raise(await runningIn(store, conversationId), epoch, 0);
  store.dead.add("other");
  other.admission.close();
  await own.admission.recover("other", [{ conversationId, class: "guest" }]);
  await pass(clock, 200, 20);
  expect(await answers()).toEqual([["", "failed"]]);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own", epoch: 1 });
});

test("N1 S4 a node that makes sure of its answers goes on under the next epoch, and not a character is lost", async () => {
  const { turnId } = await ask(own);
  own.relay.last.write("abc");
  const release = own.side.wire.hold();
  const reclaiming = own.assistant.reclaim();
  await everybodyWaits();
  own.relay.last.write("def");
  release();
  await reclaiming;
  own.relay.last.write("ghi");
  expect(own.assistant.live(turnId)).toMatchObject({ text: "abcdefghi", epoch: 2 });
  expect(own.steps.at(-1)).toMatchObject({ kind: "turn-started", offset: 3 });
  own.relay.last.end();
  await everybodyWaits();
  expect(await answers()).toEqual([["abcdefghi", "completed"]]);
});

test("N1 of its answers a node gives up those that others have taken over, and keeps the rest", async () => {
  const taken = await ask(own);
  const wang = await own.side.conversations.open(caller("wang"));
  await own.assistant.ask(wang.conversationId, { messageId: "w1", text: "?" });
  await everybodyWaits();
  await other.side.turns.raise(taken, 1, 0);
  await own.assistant.reclaim();
  await everybodyWaits();
  expect(own.relay.attempts.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(own.assistant.live(taken.turnId)).toBeUndefined();
  expect(await runningIn(store, wang.conversationId)).toMatchObject({ owner: "own", epoch: 2 });
});

test("S4 N1 an answer that is lost stops at once and has no end here", async () => {
  const { turnId } = await ask(own);
  own.relay.last.write("abc");
  own.assistant.lose(turnId);
  expect(own.relay.last.aborted).toBe(true);
  await everybodyWaits();
  expect(own.told.at(-1)).toBe("turn-lost");
  expect(own.assistant.live(turnId)).toBeUndefined();
  expect(await answers()).toEqual([]);
  expect(await runningIn(store, conversationId)).toMatchObject({ epoch: 1 });
});

test("N3 a node that hands its answers over ends none of them, and begins nothing any more", async () => {
  await ask(own);
  own.relay.last.write("abc");
  await own.assistant.drain(AbortSignal.abort(), "lost");
  expect(await answers()).toEqual([]);
  const wang = (await own.side.conversations.open(caller("wang"))).conversationId;
  await own.assistant.ask(wang, { messageId: "w1", text: "?" });
  await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ epoch: 1 });
  expect(await store.stored(wang)).toMatchObject({ running: null, waiting: { state: "queued" } });
});

test("N3 S5 a node that has nobody to hand over to ends what is left as failed, with its text", async () => {
  await ask(own);
  own.relay.last.write("abc");
  await own.assistant.drain(AbortSignal.abort());
  expect(await answers()).toEqual([["abc", "failed"]]);
});

test("S5 N4 an end that finds the store away is stored when it is back, once", async () => {
  await ask(own);
  own.relay.last.write("abc");
  own.side.wire.breakAt("end", "unheard");
  own.relay.last.end();
  await pass(clock, 5_000);
  expect(own.told.at(-1)).toBe("attempt-ended");
  own.side.wire.mend();
  await pass(clock, 500);
  expect(own.told.at(-1)).toBe("turn-ended");
  expect(await answers()).toEqual([["abc", "completed"]]);
});

test("S4 N4 an end that waited for the store is void when another node has gone on with the answer", async () => {
  const turn = await ask(own);
  own.relay.last.write("abc");
  own.side.wire.cut();
  own.relay.last.end();
  await pass(clock, 1_000);
  await other.side.turns.raise(turn, 1, 0);
  own.assistant.lose(turn.turnId);
  own.side.wire.mend();
  await pass(clock, 500);
  expect(own.told.at(-1)).toBe("turn-lost");
  expect(await answers()).toEqual([]);
});

test("N3 N4 a node that leaves while the store is away does not wait for it", async () => {
  await ask(own);
  own.relay.last.write("abc");
  own.side.wire.cut();
  own.relay.last.end();
  await pass(clock, 1_000);
  const leaving = own.assistant.drain(AbortSignal.abort(), "lost");
  await pass(clock, 500);
  await leaving;
  expect(own.told.at(-1)).toBe("turn-lost");
});

test("N1 a conversation is listed as a node's work before a turn of it starts", async () => {
  const { calls } = own.side.wire;
  await ask(own, "one");
  // Its turn starts as it is stored.
  expect(calls.filter((name) => name === "take" || name === "ask" || name === "start")).toEqual(["take", "ask"]);
  await ask(own, "two");
  calls.length = 0;
  await endAnswer();
  expect(calls.filter((name) => name === "take" || name === "start")).toEqual(["take", "start"]);
});

test("N1 a conversation is a node's work until nothing is left to answer in it", async () => {
  await ask(own, "one");
  await ask(own, "two");
  const work: (readonly string[])[] = [];
  for (let i = 0; i < 2; i++) {
    work.push(await store.engines.nodes.work("own"));
    await endAnswer();
  }
  expect(work).toEqual([[conversationId], [conversationId]]);
  expect(await store.engines.nodes.work("own")).toEqual([]);
});

test.for([
  ["away", null],
  ["broken", new Error("broken")],
] as const)(
  "S5 N4 a context that cannot be read, the store being %s, ends the answer as failed, and only what is no outage is a fault",
  async ([, fault]) => {
    const turn = await ask(other);
    own.side.wire.fate = (called) => {
      if (called !== "read") return "done";
      if (fault) throw fault;
      return "undone";
    };
    await own.assistant.adopt(turn, "");
    await everybodyWaits();
    expect(own.steps.at(-1)).toMatchObject({ kind: "turn-ended", outcome: "failed" });
    expect(own.faults).toEqual(fault ? [fault] : []);
  },
);

test("S5 a new answer needs nothing of the store but its question's one step", async () => {
  own.side.wire.fate = (called) => (called === "read" || called === "start" ? "undone" : "done");
  await ask(own, "one");
  expect(own.relay.last.request.messages).toEqual([{ role: "user", text: "one" }]);
});

test("A4 S4 a start that waited for the question finds its answer under way, and begins no other", async () => {
  const release = own.side.wire.hold();
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  own.assistant.begin(conversationId);
  release();
  await asked;
  await everybodyWaits();
  expect(own.relay.attempts).toHaveLength(1);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own", epoch: 1 });
});

test("H1 an answer that begins while it is taken over is ended before that is told, and says not a word", async () => {
  const { wire } = own.side;
  let release = () => {};
  wire.fate = (name) => {
    if (name === "ask") release = wire.hold();
    return "done";
  };
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  // The store has started it, and the reply is on its way.
  const turn = await runningIn(store, conversationId);
  let isSilent = false;
  const silenced = own.assistant.interruptHere(turn).then(() => {
    isSilent = true;
  });
  await pass(clock, 100);
  expect([isSilent, [...own.assistant.busy]]).toEqual([false, [conversationId]]);
  release();
  await Promise.all([asked, silenced]);
  expect((await store.engines.turns.read(turn))?.state).toBe("ended");
  expect(await answers()).toEqual([["", "interrupted"]]);
  expect(own.relay.attempts.filter(({ aborted }) => !aborted)).toEqual([]);
});

/** A node to which the store's answers to questions come when the function is called. */
function slowToHear(parts: Partial<AssistantOptions> = {}): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { conversations } = own.side;
  const slow = {
    open: (by) => conversations.open(by),
    read: (id) => conversations.read(id),
    attend: (id) => conversations.attend(id),
    leave: (id) => conversations.leave(id),
    rate: (id, score, comment) => conversations.rate(id, score, comment),
    rateMessage: (id, messageId, value) => conversations.rateMessage(id, messageId, value),
    ask: async (id, question) => {
      const asked = await own.side.conversations.ask(id, question);
      await promise;
      return asked;
    },
  } satisfies Conversations;
  own = new Worker({ nodeId: "slow", store, clock, parts: { conversations: slow, ...parts } });
  return resolve;
}

test("S4 N1 a stray start that finds what a question has just started leaves it to the question", async () => {
  const hear = slowToHear();
  let release = () => {};
  own.side.wire.fate = (name) => {
    if (name === "start") release = own.side.wire.hold();
    return "done";
  };
  own.assistant.begin(conversationId);
  await everybodyWaits();
  own.side.wire.mend();
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  release();
  for (let i = 0; i < 20; i++) await everybodyWaits();
  hear();
  await asked;
  await pass(clock, 500, 20);
  expect(own.told.filter((kind) => kind === "turn-started")).toHaveLength(1);
  expect(own.relay.attempts).toHaveLength(1);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "slow", epoch: 1 });
  expect(await store.engines.nodes.work("slow")).toEqual([conversationId]);
});

test("N1 A8 a start that found nothing, while a question brought its own, takes neither its listing nor its grant", async () => {
  const looking = Promise.withResolvers<void>();
  const hear = slowToHear({
    revive: async () => {
      await looking.promise;
      return "nothing";
    },
  });
  own.assistant.begin(conversationId);
  await everybodyWaits();
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  looking.resolve();
  await everybodyWaits();
  hear();
  await asked;
  await pass(clock, 500, 20);
  expect([own.assistant.liveCount, own.admission.isBusy]).toEqual([1, true]);
  expect(await store.engines.nodes.work("slow")).toEqual([conversationId]);
});

test("N1 a conversation is busy until its listing and its start have both been heard of", async () => {
  const listed = Promise.withResolvers<void>();
  own = new Worker({
    nodeId: "own",
    store,
    clock,
    parts: { work: { take: () => listed.promise, drop: async () => {} } },
  });
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  expect((await runningIn(store, conversationId)).state).toBe("starting");
  expect([...own.assistant.busy]).toEqual([conversationId]);
  listed.resolve();
  await asked;
  expect([...own.assistant.busy]).toEqual([conversationId]);
});

test("N3 a node that leaves waits for a question that brings its start along", async () => {
  const hear = slowToHear();
  const asked = own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await everybodyWaits();
  let isDrained = false;
  const drained = own.assistant.drain(new AbortController().signal, "lost").then(() => {
    isDrained = true;
  });
  await everybodyWaits();
  expect(isDrained).toBe(false);
  hear();
  await asked;
  await everybodyWaits();
  expect([isDrained, own.assistant.liveCount]).toEqual([false, 1]);
  own.relay.last.write("whole");
  own.relay.last.end();
  await drained;
});

test("X5 what breaks as an answer begins is told, its question is stored all the same, and it is tried later", async () => {
  let broken = true;
  const parts: Partial<AssistantOptions> = {
    service: () => {
      if (broken) throw new Error("broken");
      return { chain: ["claude-sonnet-4-5"], maxTokens: 1_024, rounds: 10, tools: true };
    },
  };
  own = new Worker({ nodeId: "own", store, clock, parts });
  expect(await own.assistant.ask(conversationId, { messageId: "m1", text: "?" })).toMatchObject({ repeated: false });
  await everybodyWaits();
  expect(own.faults).toEqual([new Error("broken")]);
  broken = false;
  await pass(clock, 61_000, 500);
  expect(own.assistant.liveCount).toBe(1);
});

test("S5 a question whose start the store could not be asked for is begun when it can, and that is nobody's fault", async () => {
  await ask(own, "one");
  await ask(own, "two");
  own.side.wire.fate = (name) => (name === "start" ? "undone" : "done");
  await endAnswer();
  await pass(clock, 3_000);
  expect(own.relay.attempts).toHaveLength(1);
  own.side.wire.mend();
  await pass(clock, 500);
  expect([own.relay.attempts.length, own.faults]).toEqual([2, []]);
});

test("N3 a node that leaves does not wait for a store that is away", async () => {
  await ask(own, "one");
  await ask(own, "two");
  own.side.wire.fate = (name) => (name === "start" ? "undone" : "done");
  await endAnswer();
  await pass(clock, 100);
  expect([...own.assistant.busy]).toEqual([conversationId]);
  await own.assistant.drain(AbortSignal.abort(), "lost");
  expect(own.assistant.busy.size).toBe(0);
});

/** The node has no line but its own from now on; those of the others that it knows are paused for so long. */
async function loseLine(pausedMs: number): Promise<void> {
  if (pausedMs > 0) await store.engines.line.steer({ pause: { classes: ["guest"], ms: pausedMs } });
  await pass(clock, 300, 20);
  own.side.wire.fate = (step) => (step.startsWith("line ") ? "undone" : "done");
}

/** Somebody else asks, and is answered. */
async function answerAnother(): Promise<void> {
  conversationId = (await own.side.conversations.open(caller("wang"))).conversationId;
  await ask(own);
  await endAnswer();
}

const work = () => store.engines.nodes.work("own");

test("N1 A12 what waits in a node's own line alone is listed as its work", async () => {
  await loseLine(3_000);
  await own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  expect(await work()).toEqual([conversationId]);
  own.side.wire.mend();
  await pass(clock, 4_000, 20);
  await endAnswer();
  expect([await work(), (await answers()).length]).toEqual([[], 1]);
});

test("N1 A12 it stays listed when the answer ends behind which it waits", async () => {
  await ask(own, "m0");
  await loseLine(3_000);
  await own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await endAnswer();
  await pass(clock, 300, 20);
  expect([await work(), (await answers()).length]).toEqual([[conversationId], 1]);
  own.side.wire.mend();
  await pass(clock, 4_000, 20);
  await endAnswer();
  await pass(clock, 300, 20);
  expect([await work(), (await answers()).length]).toEqual([[], 2]);
});

test("N1 A12 what was answered while the line was away is no node's work when it is back", async () => {
  await loseLine(0);
  await ask(own);
  await endAnswer();
  expect(await work()).toEqual([conversationId]);
  own.side.wire.mend();
  await pass(clock, 1_000, 20);
  await answerAnother();
  expect(await work()).toEqual([]);
});

test("N1 A12 what was taken back while it waited in the node's own line is no node's work either", async () => {
  await loseLine(3_000);
  const { turnId } = await own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  own.side.wire.mend();
  await pass(clock, 500, 20);
  await own.assistant.stop({ conversationId, turnId: turnId ?? "" });
  expect(await work()).toEqual([conversationId]);
  await pass(clock, 4_000, 20);
  await answerAnother();
  expect(await work()).toEqual([]);
});

test("S5 A12 a start of the node's own line that breaks when the line of all nodes is back is made once more", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let starts = 0;
  const { turns } = own.side;
  const { start } = turns;
  own.admission.close();
  const breaking = Object.assign(Object.create(turns), {
    start: async (id: string) => {
      if (starts++ > 0) return start.call(turns, id);
      await promise;
      throw new Error("broken once");
    },
  });
  own = new Worker({ nodeId: "own", store, clock, parts: { turns: breaking } });
  await loseLine(1_000);
  await own.assistant.ask(conversationId, { messageId: "m1", text: "?" });
  await pass(clock, 1_500, 20);
  own.side.wire.mend();
  await pass(clock, 500, 20);
  resolve();
  await pass(clock, 1_000, 20);
  expect([starts, own.faults.map(String)]).toEqual([2, ["Error: broken once"]]);
  await endAnswer();
  expect(await answers()).toEqual([["first", "completed"]]);
});

test("N1 A8 an answer that another node has taken over is left to it, also where the line that knew it was lost", async () => {
  await ask(own);
  await pass(clock, 300, 20);
  // It sleeps, and is held for dead.
  own.admission.leave();
  store.dead.add("own");
  await store.engines.line.recover("own", []);
  await pass(clock, 600, 20);
  store.dead.delete("own");
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other", epoch: 2 });
  await store.loseLine();
  await pass(clock, 600, 20);
  own.admission.back();
  await own.assistant.reclaim();
  await pass(clock, 2_000, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other", epoch: 2 });
  expect(own.relay.attempts.length).toBe(1);
});
