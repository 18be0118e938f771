import { beforeEach, expect, test } from "vitest";
import type { Message } from "../../src/contract/shapes.ts";
import type { Conversation } from "../../src/domain/conversations.ts";
import {
  afterAsking,
  afterEnding,
  afterHearing,
  afterRestoring,
  afterStarting,
  isOvertaken,
  KnownConversations,
} from "../../src/domain/known.ts";
import type { PeerMessage } from "../../src/domain/peers.ts";
import { ended, newAnswer, turnOf } from "./answers.ts";

const written = new Set<string>();
let known: KnownConversations;

beforeEach(() => {
  written.clear();
  known = new KnownConversations((turnId) => written.has(turnId), 3_600_000);
});

const question = (messageId: string, text = "?", at = 0): Message => ({ messageId, author: "customer", text, at });

function conversation(name: string, messages: readonly Message[] = []): Conversation {
  const nothing = { running: null, waiting: null, logged: "", found: [], page: undefined };
  return { conversationId: name, customerId: `of-${name}`, responder: { kind: "assistant" }, messages, ...nothing };
}

test("N4 conversations beyond 5,000 are forgotten, those that were quiet longest first", () => {
  for (let at = 0; at < 5_000; at++) known.note(conversation(`c${at}`));
  known.change("c0", (same) => same);
  known.note(conversation("one more"));
  expect(["c0", "c1", "c2"].map((id) => known.get(id) !== null)).toEqual([true, false, true]);
  expect(known.ofCustomer("of-c1")).toBeNull();
});

test("N4 of those in which a question waits none is forgotten for the sake of others, up to fifty thousand", () => {
  const waiting = (name: string) => ({ ...conversation(name), waiting: { ...turnOf(`t-${name}`, "node"), epoch: 0 } });
  for (let at = 0; at < 50_000; at++) known.note(waiting(`w${at}`));
  for (let at = 0; at < 5_001; at++) known.note(conversation(`c${at}`));
  expect(["w0", "c0", "c1"].map((id) => known.get(id) !== null)).toEqual([true, false, true]);
  known.note(waiting("one more"));
  expect(["w0", "w1"].map((id) => known.get(id) !== null)).toEqual([false, true]);
  // It waits no longer.
  known.note(conversation("w1"));
  expect(["c1", "c2"].map((id) => known.get(id) !== null)).toEqual([false, true]);
});

test("N4 the text of those in which a question waits makes nobody else forgotten", () => {
  const text = "x".repeat(1_000_000);
  for (let at = 0; at < 51; at++) {
    const waiting = { ...turnOf(`t${at}`, "node"), epoch: 0 };
    known.note({ ...conversation(`w${at}`, [question("m", text)]), waiting });
    if (at === 0) known.note(conversation("c0", [question("m", "?")]));
  }
  expect(["w0", "w1", "c0"].map((id) => known.get(id) !== null)).toEqual([false, true, true]);
});

test("C1 N4 a question of which nobody has told what became of it is forgotten after its conversation's life", () => {
  const waiting = (name: string, at: number) => ({
    ...conversation(name, [question("m", "?", at)]),
    waiting: { ...turnOf(`t-${name}`, "node"), epoch: 0 },
  });
  known.note(waiting("old", 1_000));
  known.note(waiting("later", 2_000));
  known.note(conversation("new", [question("m", "?", 3_601_000)]));
  expect(["old", "later", "new"].map((id) => known.get(id) !== null)).toEqual([false, true, true]);
});

test("N4 text beyond fifty million characters is forgotten, but never that of an answer which this node writes", () => {
  const text = "x".repeat(1_000_000);
  written.add("t0");
  known.note({ ...conversation("c0", [question("m", text)]), running: turnOf("t0", "node") });
  for (let at = 1; at <= 50; at++) known.note(conversation(`c${at}`, [question("m", text)]));
  expect(["c0", "c1", "c2"].map((id) => known.get(id) !== null)).toEqual([true, false, true]);
  known.note(conversation("c2"));
  known.note(conversation("c51", [question("m", text)]));
  expect(known.get("c3")).not.toBeNull();
});

