import { expect, test } from "vitest";
import { caller, type OpenEngines, startTurn } from "./world.ts";

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

  test("C1 after its life a conversation is gone, and the customer begins a new one", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const { turnId } = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.turns.end({ conversationId, turnId: turnId ?? "" }, 0, { outcome: "stopped", text: "" });
    await world.pass(world.lifeMs + 1);
    expect(await world.conversations.read(conversationId)).toBeNull();
    await expect(world.conversations.ask(conversationId, { messageId: "m2", text: "two" })).rejects.toMatchObject({
      code: "not-found",
    });
    // It has the same id: nodes that cannot ask each other mean the same one.
    expect(await world.conversations.open(caller("li"))).toMatchObject({ conversationId, messages: [] });
  });

  test("C1 A7 a question that waits in a long line is not forgotten before it is answered", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    await world.pass(world.lifeMs + 1);
    expect((await world.conversations.read(conversationId))?.waiting).not.toBeNull();
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

  test("C1 X2 one in which nothing was said is gone soon after it was left, unless somebody comes back", async () => {
    await using world = await open();
    const [li, wang] = [await world.conversations.open(caller("li")), await world.conversations.open(caller("wang"))];
    for (const { conversationId } of [li, wang]) await world.conversations.leave(conversationId);
    expect(await world.conversations.open(caller("wang"))).toEqual(wang);
    await world.pass(world.lifeMs / 2);
    expect(await world.conversations.read(li.conversationId)).toBeNull();
    expect(await world.conversations.read(wang.conversationId)).toEqual(wang);
    expect(await world.conversations.open(caller("li"))).toEqual(li);
  });

  test("C1 X2 what is asked just as the last one leaves is stored, and keeps the conversation", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.leave(conversationId);
    await world.conversations.ask(conversationId, { messageId: "m1", text: "?" });
    await world.pass(world.lifeMs / 2);
    expect((await world.conversations.read(conversationId))?.messages).toHaveLength(1);
  });

  test("C1 nothing of a conversation that is gone is in the next one", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.turns.end(turn, 1, { outcome: "completed", text: "1" });
    await world.pass(world.lifeMs + 1);
    await expect(world.conversations.rate(turn.conversationId, 5, undefined)).rejects.toMatchObject({
      code: "not-found",
    });
    const next = await world.conversations.open(caller("li"));
    expect(next).toMatchObject({ messages: [], running: null, waiting: null, logged: "", page: undefined });
    expect(await world.turns.read(turn)).toBeNull();
  });

  test("S7 who attends is given what a reader is given; leaving takes nothing away", async () => {
    await using world = await open();
    const { conversationId } = await startTurn(world);
    const read = await world.conversations.read(conversationId);
    expect(await world.conversations.attend(conversationId)).toEqual(read);
    await world.conversations.leave(conversationId);
    await world.conversations.leave(conversationId);
    expect(await world.conversations.read(conversationId)).toEqual(read);
  });

  test("S7 what is not there can be neither attended nor read, and leaving it is harmless", async () => {
    await using world = await open();
    expect(await world.conversations.attend("nowhere")).toBeNull();
    expect(await world.conversations.read("nowhere")).toBeNull();
    await world.conversations.leave("nowhere");
    expect(await world.conversations.attend("nowhere")).toBeNull();
  });

  test("an answer can be rated, a question or a stranger cannot", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const turn = (await world.turns.start(conversationId))?.turn;
    const ended = turn && (await world.turns.end(turn, turn.epoch, { outcome: "completed", text: "1" }));
    for (const rating of ["up", "down"] as const) {
      await world.conversations.rateMessage(conversationId, ended?.answer?.messageId ?? "", rating);
      const { messages = [] } = (await world.conversations.read(conversationId)) ?? {};
      expect(messages.at(-1)).toEqual({ ...ended?.answer, rating });
    }
    for (const messageId of ["m1", "nothing"]) {
      await expect(world.conversations.rateMessage(conversationId, messageId, "up")).rejects.toMatchObject({
        code: "not-found",
      });
    }
  });
}
