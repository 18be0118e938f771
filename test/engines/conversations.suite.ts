import { expect, test } from "vitest";
import { caller, type OpenEngines } from "./world.ts";

/** What {@link Conversations} promises, whatever keeps them. */
export function conversationsSuite(open: OpenEngines): void {
  test("X1 A4 a customer has one conversation, and another customer another", async () => {
    await using world = await open();
    const first = await world.conversations.open(caller("li"));
    expect(await world.conversations.open(caller("li"))).toEqual(first);
    expect((await world.conversations.open(caller("wang"))).conversationId).not.toBe(first.conversationId);
  });

  test("A4 opened twice at once, it is still one", async () => {
    await using world = await open();
    const opened = await Promise.all(Array.from({ length: 20 }, () => world.conversations.open(caller("li"))));
    expect(new Set(opened.map(({ conversationId }) => conversationId)).size).toBe(1);
  });

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
    const turn = await world.turns.start(conversationId);
    if (turn) await world.turns.end(turn, turn.epoch, { outcome: "completed", text: "1" });
    const again = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    expect(again).toMatchObject({ turnId: first.turnId, repeated: true });
    expect(await world.turns.start(conversationId)).toBeNull();
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
      runningTurnId: one.turnId,
      waitingTurnId: three.turnId,
    });
  });

  test("C1 after its life a conversation is gone, and the customer begins a new one", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.pass(world.lifeMs + 1);
    expect(await world.conversations.read(conversationId)).toBeNull();
    expect((await world.conversations.open(caller("li"))).conversationId).not.toBe(conversationId);
    await expect(world.conversations.ask(conversationId, { messageId: "m2", text: "two" })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  test("C1 each message begins the life of the conversation anew", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    for (const messageId of ["m1", "m2", "m3"]) {
      await world.pass(world.lifeMs * 0.6);
      await world.conversations.ask(conversationId, { messageId, text: messageId });
    }
    expect((await world.conversations.read(conversationId))?.messages).toHaveLength(3);
  });

  test("an answer can be rated, a question or a stranger cannot", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const turn = await world.turns.start(conversationId);
    const ended = turn && (await world.turns.end(turn, turn.epoch, { outcome: "completed", text: "1" }));
    await world.conversations.rateMessage(conversationId, ended?.answer?.messageId ?? "", "up");
    expect((await world.conversations.read(conversationId))?.messages.at(-1)?.rating).toBe("up");
    for (const messageId of ["m1", "nothing"]) {
      await expect(world.conversations.rateMessage(conversationId, messageId, "up")).rejects.toMatchObject({
        code: "not-found",
      });
    }
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
