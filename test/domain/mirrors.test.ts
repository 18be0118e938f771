import { beforeEach, expect, test } from "vitest";
import { openPair, type Pair } from "./pair.ts";
import { everybodyWaits, pass } from "./stoppable-clock.ts";

let pair: Pair;

beforeEach(async () => {
  pair = await openPair();
});

/** A page on the other node that sees the answer as it is written. */
async function joined() {
  const page = await pair.join(pair.other);
  await pair.settle();
  return page;
}

test("S11 a page on another node sees what the owner's page sees, from the start", async () => {
  pair.write("潮汐");
  const page = await joined();
  pair.write(" ebb");
  await pair.settle();
  expect([page.textOf(pair.ref.turnId), pair.asking.textOf(pair.ref.turnId)]).toEqual(["潮汐 ebb", "潮汐 ebb"]);
  expect(page.doubled).toBe(0);
});

test("S8 S11 the text that was logged is shown before the owner has said a word", async () => {
  pair.write("logged");
  await pass(pair.clock, 200);
  const page = await pair.join(pair.other);
  expect(page.textOf(pair.ref.turnId)).toBe("logged");
});

test("S3 a piece that got lost is asked for and shown in its place", async () => {
  const page = await joined();
  pair.write("ab");
  pair.network.dropAll();
  pair.clock.advance(200);
  pair.write("cd");
  await pair.settle();
  expect(page.textOf(pair.ref.turnId)).toBe("abcd");
});

test("S2 S3 of a slice that comes late only what is new is shown, and nothing is taken away", async () => {
  pair.write("abc");
  const page = await joined();
  const { ref } = pair;
  const slice = { kind: "slice", ref, starts: pair.answer.starts, model: "m" } as const;
  const told = page.told("turn:started");
  pair.other.mirrors.hear("owner", { ...slice, offset: 1, text: "bcd" });
  pair.other.mirrors.hear("owner", { ...slice, offset: 0, text: "ab" });
  pair.other.mirrors.hear("owner", { kind: "text", ref, epoch: 1, offset: 4, text: "e" });
  pair.clock.advance(100);
  expect(page.textOf(ref.turnId)).toBe("abcde");
  expect([page.doubled, page.told("turn:started")]).toEqual([0, told]);
});

test("S3 while one question for what is missing is under way no other one is sent", async () => {
  await joined();
  pair.clock.advance(200);
  pair.write("a");
  pair.network.dropAll();
  const asked = pair.network.sentTo("owner").length;
  for (const piece of ["b", "c", "d"]) {
    pair.clock.advance(50);
    pair.write(piece);
    pair.network.deliver();
  }
  expect(pair.network.sentTo("owner").length - asked).toBe(1);
});

test("S4 what the owner of an earlier epoch says late is not shown", async () => {
  const page = await joined();
  pair.write("abcdef");
  await pair.settle();
  await pair.owner.raise(pair.answer, 3);
  pair.write("XYZ");
  await pair.settle();
  const told = page.facts.length;
  pair.other.mirrors.hear("owner", { kind: "text", ref: pair.ref, epoch: 1, offset: 6, text: "late" });
  pair.other.mirrors.hear("owner", { kind: "started", ref: pair.ref, starts: [{ epoch: 1, offset: 0 }], model: "m" });
  expect(page.textOf(pair.ref.turnId)).toBe("abcXYZ");
  expect(page.facts.length).toBe(told);
});

test("S3 S4 who comes while the log is behind an epoch that has begun leaves the text of the others whole", async () => {
  pair.owner.side.wire.fate = (name) => (name === "write" ? "undone" : "done");
  const page = await joined();
  pair.write("abcdefgh");
  await pair.settle();
  await pair.owner.raise(pair.answer, 6);
  pair.network.dropAll();
  const late = await pair.join(pair.other);
  pair.write("GH");
  await pair.settle();
  expect([page, late].map((each) => each.textOf(pair.ref.turnId))).toEqual(["abcdefGH", "abcdefGH"]);
});

test("S7 a node at which nobody looks any more says so, and is sent nothing from then on", async () => {
  const page = await joined();
  page.leave();
  pair.write("a");
  await pair.settle();
  await pair.wonder();
  await pair.wonder();
  await pair.settle();
  const sent = pair.network.sentTo("other").length;
  for (const piece of ["b", "c", "d"]) {
    pair.clock.advance(50);
    pair.write(piece);
  }
  await pair.owner.end(pair.answer);
  expect(pair.network.sentTo("other").length).toBe(sent);
});

test("S7 what is told while a page is being given its snapshot reaches the page", async () => {
  const release = pair.other.side.wire.hold();
  const { page, opened } = pair.other.arrive();
  await everybodyWaits();
  await pair.owner.raise(pair.answer, 0);
  pair.write("ab");
  await pair.owner.end(pair.answer);
  await pair.settle();
  release();
  await opened;
  expect(page.textOf(pair.ref.turnId)).toBe("ab");
  expect(page.answers.all.get(pair.ref.turnId)?.entry.state).toBe("ended");
});

