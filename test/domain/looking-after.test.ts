import { beforeEach, expect, test } from "vitest";
import { classes } from "../../src/domain/line.ts";
import { Outage } from "../../src/domain/outage.ts";
import { caller } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SharedStore } from "./shared-store.ts";
import { pass } from "./stoppable-clock.ts";
import { runningIn, Worker } from "./worker.ts";

let clock: VirtualClock;
let store: SharedStore;
let own: Worker;
let other: Worker;
/** What was to be looked after at the first node, each time. */
let looks: (readonly string[])[];

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  [own, other] = ["own", "other"].map((nodeId) => new Worker({ nodeId, store, clock })) as [Worker, Worker]; // CAST: two
  looks = [];
  const { lookAfter } = own.caretaker;
  own.caretaker.lookAfter = (conversationIds) => {
    looks.push(conversationIds);
    return lookAfter.call(own.caretaker, conversationIds);
  };
});

async function open(name: string): Promise<string> {
  const { conversationId } = await own.side.conversations.open(caller(name));
  return conversationId;
}

async function ask(by: Worker, conversationId: string, messageId = "m1"): Promise<void> {
  await by.assistant.ask(conversationId, { messageId, text: "?" });
  await pass(clock, 100, 20);
}

/** The other node answers, and something was asked behind that here. */
async function held(name: string): Promise<string> {
  const conversationId = await open(name);
  await ask(other, conversationId);
  await ask(own, conversationId, "m2");
  return conversationId;
}

async function lose(): Promise<void> {
  await store.loseLine();
  await pass(clock, 1_500, 20);
}

/** Nothing begins from now on. */
const pause = () => store.engines.line.steer({ pause: { classes, ms: 600_000 } });

const silent = { nodeId: "nobody", room: 0, taken: [], begun: [], ended: [], leftSeen: 0 };

function never(): never {
  throw new Error("it could not be raised");
}

const guest = (conversationId: string) => ({ conversationId, class: "guest" }) as const;

test("A12 when the line was lost, what was left to it is looked after: asked behind an answer, put back, of a dead node", async () => {
  const behind = await held("li");
  await own.admission.enter(guest("put back"));
  await own.admission.defer("put back", 60_000);
  await pause();
  await own.admission.recover("dead", [guest("dead node's")]);
  await lose();
  expect(looks).toEqual([[behind, "put back", "dead node's"]]);
  // And once more when that one is.
  await lose();
  expect(looks.length).toBe(2);
});

test("A12 so it is when the line was out of reach", async () => {
  const behind = await held("li");
  own.side.wire.fate = (step) => (step.startsWith("line ") ? "undone" : "done");
  await pass(clock, 1_000, 20);
  expect(looks).toEqual([]);
  own.side.wire.mend();
  await pass(clock, 1_000, 20);
  expect(looks).toEqual([[behind]]);
});

test("A12 nobody looks after what this node has been granted since, or what was left to the line long ago", async () => {
  await held("long ago");
  await pass(clock, 125_000, 1_000);
  await own.admission.enter(guest("put back"));
  await own.admission.defer("put back", 100);
  await pass(clock, 5_000, 20);
  const behind = await held("li");
  await lose();
  expect(looks).toEqual([[behind]]);
});

