import { beforeEach, expect, test } from "vitest";
import type { FactName, FactPayload } from "../../src/contract/events.ts";
import type { Answer } from "../../src/domain/answer.ts";
import { Audience, type Viewer } from "../../src/domain/audience.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { attemptAborted, ended, newAnswer, raise } from "./answers.ts";

/** Somebody who writes down the facts, and the deltas with their places. */
class Reader implements Viewer {
  clogged = false;
  readonly facts: FactName[] = [];
  readonly deltas: [offset: number, text: string][] = [];

  send<N extends FactName>(name: N, payload: FactPayload<N>): void {
    this.facts.push(name);
    const { offset, text } = payload as { offset?: number; text?: string };
    if (offset !== undefined && text !== undefined) this.deltas.push([offset, text]);
  }
}

let clock: VirtualClock;
let muted: boolean;
let emptied: string[];
let audience: Audience;
let answer: Answer;

beforeEach(() => {
  clock = new VirtualClock();
  muted = false;
  emptied = [];
  const isMuted = () => muted;
  audience = new Audience({ clock, paceMs: () => 40, muted: isMuted, emptied: (id) => emptied.push(id) });
  answer = newAnswer();
});

function watch(seen?: { turnId: string; offset: number }): Reader {
  const reader = new Reader();
  audience.watch("c", reader, seen);
  return reader;
}

function start(): void {
  audience.step({ kind: "turn-started", answer, offset: 0 });
}

function write(...pieces: readonly string[]): void {
  for (const piece of pieces) {
    answer.append(piece);
    audience.text(answer, piece);
  }
}

test("N1 a muted node shows no text, and all of it, once, when it may speak again", () => {
  const reader = watch();
  start();
  write("a", "b");
  muted = true;
  write("c", "d");
  clock.advance(500);
  expect(reader.deltas).toEqual([[0, "a"]]);
  muted = false;
  clock.advance(100);
  expect(reader.deltas).toEqual([
    [0, "a"],
    [1, "bcd"],
  ]);
});

test("N1 a muted node shows nothing to one who catches up or comes late, nor when an attempt ends", () => {
  const slow = watch();
  start();
  slow.clogged = true;
  write("a");
  muted = true;
  slow.clogged = false;
  audience.catchUp("c", slow);
  const late = watch();
  write("b");
  audience.step(attemptAborted(answer));
  expect([slow.deltas, late.deltas]).toEqual([[], []]);
  muted = false;
  clock.advance(100);
  expect([slow.deltas, late.deltas]).toEqual([[[0, "ab"]], [[0, "ab"]]]);
});

test("N1 S5 an end is stored and told by a muted node too, and what it held back is not", () => {
  const reader = watch();
  start();
  muted = true;
  write("void");
  audience.step(ended(answer));
  muted = false;
  clock.advance(500);
  expect([reader.facts, reader.deltas]).toEqual([["turn:started", "turn:ended"], []]);
});

test("N1 S4 text that was held back and is cut away by a later epoch is never shown", () => {
  const reader = watch();
  start();
  write("abc");
  muted = true;
  write("void");
  audience.step(raise(answer, 3));
  muted = false;
  write("new");
  clock.advance(100);
  expect(reader.deltas).toEqual([
    [0, "abc"],
    [3, "new"],
  ]);
});

test("S7 S11 who is shown an answer that another node writes is sent what is appended from then on", () => {
  answer.append("abc");
  audience.follow(answer);
  const reader = watch({ turnId: "t", offset: 3 });
  write("d");
  expect(reader.deltas).toEqual([[3, "d"]]);
  expect(reader.facts).toEqual(["turn:delta"]);
});

test("S4 an answer that another node writes is shown on when this node's own is lost late", () => {
  const reader = watch();
  start();
  const own = answer;
  answer = newAnswer("ab");
  audience.step(raise(answer, 2));
  audience.step({ kind: "turn-lost", answer: own });
  write("c");
  expect(reader.deltas).toEqual([
    [0, "ab"],
    [2, "c"],
  ]);
});

test("S1 S4 text that was held back when another writer went on behind it is shown at once", () => {
  const reader = watch();
  start();
  write("The price is ");
  clock.advance(10);
  write("100");
  const whole = newAnswer("The price is 100 EUR");
  audience.step(raise(whole, 20));
  expect(reader.deltas.slice(1)).toEqual([[13, "100 EUR"]]);
  expect(reader.facts.slice(-2)).toEqual(["turn:started", "turn:delta"]);
});

test("S7 a conversation is watched from the first who looks to the last who leaves, and that is told once", () => {
  expect(audience.isWatched("c")).toBe(false);
  const leave = [audience.watch("c", new Reader()), audience.watch("c", new Reader())];
  expect([...audience.watched]).toEqual(["c"]);
  leave[0]?.();
  expect([audience.isWatched("c"), emptied]).toEqual([true, []]);
  leave[1]?.();
  leave[1]?.();
  expect([audience.isWatched("c"), emptied]).toEqual([false, ["c"]]);
});

test("S7 who left before empties nothing when others look by then", () => {
  const leave = audience.watch("c", new Reader());
  leave();
  watch();
  leave();
  expect([audience.isWatched("c"), emptied]).toEqual([true, ["c"]]);
});

test("S4 text of an answer that is shown as another node's by now is shown by nobody", () => {
  const reader = watch();
  start();
  const former = answer;
  answer = newAnswer();
  start();
  former.append("stale");
  audience.text(former, "stale");
  write("new");
  expect(reader.deltas).toEqual([[0, "new"]]);
});

test("H1 an answer that was silenced stays silent for a page that comes late", () => {
  start();
  audience.silence(answer.ref);
  const reader = watch();
  audience.follow(answer);
  write("a");
  clock.advance(100);
  expect(reader.deltas).toEqual([]);
});

test("H1 an answer that was silenced stays silent, whoever goes on with it", () => {
  const reader = watch();
  start();
  write("one");
  audience.silence(answer.ref);
  write("two");
  answer = newAnswer();
  start();
  write("three");
  expect(reader.deltas).toEqual([[0, "one"]]);
});
