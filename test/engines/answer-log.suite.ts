import { expect, test } from "vitest";
import type { Finding } from "../../src/domain/findings.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { awkwardTexts } from "./texts.ts";
import { type EngineWorld, type OpenEngines, startTurn } from "./world.ts";

async function raise(world: EngineWorld, turn: Turn, offset: number): Promise<Turn> {
  const raised = await world.turns.raise(turn, turn.epoch, offset);
  if (raised === null) throw new Error("fenced");
  return raised;
}

const tent = { kind: "product", sku: "tent", name: "帐篷", priceCents: 89_900, currency: "CNY" } as const;

function finding(callId: string, more: Partial<Finding> = {}): Finding {
  const call = { callId, tool: "find_products", input: { query: "帐篷" }, round: 0, offset: 4 };
  return { ...call, text: '{"products":[]}', isError: false, cards: [tent], tookMs: 7, ...more };
}

/** What {@link AnswerLog} promises, whatever keeps it. */
export function answerLogSuite(open: OpenEngines): void {
  test("S8 nothing was logged of an answer that has just begun", async () => {
    await using world = await open();
    expect(await world.log.read(await startTurn(world))).toBe("");
  });

  test("S8 pieces are put together by their places, in whatever order they came", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.log.write(turn, 1, 4, "wall");
    await world.log.write(turn, 1, 8, " holds");
    expect(await world.log.read(turn)).toBe("");
    await world.log.write(turn, 1, 0, "The ");
    expect(await world.log.read(turn)).toBe("The wall holds");
  });

  test("S8 a piece written again changes nothing, twenty times at once and behind later ones", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const write = () => world.log.write(turn, 1, 0, "The ");
    await Promise.all([...Array.from({ length: 20 }, write), world.log.write(turn, 1, 4, "wall")]);
    await write();
    expect(await world.log.read(turn)).toBe("The wall");
  });

  test("S8 a shorter piece that comes late takes nothing away from a longer one at its place", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.log.write(turn, 1, 0, "The wall");
    await world.log.write(turn, 1, 8, " holds");
    await world.log.write(turn, 1, 0, "The ");
    expect(await world.log.read(turn)).toBe("The wall holds");
  });

  test("S8 the text goes up to the first hole", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.log.write(turn, 1, 0, "The ");
    await world.log.write(turn, 1, 5, "all holds");
    expect(await world.log.read(turn)).toBe("The ");
  });

  test("S4 S8 a raised epoch cuts the text to where it begins and goes on from there", async () => {
    await using world = await open();
    const first = await startTurn(world);
    await world.log.write(first, 1, 0, "The wall falls");
    const second = await raise(world, first, 9);
    expect(await world.log.read(second)).toBe("The wall ");
    await world.log.write(second, 2, 9, "stands");
    const third = await raise(world, second, 4);
    await world.log.write(third, 3, 4, "tide");
    expect(await world.log.read(third)).toBe("The tide");
  });

  test("S4 S8 what a fenced writer still logs is not read", async () => {
    await using world = await open();
    const first = await startTurn(world);
    await world.log.write(first, 1, 0, "The wall");
    const second = await raise(world, first, 8);
    await world.log.write(first, 1, 8, " falls");
    expect(await world.log.read(second)).toBe("The wall");
    await world.log.write(second, 2, 8, " is");
    await world.log.write(first, 1, 14, " down");
    expect(await world.log.read(second)).toBe("The wall is");
  });

  test("S4 S8 an epoch that begins behind a hole adds nothing", async () => {
    await using world = await open();
    const first = await startTurn(world);
    await world.log.write(first, 1, 0, "The ");
    const second = await raise(world, first, 9);
    await world.log.write(second, 2, 9, "stands");
    expect(await world.log.read(second)).toBe("The ");
    await world.log.write(second, 2, 0, "The wall stands");
    expect(await world.log.read(second)).toBe("The wall stands");
  });

  test("S5 S8 an ended turn has its answer and no log, and the next turn begins with an empty one", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.log.write(turn, 1, 0, "The wall");
    await world.conversations.ask(turn.conversationId, { messageId: "m2", text: "two" });
    const ended = await world.turns.end(turn, 1, { outcome: "completed", text: "The wall holds" });
    expect(ended && (await world.log.read(ended))).toBe("");
    const next = (await world.turns.start(turn.conversationId))?.turn;
    expect(next && (await world.log.read(next))).toBe("");
  });

  test("S8 S10 stopping the turn that waits takes nothing from the log of the one that runs", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    const { conversationId } = turn;
    await world.log.write(turn, 1, 0, "The wall");
    const { turnId } = await world.conversations.ask(conversationId, { messageId: "m2", text: "two" });
    await world.turns.end({ conversationId, turnId: turnId ?? "" }, 0, { outcome: "stopped", text: "" });
    expect(await world.log.read(turn)).toBe("The wall");
  });

  test("S8 what is written late of an ended turn is no part of the next one", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.conversations.ask(turn.conversationId, { messageId: "m2", text: "two" });
    await world.turns.end(turn, 1, { outcome: "completed", text: "1" });
    await world.log.write(turn, 1, 0, "late");
    const next = (await world.turns.start(turn.conversationId))?.turn;
    await world.log.write(turn, 1, 0, "later");
    expect(next && (await world.log.read(next))).toBe("");
  });

  test("C3 S8 what was looked up is kept beside the text, once, whatever epoch it was in", async () => {
    await using world = await open();
    const first = await startTurn(world);
    expect(await world.log.found(first)).toEqual([]);
    const known = [finding("call_1_1"), finding("call_1_2", { input: null, isError: true, cards: [], round: 1 })];
    for (const each of [...known, ...known]) await world.log.note(first, each);
    await world.log.write(first, 1, 0, "The wall");
    const second = await raise(world, first, 8);
    await world.log.note(first, finding("call_1_3"));
    expect(await world.log.found(second)).toEqual([...known, finding("call_1_3")]);
    expect(await world.log.read(second)).toBe("The wall");
  });

  test("C3 S8 what was looked up for an ended turn is no part of the next one", async () => {
    await using world = await open();
    const turn = await startTurn(world);
    await world.log.note(turn, finding("call_1_1"));
    await world.conversations.ask(turn.conversationId, { messageId: "m2", text: "two" });
    const ended = await world.turns.end(turn, 1, { outcome: "completed", text: "1" });
    expect(ended && (await world.log.found(ended))).toEqual([]);
    await world.log.note(turn, finding("call_1_2"));
    const next = (await world.turns.start(turn.conversationId))?.turn;
    await world.log.note(turn, finding("call_1_3"));
    expect(next && (await world.log.found(next))).toEqual([]);
  });

  test("S8 customers' answers do not mix", async () => {
    await using world = await open();
    const [li, wang] = [await startTurn(world, "li"), await startTurn(world, "wang")];
    await world.log.write(li, 1, 0, "tent");
    await world.log.write(wang, 1, 0, "boat");
    expect([await world.log.read(li), await world.log.read(wang)]).toEqual(["tent", "boat"]);
  });

  test.for(awkwardTexts.filter(([, text]) => text.isWellFormed()))(
    "S8 the text is kept as it was: %s",
    async ([, text]) => {
      await using world = await open();
      const turn = await startTurn(world);
      await world.log.write(turn, 1, 0, text);
      await world.log.write(turn, 1, text.length, "!");
      expect(await world.log.read(turn)).toBe(`${text}!`);
    },
  );
}