test("A12 S5 what waits and stands in no line is entered, and answered", async () => {
  const conversationId = await open("li");
  await store.engines.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  await own.caretaker.lookAfter(["gone", conversationId]);
  await pass(clock, 100, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own" });
  expect(own.faults).toEqual([]);
});

test("A8 A12 what a dead node had begun and is in no line is taken up, what a living one writes is left to it", async () => {
  const [one, two, idle] = [await open("li"), await open("wang"), await open("zhao")];
  for (const conversationId of [one, two]) await ask(other, conversationId);
  await store.loseLine();
  await own.caretaker.lookAfter([one, idle]);
  await pass(clock, 100, 20);
  expect((await store.engines.line.round(silent)).waiting).toBe(0);
  expect([own.admission.isBusy, own.relay.attempts]).toEqual([false, []]);
  other.admission.close();
  other.side.wire.cut();
  store.dead.add("other");
  await own.caretaker.lookAfter([one, two, idle]);
  await pass(clock, 2_000, 20);
  for (const id of [one, two]) expect(await runningIn(store, id)).toMatchObject({ owner: "own", epoch: 2 });
});

test("A8 A12 whose node was never seen, and cannot be told to be dead yet, is looked at once more", async () => {
  const conversationId = await open("li");
  await ask(other, conversationId);
  other.admission.close();
  other.side.wire.cut();
  await store.loseLine();
  await own.caretaker.lookAfter([conversationId]);
  store.dead.add("other");
  await pass(clock, 4_900, 100);
  expect(own.relay.attempts).toEqual([]);
  await pass(clock, 2_000, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own", epoch: 2 });
});

test("A8 A12 an answer that was handed back into a line that is lost is taken up again", async () => {
  const conversationId = await open("li");
  await ask(own, conversationId);
  own.relay.last.write("half");
  await store.engines.line.steer({ pause: { classes, ms: 60_000 } });
  const [turn] = [await runningIn(store, conversationId)];
  await own.assistant.lose(turn.turnId);
  await pass(clock, 100, 20);
  await lose();
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "own", epoch: 2 });
  expect(own.relay.attempts.length).toBe(2);
});

test("A4 N4 where a store was lost that knew what runs, nothing is begun beside what this node writes", async () => {
  const conversationId = await open("li");
  await ask(own, conversationId);
  own.relay.last.write("one");
  const forget = () => Object.assign(store.engines.world.find(conversationId) ?? {}, { runningTurnId: null });
  await store.loseLine();
  forget();
  // Granted at once by a line that knows nothing either.
  await ask(own, conversationId, "m2");
  own.assistant.begin(conversationId);
  await pass(clock, 2_000, 20);
  expect(own.relay.attempts.length).toBe(1);
  own.relay.last.end();
  await pass(clock, 2_000, 20);
  expect(own.relay.attempts.length).toBe(2);
  own.relay.last.write("two");
  own.relay.last.end();
  await pass(clock, 2_000, 20);
  const { messages, running, waiting } = await store.stored(conversationId);
  expect([messages.map(({ text }) => text), running, waiting]).toEqual([["?", "?", "one", "two"], null, null]);
});

test("S4 N4 what is void up to an epoch is no answer that this node has raised meanwhile", async () => {
  const conversationId = await open("li");
  await ask(own, conversationId);
  const { turnId } = await runningIn(store, conversationId);
  const heard = own.side.wire.hold();
  const reclaiming = own.assistant.reclaim();
  const losing = own.assistant.lose(turnId, 1);
  heard();
  await Promise.all([reclaiming, losing]);
  expect(own.assistant.live(turnId)?.epoch).toBe(2);
  await own.assistant.lose(turnId, 1);
  expect(own.relay.attempts.map(({ aborted }) => aborted)).toEqual([false]);
  await own.assistant.lose(turnId, 2);
  expect(own.relay.attempts.map(({ aborted }) => aborted)).toEqual([true]);
});

test("H1 A12 what a person answers is not looked after", async () => {
  const conversationId = await open("li");
  await store.engines.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  const conversation = await store.stored(conversationId);
  const { conversations } = own.side;
  conversations.read = async () => ({ ...conversation, responder: { kind: "agent", agentId: "chen", name: "Chen" } });
  await own.caretaker.lookAfter([conversationId]);
  await pass(clock, 100, 20);
  expect(own.relay.attempts).toEqual([]);
});

