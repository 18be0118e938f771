import { beforeEach, expect, test } from "vitest";
import type { Answer } from "../../src/domain/answer.ts";
import { turnOf } from "./answers.ts";
import { openPair, type Pair } from "./pair.ts";
import { pass } from "./stoppable-clock.ts";

let pair: Pair;

beforeEach(async () => {
  pair = await openPair();
});

/** Another node goes on with the answer, and its owner does not know. */
async function takenOver(node = pair.other): Promise<Answer> {
  await node.takeOver(pair.ref.conversationId);
  const answer = node.writing.get(pair.ref.turnId);
  if (answer === undefined) throw new Error("it was not taken over");
  return answer;
}

/** A piece of the answer under its first epoch, as another node tells it. */
const late = ({ ref }: Pair) => ({ ref, starts: [{ epoch: 1, offset: 0 }], model: "m", offset: 0, activities: [] });

test("S4 N1 an owner who hears of a later epoch gives the answer up, and its pages see the new owner's", async () => {
  pair.write("abc");
  const answer = await takenOver();
  pair.other.append(answer, "XYZ");
  await pair.settle();
  expect(pair.owner.lost).toEqual([pair.ref.turnId]);
  expect(pair.asking.textOf(pair.ref.turnId)).toBe("XYZ");
});

test("S4 what is said of an answer under an earlier epoch disturbs nobody who writes it under a later one", async () => {
  const answer = await takenOver();
  const page = await pair.join(pair.other);
  pair.network.dropAll();
  pair.owner.side.attendance.add(pair.ref.conversationId, "other");
  pair.write("stale");
  await pair.owner.end(pair.answer);
  pair.other.append(answer, "new");
  await pair.settle();
  expect(pair.other.lost).toEqual([]);
  expect(page.textOf(pair.ref.turnId)).toBe("new");
});

test("S5 an owner whose answer was ended by another node under its own epoch gives it up, and its pages see the end", async () => {
  pair.write("abc");
  const ended = await pair.other.side.turns.end(pair.ref, 1, { outcome: "stopped", text: "ab" });
  if (ended?.answer === undefined) throw new Error("it was not ended");
  const end = { ref: pair.ref, epoch: 1, outcome: "stopped", message: ended.answer, error: undefined } as const;
  pair.owner.mirrors.hear("other", { kind: "ended", end });
  expect(pair.owner.lost).toEqual([pair.ref.turnId]);
  expect(pair.asking.textOf(pair.ref.turnId)).toBe("ab");
});

test("S4 an owner who learns from the store that it was replaced shows not one more character of its own", async () => {
  pair.write("abc");
  const answer = await takenOver();
  pair.network.dropAll();
  const page = await pair.join(pair.owner);
  expect(pair.owner.lost).toEqual([pair.ref.turnId]);
  pair.other.append(answer, "XYZ");
  await pair.settle();
  expect([page, pair.asking].map((each) => each.textOf(pair.ref.turnId))).toEqual(["XYZ", "XYZ"]);
});

test("S4 N1 an owner who finds itself replaced, by somebody who knows of nobody here, shows what that one writes", async () => {
  pair.write("abc");
  const answer = await takenOver();
  pair.network.dropAll();
  pair.other.side.attendance.remove(pair.ref.conversationId, "owner");
  pair.other.append(answer, "XYZ");
  await pair.owner.raise(pair.answer, 3);
  await pair.settle();
  expect(pair.asking.textOf(pair.ref.turnId)).toBe("XYZ");
  await pair.other.end(answer);
  await pair.settle();
  expect(pair.asking.told("turn:ended")).toBe(1);
});

test("S5 N1 an owner who comes to the end of its answer and finds that another one has ended it shows that end", async () => {
  pair.write("abc");
  const answer = await takenOver();
  pair.other.append(answer, "XYZ");
  pair.other.side.attendance.remove(pair.ref.conversationId, "owner");
  await pair.other.end(answer);
  pair.network.dropAll();
  await pair.owner.end(pair.answer);
  await pair.settle();
  expect(pair.asking.textOf(pair.ref.turnId)).toBe("XYZ");
  expect(pair.asking.told("turn:ended")).toBe(1);
});

