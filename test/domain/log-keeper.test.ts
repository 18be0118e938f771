import { beforeEach, expect, test } from "vitest";
import { Answer } from "../../src/domain/answer.ts";
import type { AnswerLog } from "../../src/domain/answer-log.ts";
import { LogKeeper } from "../../src/domain/log-keeper.ts";
import { startTurn } from "../engines/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { ended } from "./answers.ts";
import { SharedStore, StoreSide } from "./shared-store.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";

let clock: VirtualClock;
let store: SharedStore;
let side: StoreSide;
let keeper: LogKeeper;
let answer: Answer;
let faults: unknown[];

beforeEach(async () => {
  clock = new VirtualClock();
  let ids = 0;
  store = new SharedStore(clock, () => `id${ids++}`);
  side = new StoreSide(store, () => "owner");
  faults = [];
  keeper = new LogKeeper({ log: side.log, clock, onFault: (fault) => faults.push(fault) });
  answer = new Answer(await startTurn(side), "m");
  keeper.step({ kind: "turn-started", answer, offset: 0 });
  side.wire.calls.length = 0;
});

function write(piece: string): void {
  answer.append(piece);
  keeper.text(answer, piece);
}

async function raise(offset: number): Promise<void> {
  const turn = await side.turns.raise(answer.ref, answer.epoch, offset);
  if (turn === null) throw new Error("fenced");
  answer.raise(turn);
  keeper.step({ kind: "turn-started", answer, offset });
}

/** What another node would go on from. */
async function logged(): Promise<string> {
  return (await store.stored(answer.ref.conversationId)).logged;
}

const writes = () => side.wire.calls.filter((name) => name === "write").length;

test("S8 the text is written every 200 ms, all that came meanwhile at once", async () => {
  for (const piece of ["a", "b", "c"]) write(piece);
  clock.advance(199);
  await everybodyWaits();
  expect(writes()).toBe(0);
  await pass(clock, 1);
  expect([writes(), await logged()]).toEqual([1, "abc"]);
  write("d");
  await pass(clock, 200);
  expect([writes(), await logged()]).toEqual([2, "abcd"]);
});

test("S8 answers that come one after the other are written one after the other, those that are due almost together in one go", async () => {
  const others: Answer[] = [];
  for (const customerId of ["wang", "zhao"]) {
    const other = new Answer(await startTurn(side, customerId), "m");
    keeper.step({ kind: "turn-started", answer: other, offset: 0 });
    others.push(other);
  }
  const [second, third] = others;
  if (!second || !third) throw new Error("there are three");
  const writeTo = (other: Answer) => {
    other.append("x");
    keeper.text(other, "x");
  };
  write("a");
  clock.advance(20);
  writeTo(second);
  clock.advance(80);
  writeTo(third);
  const seen: number[] = [];
  for (let at = 100; at < 400; at += 10) {
    seen.push(writes());
    await pass(clock, 10);
  }
  expect(seen.filter((count, at) => count !== seen[at - 1])).toEqual([0, 2, 3]);
  expect(seen.indexOf(2) * 10 + 100).toBe(200);
  expect(seen.indexOf(3) * 10 + 100).toBe(300);
});

test("S8 an answer to which nothing is added is not written again", async () => {
  write("a");
  await pass(clock, 2_000);
  expect(writes()).toBe(1);
});

test("S6 the token loop waits for no write, however long one takes", async () => {
  const release = side.wire.hold();
  for (let at = 0; at < 1_000; at++) {
    write("a");
    clock.advance(1);
  }
  expect(answer.text.length).toBe(1_000);
  release();
  await pass(clock, 400);
  expect(await logged()).toBe(answer.text);
});

test("S8 of one answer one write is under way at a time, and what came meanwhile is one more", async () => {
  write("a");
  const release = side.wire.hold();
  for (let at = 0; at < 5; at++) {
    await pass(clock, 200);
    write("b");
  }
  expect(writes()).toBe(1);
  release();
  await pass(clock, 1_000);
  expect([writes(), await logged()]).toEqual([2, "abbbbb"]);
});

test("S8 half a character is held back until its other half has come", async () => {
  write("a\ud83c");
  await pass(clock, 200);
  expect(await logged()).toBe("a");
  write("\udf81");
  await pass(clock, 200);
  expect(await logged()).toBe("a🎁");
});

test("S8 N4 what could not be written is part of what is written next", async () => {
  write("a");
  side.wire.cut();
  await pass(clock, 200);
  write("b");
  await pass(clock, 200);
  expect(await logged()).toBe("");
  side.wire.mend();
  await pass(clock, 200);
  expect(await logged()).toBe("ab");
});

