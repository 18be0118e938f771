import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { FactName, FactPayload } from "../../src/contract/events.ts";
import { Answer } from "../../src/domain/answer.ts";
import { Audience, type Viewer } from "../../src/domain/audience.ts";
import type { Step } from "../../src/domain/steps.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const account = { customerId: "li", class: "member", tier: "high" } as const;

/** Somebody who writes down what arrives, and puts text where its offset says. */
class Notebook implements Viewer {
  clogged = false;
  text = "";
  readonly facts: { readonly name: FactName; readonly at: number; readonly text: string }[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  send<N extends FactName>(name: N, payload: FactPayload<N>): void {
    const { offset, text = "" } = payload as { offset?: number; text?: string };
    this.facts.push({ name, at: this.#clock.now(), text });
    if (offset === undefined) return;
    if (name === "turn:delta") expect(offset, "no hole").toBeLessThanOrEqual(this.text.length);
    this.text = this.text.slice(0, offset) + text;
  }

  get deltas() {
    return this.facts.filter(({ name }) => name === "turn:delta");
  }
}

const turn: Turn = {
  conversationId: "c",
  turnId: "t",
  state: "starting",
  epoch: 1,
  starts: [{ epoch: 1, offset: 0 }],
  askedAt: 0,
};

let clock: VirtualClock;
let pace: number;
let audience: Audience;
let answer: Answer;

beforeEach(() => {
  clock = new VirtualClock();
  pace = 40;
  audience = new Audience({ clock, paceMs: () => pace });
  answer = new Answer(turn, "m");
});

function watch(): Notebook {
  const viewer = new Notebook(clock);
  audience.watch("c", viewer);
  return viewer;
}

function start(): void {
  audience.step({ kind: "turn-started", answer, offset: 0 });
}

function write(piece: string): void {
  answer.append(piece);
  audience.text(answer, piece);
}

function raise(epoch: number, offset: number): void {
  answer.raise({ ...turn, epoch, starts: [...turn.starts, { epoch, offset }] });
  audience.step({ kind: "turn-started", answer, offset });
}

function endOf(ended: Answer): Step {
  const message = { messageId: "m", author: "assistant", text: ended.text, at: 0 } as const;
  const report = { firstTextMs: 0, totalMs: 0, attempts: 1 };
  const step = { kind: "turn-ended", ref: ended.ref, epoch: ended.epoch, outcome: "completed", message } as const;
  return { ...step, error: undefined, model: "m", report };
}

function end(): void {
  audience.step(endOf(answer));
}

test("S11 H3 a question that is a turn's by now is not told once more as one of none", () => {
  const told: unknown[] = [];
  audience.watch("c", { clogged: false, send: (_, payload) => void told.push(payload) });
  const message = { messageId: "m1", author: "customer", text: "and?", at: 1 } as const;
  audience.step({ kind: "message-added", conversationId: "c", message: { ...message, turnId: "t" } });
  audience.step({ kind: "message-added", conversationId: "c", message });
  expect(told).toEqual([{ message: { ...message, turnId: "t" } }]);
  audience.step({ kind: "message-added", conversationId: "c", message: { ...message, messageId: "m2" } });
  audience.step({ kind: "message-added", conversationId: "c", message: { ...message, turnId: "t2" } });
  expect(told.slice(1)).toEqual([
    { message: { ...message, messageId: "m2" } },
    { message: { ...message, turnId: "t2" } },
  ]);
});

test("S1 S6 the first text leaves at once, before the call that brought it returns", () => {
  const viewer = watch();
  start();
  write("a");
  expect(viewer.deltas).toHaveLength(1);
});

test("S1 text that comes faster than the pace leaves in one frame when the pace is over", () => {
  const viewer = watch();
  start();
  for (const piece of ["a", "b", "c", "d"]) {
    write(piece);
    clock.advance(10);
  }
  expect(viewer.deltas.map(({ text }) => text)).toEqual(["a", "bcd"]);
});

test("S1 text that comes slower than the pace leaves as it arrives", () => {
  const viewer = watch();
  start();
  for (const piece of ["a", "b", "c"]) {
    write(piece);
    expect(viewer.text.endsWith(piece)).toBe(true);
    clock.advance(41);
  }
});

test("S1 no text waits longer than 100 ms, whatever pace is asked for", () => {
  pace = 10_000;
  const viewer = watch();
  start();
  write("a");
  write("b");
  clock.advance(100);
  expect(viewer.text).toBe("ab");
});

/** So many answers that have begun, each with somebody who reads it, and a piece for any of them. */
function crowd(size: number, name = "") {
  const readers = Array.from({ length: size }, (_, at) => {
    const ref = { conversationId: `c${name}${at}`, turnId: `t${name}${at}` };
    const one = { answer: new Answer({ ...turn, ...ref }, "m"), viewer: new Notebook(clock) };
    audience.watch(ref.conversationId, one.viewer);
    audience.step({ kind: "turn-started", answer: one.answer, offset: 0 });
    return one;
  });
  return {
    readers,
    write(at: number, piece: string) {
      const reader = readers[at];
      reader?.answer.append(piece);
      if (reader) audience.text(reader.answer, piece);
    },
    writeAll(piece: string) {
      for (const at of readers.keys()) this.write(at, piece);
    },
    whoHas: (text: string) => readers.filter(({ viewer }) => viewer.text === text).length,
  };
}

test("S1 beside many answers, first text leaves at once and later text when what has arrived is read, some at a time", () => {
  const many = crowd(100);
  many.writeAll("a");
  expect(many.whoHas("a"), "first text").toBe(100);
  clock.advance(60);

  // The node has not come to any of it yet: what comes meanwhile leaves with it, in one frame.
  many.writeAll("b");
  many.write(0, "c");
  expect(many.whoHas("a")).toBe(100);
  clock.next();
  expect([many.whoHas("abc"), many.whoHas("ab"), many.whoHas("a")]).toEqual([1, 31, 68]);
  clock.next();
  expect(many.whoHas("a")).toBe(36);
  clock.advance(0);
  expect([many.whoHas("abc"), many.whoHas("ab")]).toEqual([1, 99]);
  expect(many.readers[0]?.viewer.deltas.map(({ text }) => text)).toEqual(["a", "bc"]);
});

test("S1 beside many answers, text that comes faster than the pace leaves some at a time when it is over", () => {
  const many = crowd(100);
  many.writeAll("a");
  clock.advance(10);
  many.writeAll("b");
  clock.advance(29);
  expect(many.whoHas("ab")).toBe(0);
  clock.advance(1);
  expect(many.whoHas("ab")).toBe(100);
  clock.advance(39);
  many.writeAll("c");
  clock.sleep(1);
  clock.next();
  expect(many.whoHas("abc")).toBe(32);
});

test("S1 beside many answers, none waits longer than 100 ms when the node comes to them late", () => {
  const many = crowd(100);
  many.writeAll("a");
  clock.advance(60);
  many.writeAll("b");
  clock.sleep(99);
  clock.next();
  expect(many.whoHas("ab")).toBe(32);
  clock.sleep(1);
  clock.next();
  expect(many.whoHas("ab")).toBe(100);
});

test("S1 beside many answers, what was held back until its pace was over waits behind nothing younger", () => {
  pace = 100;
  const many = crowd(1_000);
  many.writeAll("a");
  clock.advance(50);
  const held = crowd(1, "held");
  held.writeAll("a");
  held.writeAll("b");
  clock.advance(99);
  many.writeAll("b");
  const from = clock.now() - 99;
  while (held.whoHas("ab") === 0) {
    clock.next();
    clock.sleep(2);
  }
  expect(clock.now() - from).toBeLessThan(105);
});

test("S1 the end of an answer brings what the node had not come to, and it is not sent again", () => {
  const many = crowd(40);
  many.writeAll("a");
  clock.advance(60);
  many.writeAll("b");
  audience.step(endOf(many.readers[39]?.answer ?? answer));
  clock.advance(200);
  const told = many.readers[39]?.viewer.facts.map(({ name, text }) => [name, text]);
  expect(told).toEqual([
    ["turn:started", ""],
    ["turn:delta", "a"],
    ["turn:delta", "b"],
    ["turn:ended", ""],
  ]);
  expect(many.whoHas("ab")).toBe(40);
});

test("S1 the end brings all text that was held back, before it", () => {
  const viewer = watch();
  start();
  write("a");
  write("b");
  end();
  expect(viewer.facts.map(({ name }) => name)).toEqual(["turn:started", "turn:delta", "turn:delta", "turn:ended"]);
  expect(viewer.text).toBe("ab");
});

test("S1 what has arrived is shown when an attempt breaks, before anything else is tried", () => {
  const viewer = watch();
  start();
  write("a");
  write("b");
  const report = { requestId: undefined, firstTokenMs: 1, totalMs: 1, inputTokens: null, outputTokens: null };
  const end = {
    kind: "aborted",
    report: { model: "m", cacheReadTokens: null, cacheWriteTokens: null, usage: "none", ...report },
  } as const;
  audience.step({ kind: "attempt-ended", ref: answer.ref, epoch: 1, account, purpose: "answer", maxTokens: 9, end });
  expect(viewer.text).toBe("ab");
});

test("S9 a clogged viewer is passed over, and catches up in one piece", () => {
  const [slow, quick] = [watch(), watch()];
  start();
  write("a");
  slow.clogged = true;
  for (const piece of ["b", "c", "d"]) {
    write(piece);
    clock.advance(50);
  }
  expect([slow.text, quick.text]).toEqual(["a", "abcd"]);
  slow.clogged = false;
  audience.catchUp("c", slow);
  expect(slow.deltas.map(({ text }) => text)).toEqual(["a", "bcd"]);
});

test("S11 a viewer who comes in the middle gets the whole text, and one who has a part gets the rest", () => {
  start();
  write("abc");
  const late = watch();
  const returning = new Notebook(clock);
  returning.text = "ab";
  audience.watch("c", returning, { turnId: "t", offset: 2 });
  clock.advance(50);
  write("d");
  expect([late.text, returning.text]).toEqual(["abcd", "abcd"]);
});

test("S4 a raised epoch cuts every viewer back to where it begins, the slow one too", () => {
  const [slow, quick] = [watch(), watch()];
  start();
  write("abcdef");
  slow.clogged = true;
  clock.advance(50);
  write("ghi");
  raise(2, 8);
  slow.clogged = false;
  clock.advance(50);
  write("HI!");
  expect([slow.text, quick.text]).toEqual(["abcdefghHI!", "abcdefghHI!"]);
});

test("S4 of a turn that another writer has taken over nothing more is told", () => {
  const viewer = watch();
  start();
  write("a");
  write("b");
  audience.step({ kind: "turn-lost", answer });
  write("c");
  clock.advance(200);
  expect(viewer.text).toBe("a");
});

test("viewers of one conversation hear nothing of another, and nothing after they left", () => {
  const other = new Notebook(clock);
  audience.watch("another", other);
  const leaver = new Notebook(clock);
  const leave = audience.watch("c", leaver);
  start();
  leave();
  write("a");
  expect(other.facts).toEqual([]);
  expect(leaver.facts.map(({ name }) => name)).toEqual(["turn:started"]);
});

/** The life of an answer with many viewers: what may happen, one step at a time. */
class Scene {
  readonly slow = watch();
  readonly quick = watch();
  readonly viewers = [this.slow, this.quick];
  /** Characters that the quick viewer had been sent and that a raised epoch took back. */
  cutChars = 0;
  #epoch = 1;

  readonly acts = {
    write: (size: number) => write("ab🎁".repeat(size + 1).slice(size % 2)),
    wait: (size: number) => clock.advance(size * 10),
    raise: (size: number) => {
      const offset = Math.max(0, answer.text.length - size);
      this.cutChars += Math.max(0, this.quick.text.length - offset);
      raise(++this.#epoch, offset);
    },
    clog: () => {
      this.slow.clogged = true;
    },
    clear: () => {
      this.slow.clogged = false;
      audience.catchUp("c", this.slow);
    },
    join: () => this.viewers.push(watch()),
    pace: (size: number) => {
      pace = size * 8;
    },
  };
}

test("S2 S3 S4 S9 whatever the rhythm, every viewer ends with the text, and a quick one was sent each character once", () => {
  const names = ["write", "write", "write", "wait", "wait", "raise", "clog", "clear", "join", "pace"] as const;
  const acts = fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 12 })), { maxLength: 80 });
  fc.assert(
    fc.property(acts, fc.boolean(), (steps, isCrowded) => {
      clock = new VirtualClock();
      audience = new Audience({ clock, paceMs: () => pace });
      answer = new Answer(turn, "m");
      if (isCrowded) crowd(40);
      const scene = new Scene();
      start();
      for (const [name, size] of steps) scene.acts[name](size);
      scene.slow.clogged = false;
      for (const piece of ["end", "."]) {
        write(piece);
        clock.advance(200);
      }
      for (const viewer of scene.viewers) expect(viewer.text).toBe(answer.text);
      const sent = scene.quick.deltas.reduce((sum, { text }) => sum + text.length, 0);
      expect(sent).toBe(answer.text.length + scene.cutChars);
    }),
    { numRuns: 2_000 },
  );
});