test("S5 the end of an answer of which this node heard nothing at all is told where it may have been missed, and once", async () => {
  const page = await pair.join(pair.other);
  pair.owner.side.attendance.remove(pair.ref.conversationId, "other");
  pair.other.mirrors.release(pair.ref.turnId);
  pair.write("abc");
  pair.clock.advance(100);
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  const conversation = await pair.other.side.conversations.read(pair.ref.conversationId);
  const at = conversation?.messages.at(-1)?.at ?? 0;
  if (conversation === null) throw new Error("it is gone");
  pair.other.mirrors.read(conversation);
  pair.other.mirrors.read(conversation, at + 1);
  expect(page.told("turn:ended")).toBe(0);
  for (const since of [at, at]) pair.other.mirrors.read(conversation, since);
  expect(page.told("turn:ended")).toBe(1);
  // Whoever goes on with it does not know.
  const shown = page.told("turn:delta");
  pair.other.mirrors.hear("owner", { kind: "slice", ...late(pair), text: "abcdef" });
  await pair.settle();
  expect(page.told("turn:delta")).toBe(shown);
});

test("S4 an owner who lost its answer to another one under the same epoch shows what that one writes", async () => {
  pair.write("abc");
  await pair.settle();
  pair.owner.writing.delete(pair.ref.turnId);
  for (const { step } of [pair.owner.audience, pair.owner.mirrors].map((listener) => ({
    step: listener.step.bind(listener),
  })))
    step({ kind: "turn-lost", answer: pair.answer });
  pair.owner.mirrors.hear("other", { kind: "slice", ...late(pair), text: "ABCdef" });
  pair.clock.advance(100);
  expect(pair.asking.textOf(pair.ref.turnId)).toBe("abcdef");
});

test("S4 what was read of an answer before this node took it over does not disturb it", async () => {
  const answer = await takenOver();
  const page = await pair.join(pair.other);
  pair.other.append(answer, "abc");
  pair.other.mirrors.follow({ ...turnOf(pair.ref.turnId, "owner"), ...pair.ref }, "stale");
  pair.other.append(answer, "def");
  pair.clock.advance(100);
  expect(page.textOf(pair.ref.turnId)).toBe("abcdef");
  expect(page.told("turn:started")).toBe(0);
});

test("N2 an answer that fell silent is asked of whoever writes it now", async () => {
  const page = await pair.join(pair.other);
  pair.write("ab");
  await pass(pair.clock, 200);
  const third = pair.open("third");
  const answer = await takenOver(third);
  third.append(answer, "cd");
  pair.network.dropAll();
  await pair.wonder();
  await pair.settle();
  expect(page.textOf(pair.ref.turnId)).toBe("abcd");
});

test("C1 an answer whose conversation is gone is looked after no more", async () => {
  await pair.join(pair.other);
  pair.store.empty();
  await pair.wonder();
  const calls = pair.other.side.wire.calls.length;
  await pair.wonder();
  expect(pair.other.side.wire.calls.length).toBe(calls);
  expect(pair.other.mirrors.live(pair.ref.turnId)).toBeUndefined();
});

test("S7 an answer that is shown no more is kept nowhere", async () => {
  pair.write("abc");
  const page = await pair.join(pair.other);
  await pair.settle();
  const mirrored = pair.other.mirrors.live(pair.ref.turnId);
  page.leave();
  const viewer = { clogged: false, send: () => expect.unreachable() };
  pair.other.audience.watch(pair.ref.conversationId, viewer);
  if (mirrored) pair.other.audience.text(mirrored, "d");
  pair.other.audience.catchUp(pair.ref.conversationId, viewer);
  expect(mirrored?.text).toBe("abc");
});

test("N2 N4 an answer whose owner is no more, and nobody has found out, is taken over where somebody looks at it", async () => {
  pair.write("abc");
  const page = await pair.join(pair.other);
  await pair.settle();
  pair.other.gone.add("owner");
  await pair.wonder();
  expect(pair.other.writing.get(pair.ref.turnId)?.epoch).toBe(2);
  const answer = pair.other.writing.get(pair.ref.turnId);
  if (answer) pair.other.append(answer, "XYZ");
  await pair.settle();
  expect(page.textOf(pair.ref.turnId)).toBe(answer?.text);
});
