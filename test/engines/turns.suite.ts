import { expect, test } from "vitest";
import { sharedChars } from "../../src/domain/turns.ts";
import { awkwardTexts } from "./texts.ts";
import { caller, type OpenEngines, startTurn } from "./world.ts";

/** What {@link Turns} promises, whatever keeps them. */
export function turnsSuite(open: OpenEngines): void {
  test("C2 C3 the cards of an answer are stored with it, and its time is still its own", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const steps = [{ at: 5, what: 'left, "at":6' }];
    const more = { number: "TS1", state: "on its way", totalCents: 5, currency: "CNY", lines: [], steps };
    const cards = [{ kind: "order", ...more } as const];
    const ended = await world.turns.end(turn, 1, { outcome: "completed", text: "There.", cards });
    expect(ended?.answer).toMatchObject({ text: "There.", cards });
    const stored = await world.conversations.read(turn.conversationId);
    expect(stored?.messages.at(-1)).toEqual(ended?.answer);
    expect(ended?.answer?.at).toBeGreaterThan(1_000);
    const bare = await startTurn(world, "wang");
    const ended2 = await world.turns.end(bare, 1, { outcome: "completed", text: "Yes.", cards: [] });
    expect(ended2?.answer).not.toHaveProperty("cards");
  });

  test("A4 a waiting turn starts under epoch 1, once, even when twenty ask at once", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const started = await Promise.all(Array.from({ length: 20 }, () => world.turns.start(conversationId)));
    const [begun, ...others] = started.filter((each) => each !== null);
    expect(others).toEqual([]);
    expect(begun?.turn).toMatchObject({ state: "starting", epoch: 1, starts: [{ epoch: 1, offset: 0 }] });
  });

  test("C2 C3 that something could not be looked up is stored with the answer, and nothing where all was", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const ending = { outcome: "completed", text: "I could not see it.", lookUpFailed: true } as const;
    expect((await world.turns.end(turn, 1, ending))?.answer).toMatchObject(ending);
    const conversation = await world.conversations.read(turn.conversationId);
    expect(conversation?.messages.at(-1)).toMatchObject(ending);
    const other = await startTurn(world, "wang");
    const ended = await world.turns.end(other, 1, { outcome: "completed", text: "Yes.", lookUpFailed: false });
    expect(ended?.answer).not.toHaveProperty("lookUpFailed");
  });

  test("A4 nothing starts where nothing waits, and nothing beside a running turn", async () => {
    await using world = await open();
    expect(await world.turns.start("nowhere")).toBeNull();
    const turn = await startTurn(world);
    await world.conversations.ask(turn.conversationId, { messageId: "m2", text: "two" });
    expect(await world.turns.start(turn.conversationId)).toBeNull();
  });

  test("S5 C2 the end is stored with the text and the outcome, as the answer to the turn", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const error = { code: "assistant-cut", message: "broken off", retryable: true } as const;
    const ended = await world.turns.end(turn, 1, { outcome: "failed", text: "so far", error });
    const answer = { author: "assistant", text: "so far", outcome: "failed", error, turnId: turn.turnId };
    expect(ended?.answer).toMatchObject(answer);
    expect(await world.turns.read(turn)).toMatchObject({ state: "ended", answer });
    const conversation = await world.conversations.read(turn.conversationId);
    expect(conversation?.messages.at(-1)).toMatchObject(answer);
    expect(conversation?.running).toBeNull();
  });

  test("S5 a turn ends once: of many ends one wins and one answer is stored", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const ends = await Promise.all(
      Array.from({ length: 20 }, (_, i) => world.turns.end(turn, 1, { outcome: "completed", text: `${i}` })),
    );
    const [won, ...others] = ends.filter((each) => each !== null);
    expect(others).toEqual([]);
    const answers = (await world.conversations.read(turn.conversationId))?.messages.filter(
      (m) => m.author === "assistant",
    );
    expect(answers).toEqual([won?.answer]);
  });

  test("S5 C2 the same end, known by its id, is stored once and gives the same again; another end gives null", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const end = (messageId: string, text: string) =>
      world.turns.end(turn, 1, { outcome: "completed", text, messageId });
    const ended = await end("a1", "1");
    expect(ended).toMatchObject({ state: "ended", answer: { messageId: "a1", text: "1" } });
    expect(await end("a1", "1")).toEqual(ended);
    expect(await end("a2", "2")).toBeNull();
    expect(await world.turns.end(turn, 2, { outcome: "completed", text: "1", messageId: "a1" })).toBeNull();
    expect({ ...(await world.turns.read(turn)), isLast: true }).toEqual(ended);
    const { messages = [] } = (await world.conversations.read(turn.conversationId)) ?? {};
    expect(messages.map(({ messageId }) => messageId)).toEqual(["m1", "a1"]);
  });

  test.for(awkwardTexts)("C2 an answer keeps its text and can be rated: %s", async ([, text]) => {
    await using world = await open();
    const turn = await startTurn(world);
    const error = { code: "assistant-cut", message: text, retryable: true } as const;
    await world.turns.end(turn, 1, { outcome: "failed", text, error, messageId: "a1" });
    await world.conversations.rateMessage(turn.conversationId, "a1", "up");
    expect((await world.turns.read(turn))?.answer).toMatchObject({ text, error });
    const { messages = [] } = (await world.conversations.read(turn.conversationId)) ?? {};
    expect(messages.at(-1)).toMatchObject({ text, error, rating: "up", turnId: turn.turnId });
  });

  test("S4 of many who raise the same epoch at once one wins", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const raised = await Promise.all(Array.from({ length: 20 }, (_, i) => world.turns.raise(turn, 1, i)));
    const [won, ...others] = raised.filter((each) => each !== null);
    expect(others).toEqual([]);
    expect(await world.turns.read(turn)).toEqual(won);
    expect((await world.conversations.read(turn.conversationId))?.running).toEqual(won);
  });

  test("S4 a turn that waits or has ended cannot be raised", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const { conversationId } = turn;
    const { turnId } = await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    expect(await world.turns.raise({ conversationId, turnId: turnId ?? "" }, 0, 0)).toBeNull();
    await world.turns.end(turn, 1, { outcome: "completed", text: "1" });
    expect(await world.turns.raise(turn, 1, 0)).toBeNull();
    expect(await world.turns.read(turn)).toMatchObject({ state: "ended", epoch: 1 });
  });

  test("S4 a raised epoch fences the one before: it can neither raise nor end", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    expect(await world.turns.raise(turn, 1, 5)).toMatchObject({ epoch: 2, starts: [{}, { epoch: 2, offset: 5 }] });
    expect(await world.turns.raise(turn, 1, 7)).toBeNull();
    expect(await world.turns.end(turn, 1, { outcome: "completed", text: "late" })).toBeNull();
    expect(await world.turns.end(turn, 2, { outcome: "completed", text: "right" })).toMatchObject({ state: "ended" });
    expect(await world.turns.raise(turn, 2, 0)).toBeNull();
  });

  test("S10 a waiting turn can be ended under epoch 0, and the next question opens another", async () => {
    await using world = await open();
    const { conversationId } = await world.conversations.open(caller("li"));
    const { turnId } = await world.conversations.ask(conversationId, { messageId: "m1", text: "one" });
    const ref = { conversationId, turnId: turnId ?? "" };
    expect(await world.turns.end(ref, 0, { outcome: "stopped", text: "" })).toMatchObject({ state: "ended" });
    expect(await world.turns.start(conversationId)).toBeNull();
    const next = await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    expect(next.turnId).not.toBe(turnId);
    expect((await world.turns.start(conversationId))?.turn).toMatchObject({ turnId: next.turnId });
  });

  test("what was asked meanwhile starts when the running turn has ended", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const next = await world.conversations.ask(turn.conversationId, { messageId: "m2", text: "two" });
    await world.turns.end(turn, 1, { outcome: "completed", text: "1" });
    expect((await world.turns.start(turn.conversationId))?.turn).toMatchObject({ turnId: next.turnId });
  });

  test("C1 a running turn keeps its conversation alive; a turn that is not there is null", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.pass(world.lifeMs * 2);
    expect(await world.turns.end(turn, 1, { outcome: "completed", text: "long" })).toMatchObject({ state: "ended" });
    expect(await world.turns.read({ conversationId: turn.conversationId, turnId: "nothing" })).toBeNull();
    expect(await world.turns.read({ conversationId: "nowhere", turnId: turn.turnId })).toBeNull();
  });

  test("S4 readers of different epochs share what no later epoch cut away", () => {
    const starts = [
      { epoch: 1, offset: 0 },
      { epoch: 2, offset: 40 },
      { epoch: 3, offset: 25 },
      { epoch: 4, offset: 60 },
    ];
    expect([1, 2, 3, 4].map((epoch) => sharedChars(starts, epoch, 50))).toEqual([25, 25, 50, 50]);
    expect(sharedChars(starts, 0, 50)).toBe(0);
  });
}
