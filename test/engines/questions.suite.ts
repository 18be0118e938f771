import { expect, test } from "vitest";
import { awkwardTexts } from "./texts.ts";
import { caller, type OpenEngines, startTurn } from "./world.ts";

/** The assistant is to be silent, and a person is waited for. */
const toNobody = {
  from: ["assistant"],
  to: { kind: "nobody" },
  wish: null,
  notice: { messageId: "n1", text: "A person has been asked to join.", notice: { kind: "person-requested" } },
} as const;

/** What {@link Conversations} promises of the questions that are asked in them. */
export function questionsSuite(open: OpenEngines): void {
  test("C2 a question is stored once, in order, with its author", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    const { messages = [] } = (await world.conversations.read(conversationId)) ?? {};
    expect(messages.map(({ author, messageId, text }) => [author, messageId, text])).toEqual([
      ["customer", "m1", "one"],
      ["customer", "m2", "two"],
    ]);
  });

  test("C2 the first question of a conversation is told from all later ones, also behind words of the system", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    expect(await world.responders.hand(conversationId, toNobody)).toMatchObject({ kind: "handed" });
    const ask = (messageId: string) => world.conversations.ask(conversationId, { messageId, text: "one" });
    expect(await ask("m1")).toMatchObject({ isFirst: true });
    expect((await ask("m1")).isFirst).not.toBe(true);
    expect(await ask("m2")).toMatchObject({ isFirst: false });
  });

  test("C2 the same question again, twenty times at once, gives the first result and is stored once", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ask = () => world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const asked = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set(asked.map(({ turnId }) => turnId)).size).toBe(1);
    expect(asked.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect((await world.conversations.read(conversationId))?.messages).toHaveLength(1);
  });

  test("C2 a question repeated after its answer still gives its own turn", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const first = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const turn = (await world.turns.start(conversationId))?.turn;
    if (turn) await world.turns.end(turn, turn.epoch, { outcome: "completed", text: "1" });
    const again = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    expect(again).toMatchObject({ turnId: first.turnId, repeated: true });
    expect(await world.turns.start(conversationId)).toBeNull();
  });

  test("A4 a question that begins starts its turn in the same step, and gives the conversation as it stands then", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const question = { messageId: "m1", text: "one", begins: true };
    const { started, turnId } = await world.conversations.ask(conversationId, question);
    expect(started?.turn).toMatchObject({ turnId, state: "starting", epoch: 1, starts: [{ epoch: 1, offset: 0 }] });
    expect(started?.conversation).toEqual(await world.conversations.read(conversationId));
    expect(started?.conversation).toMatchObject({
      running: { turnId },
      waiting: null,
      messages: [{ messageId: "m1" }],
    });
    expect(await world.turns.start(conversationId)).toBeNull();
    expect(await world.conversations.ask(conversationId, question)).toEqual({
      message: started?.conversation.messages[0],
      turnId,
      repeated: true,
    });
  });

  test("A4 a question that begins takes along what waited there", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const { turnId } = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const { started } = await world.conversations.ask(conversationId, { messageId: "m2", text: "two", begins: true });
    expect(started?.turn).toMatchObject({ turnId, epoch: 1 });
    expect(started?.conversation.messages.map((message) => message.turnId)).toEqual([turnId, turnId]);
  });

  test("A4 H1 a question that begins only waits where an answer is being written, and opens no turn where a person answers", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const { conversationId } = turn;
    const second = await world.conversations.ask(conversationId, { messageId: "m2", text: "two", begins: true });
    expect(second).not.toHaveProperty("started");
    expect(await world.conversations.read(conversationId)).toMatchObject({
      running: { turnId: turn.turnId },
      waiting: { turnId: second.turnId },
    });
    const other = await world.conversations.open(caller("wang"));
    expect(await world.responders.hand(other.conversationId, toNobody)).toMatchObject({ kind: "handed" });
    const third = await world.conversations.ask(other.conversationId, { messageId: "m3", text: "three", begins: true });
    expect(third).toMatchObject({ turnId: null });
    expect(third).not.toHaveProperty("started");
  });

  test("C2 an id that was used for another text is refused, and nothing changes", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await expect(world.conversations.ask(conversationId, { messageId: "m1", text: "two" })).rejects.toMatchObject({
      code: "message-conflict",
    });
    expect((await world.conversations.read(conversationId))?.messages.map(({ text }) => text)).toEqual(["one"]);
  });

  test.for(awkwardTexts)("C2 a question keeps its text and is known again: %s", async ([, text]) => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ask = (given: string) => world.conversations.ask(conversationId, { messageId: "m1", text: given });
    const { turnId } = await ask(text);
    expect(await ask(text)).toMatchObject({ message: { text, turnId }, turnId, repeated: true });
    for (const other of [`${text}"`, text.slice(1), `${text}","at":`]) {
      await expect(ask(other)).rejects.toMatchObject({ code: "message-conflict" });
    }
    expect((await world.conversations.read(conversationId))?.messages).toMatchObject([{ text, turnId }]);
    expect((await world.turns.start(conversationId))?.turn).toMatchObject({ turnId });
  });

  test("C2 an answer's id cannot be used for a question", async () => {
    await using world = await open();
    const { conversationId, turnId } = await startTurn(world);
    await world.turns.end({ conversationId, turnId }, 1, { outcome: "completed", text: "1", messageId: "a1" });
    await expect(world.conversations.ask(conversationId, { messageId: "a1", text: "1" })).rejects.toMatchObject({
      code: "message-conflict",
    });
  });

  test("C2 questions asked at once are all stored, once each, in an order that stays", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ids = Array.from({ length: 20 }, (_, i) => `m${i}`);
    const ask = (messageId: string) => world.conversations.ask(conversationId, { messageId, text: messageId });
    const asked = await Promise.all([...ids, ...ids.toReversed()].map(ask));
    expect(new Set(asked.map(({ turnId }) => turnId)).size).toBe(1);
    const read = async () => (await world.conversations.read(conversationId))?.messages.map((m) => m.messageId) ?? [];
    const order = await read();
    expect(order.toSorted()).toEqual(ids.toSorted());
    await ask("last");
    expect(await read()).toEqual([...order, "last"]);
  });

  test("C2 a long conversation is read whole and in order", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ids = Array.from({ length: 201 }, (_, i) => `m${i}`);
    for (const messageId of ids) await world.conversations.ask(conversationId, { messageId, text: messageId });
    const { messages = [] } = (await world.conversations.read(conversationId)) ?? {};
    expect(messages.map(({ messageId }) => messageId)).toEqual(ids.slice(-200));
    expect(messages.map(({ at }) => at)).toEqual(messages.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  test("C1 a conversation without end lets its oldest messages and their turns go, never an open turn", async () => {
    await using world = await open({ maxMessages: 4 });
    const running = await startTurn(world);
    const { conversationId } = running;
    const ask = (i: number) => world.conversations.ask(conversationId, { messageId: `more${i}`, text: "more" });
    const { turnId: waiting } = await ask(0);
    for (let i = 1; i < 10; i++) await ask(i);
    const { messages = [] } = (await world.conversations.read(conversationId)) ?? {};
    expect(messages.map(({ messageId }) => messageId)).toEqual(["more6", "more7", "more8", "more9"]);
    expect(await world.turns.end(running, 1, { outcome: "completed", text: "1" })).toMatchObject({ state: "ended" });
    expect(await world.turns.read(running)).toMatchObject({ state: "ended", answer: { text: "1" } });
    expect((await world.turns.start(conversationId))?.turn).toMatchObject({ turnId: waiting });
    for (let i = 10; i < 14; i++) await ask(i);
    expect(await world.turns.read(running)).toBeNull();
    expect(await world.turns.read({ conversationId, turnId: waiting ?? "" })).toMatchObject({ state: "starting" });
  });

  test("C1 a message that goes takes its own turn with it, whatever its text looks like", async () => {
    await using world = await open({ maxMessages: 3 });
    const { conversationId } = await world.conversations.open(caller("li"));
    for (const [turnId, text] of [
      ["t1", `"turnId":"t2",`],
      ["t2", "two"],
    ] as const) {
      await world.conversations.ask(conversationId, { messageId: `m-${turnId}`, text, turnId });
      await world.turns.start(conversationId);
      await world.turns.end({ conversationId, turnId }, 1, { outcome: "completed", text });
    }
    expect(await world.turns.read({ conversationId, turnId: "t1" })).toBeNull();
    expect(await world.turns.read({ conversationId, turnId: "t2" })).toMatchObject({ state: "ended" });
  });

  test("A4 a question opens a turn of the id it was given, unless it joins one that waits", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ask = (messageId: string, turnId: string) =>
      world.conversations.ask(conversationId, { messageId, text: messageId, turnId });
    expect(await ask("m1", "t1")).toMatchObject({ turnId: "t1", message: { turnId: "t1" } });
    expect(await ask("m2", "t2")).toMatchObject({ turnId: "t1" });
    expect(await ask("m1", "t3")).toMatchObject({ turnId: "t1", repeated: true });
    expect((await world.turns.start(conversationId))?.turn).toMatchObject({ turnId: "t1" });
    expect(await ask("m3", "t3")).toMatchObject({ turnId: "t3" });
  });

  test("A4 questions asked while a turn waits join it; while one runs they share the next", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const ask = (messageId: string) => world.conversations.ask(conversationId, { messageId, text: messageId });
    const [one, two] = [await ask("m1"), await ask("m2")];
    expect(two.turnId).toBe(one.turnId);
    await world.turns.start(conversationId);
    const [three, four] = [await ask("m3"), await ask("m4")];
    expect(three.turnId).not.toBe(one.turnId);
    expect(four.turnId).toBe(three.turnId);
    expect(await world.conversations.read(conversationId)).toMatchObject({
      running: { turnId: one.turnId },
      waiting: { turnId: three.turnId },
    });
  });

  test("the page of the last question is known", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const page = { url: "https://shop.example/p/1", title: "Tent" };
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one", page });
    await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    expect((await world.conversations.read(conversationId))?.page).toEqual(page);
  });
}
