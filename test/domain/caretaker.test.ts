import { beforeEach, expect, test } from "vitest";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";
import { runningIn, Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let dead: Worker;
let heir: Worker;

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  dead = new Worker({ nodeId: "dead", store, clock });
  heir = new Worker({ nodeId: "heir", store, clock });
  await store.engines.nodes.beat("dead", true);
});

/** A customer of the node asks. */
async function ask(worker: Worker, name: string, text = "?"): Promise<string> {
  const { conversationId } = await worker.side.conversations.open(caller(name));
  await worker.assistant.ask(conversationId, { messageId: `${name}-${text}`, text });
  await everybodyWaits();
  return conversationId;
}

/** A node finds another one dead, and what follows from that happens. */
async function care(worker: Worker): Promise<void> {
  await worker.caretaker.care("dead");
  await pass(clock, 600, 20);
}

/** The process is gone: what it has logged so far is all there is of it. */
async function die(worker: Worker): Promise<void> {
  await pass(clock, 200);
  worker.side.wire.cut();
  await store.engines.nodes.leave(worker.nodeId);
  store.dead.add(worker.nodeId);
}

const messages = async (conversationId: string) =>
  (await store.stored(conversationId)).messages.map(({ author, text, outcome }) => [author, text, outcome]);

const buried = async () => (await store.engines.nodes.beat("heir", true)).buried;

test("N2 S8 a dead node's answer goes on from the text that was logged, and ends", async () => {
  const conversationId = await ask(dead, "li");
  dead.relay.last.write("The tide comes ");
  await die(dead);
  await care(heir);
  await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir", epoch: 2 });
  expect(heir.relay.last.request.messages.at(-1)).toEqual({ role: "assistant", text: "The tide comes" });
  heir.relay.last.write(" at six.");
  heir.relay.last.end();
  await everybodyWaits();
  expect(await messages(conversationId)).toEqual([
    ["customer", "?", undefined],
    ["assistant", "The tide comes at six.", "completed"],
  ]);
});

test("A8 S4 a node that was only asleep can neither go on with nor end what was taken from it", async () => {
  const conversationId = await ask(dead, "li");
  dead.relay.last.write("old");
  await die(dead);
  await care(heir);
  await everybodyWaits();
  dead.side.wire.mend();
  dead.relay.last.write(" text");
  dead.relay.last.end();
  await pass(clock, 400);
  expect(dead.told.at(-1)).toBe("turn-lost");
  expect((await store.stored(conversationId)).logged).toBe("old");
  heir.relay.last.end();
  await everybodyWaits();
  expect((await messages(conversationId)).slice(1)).toEqual([["assistant", "old", "completed"]]);
});

test("N2 a question that had no answer yet is answered", async () => {
  const { conversationId } = await dead.side.conversations.open(caller("li"));
  await dead.side.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  await dead.side.nodes.take("dead", conversationId);
  await die(dead);
  await care(heir);
  await everybodyWaits();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir", epoch: 1 });
});

test("N2 A4 what was asked behind a running answer is answered after it", async () => {
  const conversationId = await ask(dead, "li", "one");
  await ask(dead, "li", "two");
  await die(dead);
  await care(heir);
  await everybodyWaits();
  for (const text of ["first", "second"]) {
    heir.relay.last.write(text);
    heir.relay.last.end();
    await everybodyWaits();
    // In the next round.
    clock.advance(25);
    await everybodyWaits();
  }
  expect((await messages(conversationId)).filter(([author]) => author === "assistant").map(([, text]) => text)).toEqual(
    ["first", "second"],
  );
});

test("N1 C2 two nodes that care for a dead one at once take over each answer once", async () => {
  const names = Array.from({ length: 40 }, (_, at) => `customer${at}`);
  const asked = await Promise.all(names.map((name) => ask(dead, name)));
  await die(dead);
  const other = new Worker({ nodeId: "other", store, clock });
  await Promise.all([care(heir), care(other)]);
  await everybodyWaits();
  const attempts = [...heir.relay.attempts, ...other.relay.attempts];
  expect(attempts).toHaveLength(40);
  for (const conversationId of asked) expect(await runningIn(store, conversationId)).toMatchObject({ epoch: 2 });
  for (const attempt of attempts) {
    attempt.write("answer");
    attempt.end();
  }
  await everybodyWaits();
  for (const conversationId of asked) {
    expect((await messages(conversationId)).slice(1)).toEqual([["assistant", "answer", "completed"]]);
  }
});