test("A12 a conversation that cannot be read holds up no other; where the store was away it is looked at once more", async () => {
  const ids = await Promise.all(Array.from({ length: 80 }, (_, at) => open(`c${at}`)));
  for (const id of ids) await store.engines.conversations.ask(id, { messageId: `m${id}`, text: "?" });
  const [away = "", broken = "", ...others] = ids;
  const { conversations } = own.side;
  const { read } = conversations;
  const faults = new Map([
    [away, new Outage()],
    [broken, new Error("broken")],
  ]);
  conversations.read = async (id) => {
    const fault = faults.get(id);
    if (fault) throw fault;
    return read.call(conversations, id);
  };
  await own.caretaker.lookAfter(ids);
  await pass(clock, 100, 20);
  expect(own.relay.attempts.length).toBe(others.length);
  expect(own.faults.map(String)).toEqual(["Error: broken"]);
  faults.clear();
  await pass(clock, 5_000, 100);
  expect(own.relay.attempts.length).toBe(others.length + 1);
  expect(await runningIn(store, away)).toMatchObject({ owner: "own" });
});

test("A2 A12 what is looked after waits in its customer's own class", async () => {
  const vip = { ...caller("li"), class: "vip" } as const;
  const { conversationId } = await store.engines.conversations.open(vip);
  await store.engines.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  await pause();
  await own.caretaker.lookAfter([conversationId]);
  await pass(clock, 100, 20);
  expect(await store.engines.line.find(conversationId)).toMatchObject({ at: { class: "vip" } });
});

test("S5 A12 a node that leaves looks at nothing any more", async () => {
  const conversationId = await open("li");
  await ask(other, conversationId);
  other.admission.close();
  await own.caretaker.lookAfter([conversationId]);
  store.dead.add("other");
  own.caretaker.close();
  await pass(clock, 6_000, 100);
  expect(own.side.wire.calls.filter((call) => call === "read").length).toBe(1);
});

test.each([
  { how: "at once", fails: false },
  { how: "after it was tried again", fails: true },
])(
  "A4 S4 an answer that another node has ended, $how, is over in the line: its start is no other one's",
  async ({ fails }) => {
    const conversationId = await open("li");
    await ask(own, conversationId);
    if (fails) own.relay.last.fail("overloaded");
    await pass(clock, 2_000, 20);
    own.relay.last.write("half");
    const raised = await store.engines.turns.raise(await runningIn(store, conversationId), 1, 0);
    await store.engines.turns.end(raised ?? never(), 2, { outcome: "stopped", text: "half" });
    own.relay.last.end();
    await pass(clock, 100, 20);
    expect(own.told.at(-1)).toBe("turn-lost");
    expect((await store.engines.line.round(silent)).waiting).toBe(0);
    expect(own.admission.isBusy).toBe(false);
  },
);

test("S4 A12 a start of the next line leaves the answer to the node that has taken it over", async () => {
  const conversationId = await open("li");
  await ask(own, conversationId);
  own.relay.last.write("half");
  await lose();
  // It is granted a start there, for nobody knows of the answer that it writes.
  await ask(own, conversationId, "m2");
  await other.assistant.adopt(await runningIn(store, conversationId), "half");
  await pass(clock, 100, 20);
  own.relay.last.end();
  await pass(clock, 3_000, 20);
  expect(await runningIn(store, conversationId)).toMatchObject({ owner: "other", epoch: 2 });
  expect([own.relay.attempts.length, other.relay.attempts.length]).toEqual([1, 1]);
  other.relay.last.write(" and half");
  other.relay.last.end();
  await pass(clock, 5_000, 20);
  const { waiting, running } = await store.stored(conversationId);
  expect([waiting, running?.turnId]).toEqual([null, expect.anything()]);
  // Nothing is owed beyond that.
  for (const { relay } of [own, other]) {
    if (relay.last.aborted) continue;
    relay.last.write("more");
    relay.last.end();
  }
  await pass(clock, 60, 20);
  const round = await store.engines.line.round(silent);
  expect([round.waiting, own.admission.isBusy, other.admission.isBusy]).toEqual([0, false, false]);
});
