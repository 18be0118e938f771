import { beforeEach, expect, test } from "vitest";
import type { Answer } from "../../src/domain/answer.ts";
import { Herald } from "../../src/domain/herald.ts";
import type { PeerMessage } from "../../src/domain/peers.ts";
import { Attendance } from "../../src/engines/redis/attendance.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { attemptAborted, ended, newAnswer, raise } from "./answers.ts";
import { Network } from "./network.ts";

let clock: VirtualClock;
let network: Network;
let watchers: Attendance;
let muted: boolean;
let paceMs: number;
let unstored: boolean;
let herald: Herald;
let answer: Answer;

beforeEach(() => {
  clock = new VirtualClock();
  network = new Network();
  watchers = new Attendance(() => "owner");
  muted = false;
  paceMs = 40;
  unstored = false;
  const peers = network.join("owner", () => {});
  const asked = { paceMs: () => paceMs, muted: () => muted, unstored: () => unstored };
  herald = new Herald({ peers, watchers, clock, ...asked });
  answer = newAnswer();
});

function start(): void {
  herald.step({ kind: "turn-started", answer, offset: 0 });
}

function write(...pieces: readonly string[]): void {
  for (const piece of pieces) {
    answer.append(piece);
    herald.text(answer);
  }
}

function want(from: string, epoch: number, offset: number): void {
  herald.wanted(from, { kind: "wanted", ref: answer.ref, epoch, offset });
}

/** The pieces that were sent to a node, each with its place. */
function texts(nodeId = "two"): [offset: number, text: string][] {
  const sent = network.sent.filter(({ to }) => to === nodeId).map(({ message }) => message);
  return sent.flatMap((message) => (isText(message) ? [[message.offset, message.text] as [number, string]] : []));
}

function isText(message: PeerMessage): message is Extract<PeerMessage, { kind: "text" | "slice" }> {
  return message.kind === "text" || message.kind === "slice";
}

test("S7 while no other node looks, 10,000 pieces of text, their beginning and their end send nothing", () => {
  start();
  for (let at = 0; at < 10_000; at++) write("潮");
  clock.advance(1_000);
  herald.step(ended(answer));
  expect(network.sent).toEqual([]);
});

test("S7 only those who look at a conversation are told of it, each of every step", () => {
  watchers.add("c", "two");
  watchers.add("c", "three");
  watchers.add("another", "four");
  start();
  write("a");
  herald.step(ended(answer));
  const whole = ["started", "text", "ended"];
  expect(["two", "three", "four"].map((nodeId) => network.sentTo(nodeId))).toEqual([whole, whole, []]);
});

test("S1 S6 the first text leaves before the call that brought it returns", () => {
  watchers.add("c", "two");
  start();
  write("a");
  expect(texts()).toEqual([[0, "a"]]);
});

test("S1 text that comes faster than the pace leaves together when the pace is over", () => {
  watchers.add("c", "two");
  start();
  write("a", "b", "c");
  clock.advance(39);
  expect(texts()).toHaveLength(1);
  clock.advance(1);
  expect(texts()).toEqual([
    [0, "a"],
    [1, "bc"],
  ]);
});

test("S1 no text waits longer than 100 ms, whatever pace is asked for", () => {
  paceMs = 10_000;
  watchers.add("c", "two");
  start();
  write("a", "b");
  clock.advance(100);
  expect(texts()).toHaveLength(2);
});

test("S1 the end, and the end of an attempt, bring what was held back, before them", () => {
  watchers.add("c", "two");
  start();
  write("a", "b");
  herald.step(attemptAborted(answer));
  write("c");
  herald.step(ended(answer));
  expect(network.sentTo("two")).toEqual(["started", "text", "text", "text", "ended"]);
});

test("S3 S7 who asks in the middle is given the text from its place on, and from then on every piece once", () => {
  start();
  write("abc");
  want("two", 1, 2);
  write("d");
  clock.advance(40);
  expect(texts()).toEqual([
    [2, "c"],
    [3, "d"],
  ]);
});

test("S3 whoever looks already is not sent again what another node asks for", () => {
  watchers.add("c", "three");
  start();
  write("abc", "d");
  want("two", 0, 0);
  clock.advance(40);
  expect(texts("two")).toEqual([[0, "abcd"]]);
  expect(texts("three")).toEqual([
    [0, "abc"],
    [3, "d"],
  ]);
});

test("S4 who knows an earlier epoch is given the text from where the later ones parted from it", () => {
  start();
  write("abcdef");
  herald.step(raise(answer, 3));
  write("XYZ");
  want("two", 1, 6);
  expect(network.sent.at(-1)?.message).toMatchObject({ kind: "slice", offset: 3, text: "XYZ", starts: answer.starts });
});

test("S4 a raised epoch goes on from where it begins, and what was held back of the one before is not told", () => {
  watchers.add("c", "two");
  start();
  write("abc", "def");
  herald.step(raise(answer, 4));
  write("E");
  clock.advance(100);
  expect(texts()).toEqual([
    [0, "abc"],
    [4, "E"],
  ]);
  expect(network.sent.at(-1)?.message).toMatchObject({ epoch: 2 });
});

test("S7 an answer that is not written here is said to be absent", () => {
  want("two", 1, 0);
  expect(network.sentTo("two")).toEqual(["absent"]);
});

test("S7 a node at which nobody looks any more is sent nothing", () => {
  watchers.add("c", "two");
  start();
  write("a");
  watchers.remove("c", "two");
  write("b");
  clock.advance(100);
  herald.step(ended(answer));
  expect(network.sentTo("two")).toEqual(["started", "text"]);
});

test("N1 a muted node sends no text, not to who asks for it either, and loses nothing", () => {
  watchers.add("c", "two");
  start();
  write("a");
  muted = true;
  write("b");
  clock.advance(500);
  write("c");
  want("three", 0, 0);
  clock.advance(500);
  expect([texts("two"), network.sentTo("three")]).toEqual([[[0, "a"]], []]);
  muted = false;
  clock.advance(100);
  expect(texts()).toEqual([
    [0, "a"],
    [1, "bc"],
  ]);
});

test("S4 of an answer that was lost nothing more is told, and it is said to be absent", () => {
  watchers.add("c", "two");
  start();
  write("a", "b");
  herald.step({ kind: "turn-lost", answer });
  write("c");
  clock.advance(100);
  want("two", 1, 0);
  expect(network.sentTo("two")).toEqual(["started", "text", "absent"]);
});

test("S4 what this node writes anew is told on when the answer before it is lost late", () => {
  watchers.add("c", "two");
  const former = answer;
  start();
  answer = newAnswer("abc");
  herald.step(raise(answer, 3));
  herald.step({ kind: "turn-lost", answer: former });
  write("d");
  expect(texts()).toEqual([[3, "d"]]);
});

test("C2 N4 a question is told to those who look, unless it is not stored yet", () => {
  watchers.add("c", "two");
  const message = { messageId: "m", author: "customer", text: "?", at: 0 } as const;
  herald.step({ kind: "message-added", conversationId: "c", message });
  unstored = true;
  herald.step({ kind: "message-added", conversationId: "c", message: { ...message, messageId: "m2" } });
  expect(network.sent.map((letter) => letter.message)).toEqual([{ kind: "added", conversationId: "c", message }]);
});