test("N4 of a long conversation the latest sixty messages are kept, and it is given back as it came", () => {
  const long = conversation(
    "c",
    Array.from({ length: 100 }, (_, at) => question(`m${at}`)),
  );
  expect(known.note(long)).toBe(long);
  expect(known.get("c")?.messages.map(({ messageId }) => messageId)).toEqual(
    long.messages.slice(40).map(({ messageId }) => messageId),
  );
});

test("N4 those that this node answers, or in which something was said lately, are the ones that changed", () => {
  written.add("t");
  known.note({ ...conversation("answered", [question("m1", "?", 0)]), running: turnOf("t", "node") });
  known.note(conversation("lately", [question("m2", "?", 100)]));
  known.note(conversation("long ago", [question("m3", "?", 99)]));
  known.note(conversation("silent"));
  expect(known.changedSince(100).map(({ conversationId }) => conversationId)).toEqual(["answered", "lately"]);
});

test("A4 a conversation is known as asking, starting and ending leave it", () => {
  known.note(conversation("c"));
  known.change("c", afterAsking({ message: question("m1", "?", 1), turnId: "t", repeated: false }));
  known.change("c", afterAsking({ message: question("m2", "?", 2), turnId: "t", repeated: false }));
  expect(known.get("c")).toMatchObject({ waiting: { turnId: "t", epoch: 0, askedAt: 1 }, running: null });
  known.change("c", afterStarting(turnOf("t", "node")));
  known.change("c", afterAsking({ message: question("m3"), turnId: "next", repeated: false }));
  expect(known.get("c")).toMatchObject({ waiting: { turnId: "next" }, running: { turnId: "t", epoch: 1 } });
  known.change("c", afterEnding({ ...turnOf("t", "node"), state: "ended", answer: ended(newAnswer("a")).message }));
  expect(known.get("c")).toMatchObject({ waiting: { turnId: "next" }, running: null });
  expect(known.get("c")?.messages.map(({ messageId }) => messageId)).toEqual(["m1", "m2", "m3", "a-t"]);
});

test("C2 what was read meanwhile and included a message already is not added to it again", () => {
  const answer = ended(newAnswer("a")).message;
  known.note(conversation("c", [question("m1"), answer]));
  known.change("c", afterAsking({ message: question("m1"), turnId: "t", repeated: false }));
  known.change("c", afterEnding({ ...turnOf("t", "node"), state: "ended", answer }));
  expect(known.get("c")?.messages).toHaveLength(2);
});

test("H3 a question that was handed back unanswered is known as of the turn in which it is asked now", () => {
  known.note(conversation("c", [{ ...question("m1"), turnId: "t1" }, question("m2")]));
  for (const messageId of ["m1", "m2"])
    known.change("c", afterAsking({ message: { ...question(messageId), turnId: "t2" }, turnId: "t2", repeated: true }));
  expect(known.get("c")?.messages.map(({ turnId }) => turnId)).toEqual(["t2", "t2"]);
  expect(known.get("c")?.waiting?.turnId).toBe("t2");
});

/** What the node `other` tells. */
function hear(told: PeerMessage): void {
  const change = afterHearing("other", told);
  if (change) known.change("c", change);
}

const ref = { conversationId: "c", turnId: "t" };
const startedUnder = (epoch: number): PeerMessage => ({
  kind: "started",
  ref,
  starts: [{ epoch, offset: 0 }],
  model: "m",
});

test("N4 a conversation is known as what other nodes tell leaves it", () => {
  known.note(conversation("c"));
  hear({ kind: "added", conversationId: "c", message: { ...question("m1", "?", 7), turnId: "t" } });
  expect(known.get("c")).toMatchObject({ messages: [{ messageId: "m1" }], waiting: { turnId: "t", askedAt: 7 } });
  hear(startedUnder(1));
  expect(known.get("c")).toMatchObject({
    running: { turnId: "t", epoch: 1, owner: "other", askedAt: 7 },
    waiting: null,
  });
  hear({ kind: "text", ref, epoch: 1, offset: 0, text: "The tide" });
  const { message } = ended(newAnswer("a"));
  hear({ kind: "ended", end: { ref, epoch: 1, outcome: "completed", message, error: undefined } });
  expect(known.get("c")).toMatchObject({ running: null, waiting: null });
  expect(known.get("c")?.messages.map(({ messageId }) => messageId)).toEqual(["m1", message.messageId]);
});