test("S8 N4 what was written without anybody hearing of it is written again, and is there once", async () => {
  side.wire.fate = () => "unheard";
  write("ab");
  await pass(clock, 200);
  side.wire.mend();
  write("c");
  await pass(clock, 200);
  expect([writes(), await logged()]).toEqual([2, "abc"]);
});

test("N4 an outage is nobody's fault, any other failure is told", async () => {
  side.wire.cut();
  write("a");
  await pass(clock, 200);
  expect(faults).toEqual([]);
  const fault = new Error("broken");
  side.wire.fate = () => {
    throw fault;
  };
  await pass(clock, 200);
  expect(faults).toEqual([fault]);
});

test("S4 S8 a raised epoch is logged from where it begins", async () => {
  write("abcdef");
  await pass(clock, 200);
  await raise(3);
  write("XY");
  await pass(clock, 200);
  expect(await logged()).toBe("abcXY");
});

test("S4 S8 an epoch that is raised before its text was written leaves no hole", async () => {
  write("abc");
  await pass(clock, 200);
  write("def");
  await raise(5);
  await pass(clock, 200);
  expect(await logged()).toBe("abcde");
  write("X");
  await pass(clock, 200);
  expect(await logged()).toBe("abcdeX");
});

test("S8 text of which nothing was said is written with what follows it", async () => {
  answer.append("ab");
  write("c");
  await pass(clock, 200);
  expect(await logged()).toBe("abc");
});

test("S8 N2 an answer that was taken over is written from where it was left", async () => {
  write("abcdef");
  await pass(clock, 200);
  const { log, turns } = new StoreSide(store, () => "next");
  const raised = await turns.raise(answer.ref, 1, 4);
  if (raised === null) throw new Error("fenced");
  const pieces: [epoch: number, offset: number, text: string][] = [];
  const noting: AnswerLog = {
    read: (turn) => log.read(turn),
    found: (turn) => log.found(turn),
    note: (ref, finding) => log.note(ref, finding),
    write: (ref, ...piece) => {
      pieces.push(piece);
      return log.write(ref, ...piece);
    },
  };
  keeper = new LogKeeper({ log: noting, clock, onFault: (fault) => faults.push(fault) });
  answer = new Answer(raised, "m", "abcd");
  keeper.step({ kind: "turn-started", answer, offset: 4 });
  write("XY");
  await pass(clock, 200);
  expect(pieces).toEqual([[2, 4, "XY"]]);
  expect(await logged()).toBe("abcdXY");
});

test("S8 N4 a log that was lost is written whole when that is asked for, whatever is being written", async () => {
  write("abc");
  await pass(clock, 200);
  const { conversationId } = answer.ref;
  const before = await store.stored(conversationId);
  write("d");
  const release = side.wire.hold();
  await pass(clock, 200);
  store.empty();
  await new StoreSide(store, () => "other").restore({
    conversation: before,
    turns: before.running ? [before.running] : [],
  });
  keeper.rewrite();
  release();
  await pass(clock, 200);
  expect(await logged()).toBe("abcd");
});

test("N3 whoever flushes waits for the write in progress and for all text so far", async () => {
  write("a");
  const release = side.wire.hold();
  await pass(clock, 200);
  write("b");
  let flushed = false;
  const flushing = keeper.flush().then(() => {
    flushed = true;
  });
  await everybodyWaits();
  expect(flushed).toBe(false);
  release();
  await flushing;
  expect(await logged()).toBe("ab");
});

test("N3 N4 a flush ends even when the store is away", async () => {
  write("a");
  side.wire.cut();
  await keeper.flush();
  expect(await logged()).toBe("");
});

test("S8 nothing is written of an answer that has ended or was lost", async () => {
  write("a");
  keeper.step(ended(answer));
  keeper.step({ kind: "turn-started", answer, offset: 0 });
  write("b");
  keeper.step({ kind: "turn-lost", answer });
  await pass(clock, 400);
  await keeper.flush();
  expect(writes()).toBe(0);
});

test("S4 an answer that was written anew is kept when the one before it is lost late", async () => {
  const former = answer;
  answer = new Answer({ ...former.ref, state: "starting", epoch: 1, starts: former.starts, askedAt: 0 }, "m");
  keeper.step({ kind: "turn-started", answer, offset: 0 });
  keeper.step({ kind: "turn-lost", answer: former });
  write("a");
  await pass(clock, 200);
  expect(await logged()).toBe("a");
});