test("S5 S7 what was told while nobody looked is not told again of an answer that is over for whoever comes", async () => {
  const page = await pair.join(pair.other);
  page.leave();
  pair.write("abc");
  await pair.settle();
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  const late = await pair.join(pair.other);
  await pair.settle();
  expect(late.textOf(pair.ref.turnId)).toBe("abc");
  expect(late.facts).toEqual([]);
  expect(pair.other.mirrors.live(pair.ref.turnId)).toBeUndefined();
});

test("S11 a message that is faster than the snapshot of a second page on a node is in it, once", async () => {
  const { owner, other, ref } = pair;
  await pair.join(other);
  const release = other.side.wire.hold();
  const { page, opened } = other.arrive();
  await everybodyWaits();
  const { message } = await owner.side.conversations.ask(ref.conversationId, { messageId: "m2", text: "and?" });
  owner.herald.step({ kind: "message-added", conversationId: ref.conversationId, message });
  pair.network.deliverAll();
  release();
  await opened;
  expect(page.snapshot).toEqual(["m1", "m2"]);
  expect((await pair.join(other)).snapshot).toEqual(["m1", "m2"]);
});

test("H3 S11 a question that is told again as of another turn, while a page is being given it, reaches the page", async () => {
  const { owner, other, ref } = pair;
  const release = other.side.wire.hold();
  const { page, opened } = other.arrive();
  await everybodyWaits();
  const { conversationId } = ref;
  const asked = (await owner.side.conversations.read(conversationId))?.messages[0];
  if (asked === undefined) throw new Error("nothing was asked");
  const message = { ...asked, turnId: "another" };
  owner.herald.step({ kind: "message-added", conversationId, message, repeated: true });
  owner.herald.step({ kind: "message-added", conversationId, message: asked, repeated: true });
  pair.network.deliverAll();
  release();
  await opened;
  expect(page.facts.filter(({ name }) => name === "message:added")).toEqual([
    { name: "message:added", payload: { message } },
  ]);
});

test("S2 S3 the last piece that got lost is shown before the end", async () => {
  const page = await pair.join(pair.other);
  pair.write("The tide ");
  await pair.settle();
  pair.write("comes.");
  pair.clock.advance(40);
  pair.network.dropAll();
  await pair.owner.end(pair.answer);
  await pair.settle();
  const deltas = page.facts
    .filter(({ name }) => name === "turn:delta")
    .map(({ payload }) => payload as { text: string });
  expect(deltas.map(({ text }) => text).join("")).toBe("The tide comes.");
  expect(page.facts.at(-1)?.name).toBe("turn:ended");
});

test("S5 an end that got lost is found in the store, and told once", async () => {
  const page = await joined();
  pair.write("ab");
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  await pair.wonder();
  await pair.wonder();
  expect(page.told("turn:ended")).toBe(1);
  expect(page.textOf(pair.ref.turnId)).toBe("ab");
});

test("S5 who is given an answer that has ended is shown no piece of it, and the others are told of the end", async () => {
  const page = await joined();
  pair.write("abc");
  await pair.settle();
  pair.write("def");
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  const late = await pair.join(pair.other);
  expect(page.textOf(pair.ref.turnId)).toBe("abcdef");
  expect(page.facts.at(-1)?.name).toBe("turn:ended");
  await pair.wonder();
  expect(late.facts).toEqual([]);
});

test("S5 what an owner says that does not know of the end of its answer is shown to nobody who was told of the end", async () => {
  const page = await joined();
  await pair.owner.side.turns.end(pair.ref, 1, { outcome: "stopped", text: "" });
  await pair.wonder();
  expect(page.facts.at(-1)?.name).toBe("turn:ended");
  const { length } = page.facts;
  pair.write("late");
  await pair.settle();
  pair.write("r");
  await pair.settle();
  expect(page.facts.slice(length)).toEqual([]);
});

test("S5 an owner that says it does not write the answer is a reason to look; two reasons at once tell the end once", async () => {
  const page = await joined();
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  pair.other.mirrors.hear("owner", { kind: "absent", ref: pair.ref });
  pair.other.mirrors.hear("owner", { kind: "absent", ref: pair.ref });
  await everybodyWaits();
  expect(page.told("turn:ended")).toBe(1);
  await pair.wonder();
  expect(page.told("turn:ended")).toBe(1);
});

test("S5 the end is found even when all that was heard of an answer is one piece of its text", async () => {
  const page = await pair.join(pair.other);
  pair.network.dropAll();
  pair.other.mirrors.release(pair.ref.turnId);
  pair.owner.side.attendance.add(pair.ref.conversationId, "other");
  pair.write("ab");
  pair.network.deliver();
  pair.network.dropAll();
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  await pair.wonder();
  expect(page.told("turn:ended")).toBe(1);
});

test("S5 N4 a look into a store that is away is repeated, and is nobody's fault; another failure is told", async () => {
  const page = await joined();
  await pair.owner.end(pair.answer);
  pair.network.dropAll();
  pair.other.side.wire.cut();
  await pair.wonder();
  expect(pair.other.faults).toEqual([]);
  const fault = new Error("broken");
  pair.other.side.wire.fate = () => {
    throw fault;
  };
  await pair.wonder();
  expect(pair.other.faults).toEqual([fault]);
  pair.other.side.wire.mend();
  await pair.wonder();
  expect(page.told("turn:ended")).toBe(1);
});