test("N1 a dead node's work is dropped, and it is forgotten, when all of it is taken over", async () => {
  const conversationId = await ask(dead, "li");
  await die(dead);
  expect(await buried()).toEqual(["dead"]);
  await care(heir);
  expect(await buried()).toEqual([]);
  expect(await store.engines.nodes.work("dead")).toEqual([]);
  expect(await store.engines.nodes.work("heir")).toEqual([conversationId]);
});

test("N4 an outage in the middle of it is nobody's fault, and the rest is taken over after it", async () => {
  const names = Array.from({ length: 5 }, (_, at) => `customer${at}`);
  const asked = await Promise.all(names.map((name) => ask(dead, name)));
  await die(dead);
  let raises = 0;
  heir.side.wire.fate = (name) => (name === "raise" && ++raises > 2 ? "undone" : "done");
  await care(heir);
  expect([heir.relay.attempts.length, heir.faults]).toEqual([2, []]);
  heir.side.wire.mend();
  await pass(clock, 600, 20);
  for (const conversationId of asked) expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir" });
  expect(heir.relay.attempts).toHaveLength(5);
});

test("N4 N1 an answer that was taken over without this node hearing of it is taken over by it once more", async () => {
  const conversationId = await ask(dead, "li");
  await die(dead);
  heir.side.wire.breakAt("raise", "unheard");
  await heir.caretaker.care("dead");
  await pass(clock, 60, 20);
  expect([(await runningIn(store, conversationId)).epoch, heir.relay.attempts.length]).toEqual([2, 0]);
  heir.side.wire.mend();
  await pass(clock, 600, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir", epoch: 3 });
  expect(heir.relay.attempts).toHaveLength(1);
});

test("N1 an answer that this node writes, and one that a living node writes, are left alone", async () => {
  const own = await ask(heir, "li");
  const others = await ask(dead, "wang");
  expect(await heir.caretaker.revive(own, false)).toBe("nothing");
  expect(await heir.caretaker.revive(others, false)).toBe("later");
  expect([(await runningIn(store, own)).epoch, (await runningIn(store, others)).epoch]).toEqual([1, 1]);
});

test("A8 a question that waits is told apart from an answer that is being written", async () => {
  const { conversationId } = await dead.side.conversations.open(caller("li"));
  await dead.side.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  expect(await heir.caretaker.revive(conversationId, false)).toBe("waiting");
});

test("S11 what is taken over is another node's until it is adopted, and is this one's from then on", async () => {
  const { turnId } = await runningIn(store, await ask(dead, "li"));
  await die(dead);
  heir.side.wire.fate = (name) => (name === "raise" ? "undone" : "done");
  await care(heir);
  expect(heir.adopted).toEqual([]);
  heir.side.wire.mend();
  await care(heir);
  expect(heir.adopted).toEqual([turnId]);
});

test("S11 what another node was faster to take over goes on to be shown as another's", async () => {
  await ask(dead, "li");
  await die(dead);
  const other = new Worker({ nodeId: "other", store, clock });
  await Promise.all([care(heir), care(other)]);
  expect([...heir.adopted, ...other.adopted]).toHaveLength(1);
});

test("N1 a conversation that cannot be read holds up no other, is told of, and tried again later", async () => {
  const names = Array.from({ length: 40 }, (_, at) => `customer${at}`);
  const [broken, ...asked] = await Promise.all(names.map((name) => ask(dead, name)));
  await die(dead);
  const fault = new Error("broken");
  const { read } = heir.side.conversations;
  heir.side.conversations.read = async (conversationId) => {
    if (conversationId === broken) throw fault;
    return read(conversationId);
  };
  await care(heir);
  await care(heir);
  for (const conversationId of asked) expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir" });
  expect(heir.faults).toEqual([fault]);
  heir.side.conversations.read = read;
  await pass(clock, 62_000, 500);
  expect(await runningIn(store, broken ?? "")).toMatchObject({ owner: "heir" });
});

test("N1 asked again while it cares for a node it does nothing, and a conversation that is gone needs no care", async () => {
  await store.engines.nodes.take("dead", "gone");
  await die(dead);
  const release = heir.side.wire.hold();
  const caring = heir.caretaker.care("dead");
  await care(heir);
  release();
  await caring;
  expect(heir.side.wire.calls.filter((name) => name === "work")).toHaveLength(1);
  expect([await buried(), heir.faults]).toEqual([[], []]);
});

test("N1 a failure that is no outage is told, and the answer is taken over later", async () => {
  const conversationId = await ask(dead, "li");
  await die(dead);
  const fault = new Error("broken");
  heir.side.wire.fate = (name) => {
    if (name === "raise") throw fault;
    return "done";
  };
  await care(heir);
  expect(heir.faults).toEqual([fault]);
  heir.side.wire.mend();
  await pass(clock, 62_000, 500);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "heir" });
});