test("S4 what other nodes tell too late changes nothing", () => {
  const answer = { ...ended(newAnswer("a")).message, turnId: "t" };
  known.note({ ...conversation("c"), running: { ...turnOf("t", "node"), epoch: 2 } });
  hear(startedUnder(1));
  hear({ kind: "added", conversationId: "c", message: { ...question("m1"), turnId: "t" } });
  expect(known.get("c")).toMatchObject({ running: { epoch: 2, owner: "node" }, waiting: null });
  known.note(conversation("c", [answer]));
  hear(startedUnder(1));
  hear({ kind: "added", conversationId: "c", message: { ...question("m1"), turnId: "t" } });
  expect(known.get("c")).toMatchObject({ running: null, waiting: null });
});

test("C1 what a conversation lacks is only what cannot have gone by itself", () => {
  const brief = new KnownConversations(() => false, 1_000);
  for (const each of [known, brief]) each.note(conversation("c", [question("m1", "?", 0)]));
  expect([known.missingIn(conversation("c"), 1_500), brief.missingIn(conversation("c"), 1_500)]).toEqual([
    known.get("c"),
    null,
  ]);
});

test("N4 S5 a question that waits as part of another turn is given back as part of it, should the store be lost again", () => {
  known.note(conversation("c"));
  known.change("c", afterAsking({ message: { ...question("m1"), turnId: "own" }, turnId: "own", repeated: false }));
  const given = known.get("c");
  if (given === null) throw new Error("it is not known");
  known.change("c", afterRestoring(given, { lost: [], merged: ["own"], waiting: "other", owner: "n" }));
  expect(known.get("c")).toMatchObject({
    waiting: { turnId: "other" },
    messages: [{ messageId: "m1", turnId: "other" }],
  });
});

test("N4 what this node writes is known as long as it does, whatever else runs there in a store that was lost", () => {
  const [own, other] = [turnOf("own", "node"), turnOf("other", "node")];
  known.note({ ...conversation("c"), running: own });
  written.add("own");
  known.note({ ...conversation("c"), running: other });
  expect(known.get("c")?.running).toEqual(own);
  known.change("c", afterStarting({ ...own, epoch: 2 }));
  expect(known.get("c")?.running).toMatchObject({ turnId: "own", epoch: 2 });
  // It runs nowhere else: the store can take it.
  expect(known.missingIn({ ...conversation("c"), running: null }, 0)).not.toBeNull();
  expect(known.missingIn({ ...conversation("c"), running: other }, 0)).toBeNull();
  const answer = { messageId: "a", author: "assistant", text: "", at: 0, turnId: "own" } as const;
  known.note({ ...conversation("c", [answer]), running: other });
  expect(known.get("c")?.running).toEqual(other);
});

test("N4 S4 what was begun without an owner is from then on the node's by whose id it was given back", () => {
  const { owner: _, ...turn } = turnOf("t", "node");
  const given = { ...conversation("c"), running: turn };
  known.note(given);
  const what = { lost: [], merged: [], waiting: null };
  for (const owner of ["first", "second"]) known.change("c", afterRestoring(given, { ...what, owner }));
  expect(known.get("c")?.running).toEqual({ ...turn, owner: "first" });
  const later = { ...turn, epoch: 2 };
  known.note({ ...given, running: later });
  known.change("c", afterRestoring(given, { ...what, owner: "third" }));
  expect(known.get("c")?.running).toEqual(later);
});

test("S4 N4 what the store knows to be void is not known any more, though it is still being written here", () => {
  const own = turnOf("own", "node");
  const given = { ...conversation("c"), running: own };
  known.note(given);
  written.add("own");
  const what = { lost: [{ turnId: "own", epoch: 1 }], merged: [], waiting: null, owner: "node" };
  known.correct("c", afterRestoring(given, what));
  expect(known.get("c")?.running).toBeNull();
});

test("N4 a question hides none that is open, but for one that was answered", () => {
  const waiting = { ...turnOf("w", "node"), epoch: 0 };
  const answer = { messageId: "a", author: "assistant", text: "", at: 0, turnId: "old" } as const;
  const seen = { ...conversation("c", [answer]), waiting };
  expect(["new", "w", "old"].map((turnId) => isOvertaken(seen, { turnId }))).toEqual([true, false, false]);
  expect(isOvertaken(seen, { turnId: null })).toBe(false);
});
