import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, Notice } from "../../src/contract/shapes.ts";
import { buildContext, estimateTokens } from "../../src/domain/context.ts";
import { inReadingOrder } from "../../src/domain/conversations.ts";

const roomy = { rounds: 10, tokens: 100_000 };

let count = 0;
const ask = (turnId: string, text: string): Message => ({
  messageId: `q${count++}`,
  author: "customer",
  text,
  at: 0,
  turnId,
});
const answer = (turnId: string, text: string): Message => ({
  messageId: `a${count++}`,
  author: "assistant",
  text,
  at: 0,
  turnId,
  outcome: text === "" ? "failed" : "completed",
});

test("C1 the context is what was said, in order, and ends with the question", () => {
  const messages = [ask("1", "hello"), answer("1", "hi"), ask("2", "coupons?")];
  expect(buildContext(messages, "2", roomy)).toEqual([
    { role: "user", text: "hello" },
    { role: "assistant", text: "hi" },
    { role: "user", text: "coupons?" },
  ]);
});

test("C1 what was asked while an answer was written belongs to the next turn, behind that answer", () => {
  const messages = [ask("1", "one"), ask("2", "two"), ask("2", "three"), answer("1", "uno")];
  expect(buildContext(messages, "1", roomy)).toEqual([{ role: "user", text: "one" }]);
  expect(buildContext(messages, "2", roomy)).toEqual([
    { role: "user", text: "one" },
    { role: "assistant", text: "uno" },
    { role: "user", text: "two\n\nthree" },
  ]);
});

test("C1 a question that found no answer is asked together with the next", () => {
  const messages = [ask("1", "lost?"), answer("1", ""), ask("2", "again?")];
  expect(buildContext(messages, "2", roomy)).toEqual([{ role: "user", text: "lost?\n\nagain?" }]);
});

test("C1 only the last rounds are kept, whole", () => {
  const messages = Array.from({ length: 15 }, (_, i) => [ask(`${i}`, `q${i}`), answer(`${i}`, `a${i}`)]).flat();
  const context = buildContext([...messages, ask("now", "now")], "now", roomy);
  expect(context).toHaveLength(19);
  expect(context[0]).toEqual({ role: "user", text: "q6" });
});

test("C1 rounds beyond the budget go, oldest first, and the round that is asked stays however large", () => {
  const messages = [
    ask("1", "字".repeat(400)),
    answer("1", "好"),
    ask("2", "字".repeat(300)),
    answer("2", "好"),
    ask("3", "字".repeat(900)),
  ];
  expect(buildContext(messages, "3", { rounds: 10, tokens: 1_300 }).map(({ text }) => text.length)).toEqual([
    300, 1, 900,
  ]);
  expect(buildContext(messages, "3", { rounds: 10, tokens: 10 }).map(({ text }) => text.length)).toEqual([900]);
});

test("the page the customer looks at is told with the question", () => {
  const [only] = buildContext([ask("1", "how much?")], "1", roomy, { url: "https://shop.example/p/1", title: "Tent" });
  expect(only?.text).toBe("[The customer is looking at: Tent https://shop.example/p/1]\n\nhow much?");
});

test("C1 whatever was said, the context begins with the customer, alternates, and ends with the customer", () => {
  const script = fc.array(
    fc.record({
      kind: fc.constantFrom("ask", "ask-next", "answer", "fail", "agent", "system"),
      text: fc.string({ minLength: 1 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(script, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 300 }), (steps, rounds, tokens) => {
      let turn = 0;
      const messages = steps.map(({ kind, text }): Message => {
        if (kind === "ask-next") turn++;
        if (kind === "answer") return answer(String(turn), text);
        if (kind === "fail") return answer(String(turn), "");
        if (kind === "agent" || kind === "system") return { messageId: `o${count++}`, author: kind, text, at: 0 };
        return ask(String(turn), text);
      });
      const context = buildContext([...messages, ask("last", "?")], "last", { rounds, tokens });
      expect(context.map(({ role }) => role)).toEqual(context.map((_, i) => (i % 2 === 0 ? "user" : "assistant")));
      expect(context.at(-1)?.role).toBe("user");
      expect(context.at(-1)?.text.endsWith("?")).toBe(true);
      expect(context.every(({ text }) => text !== "")).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("C1 a turn of which no question is known answers the last one", () => {
  const messages = [ask("1", "hello"), answer("1", "hi")];
  expect(buildContext(messages, "2", roomy)).toEqual([{ role: "user", text: "hello" }]);
});

describe("reading order", () => {
  test("an answer stands behind the last question of its turn, and nothing else moves", () => {
    const messages = [ask("1", "a"), ask("1", "b"), ask("2", "c"), answer("1", "A"), answer("2", "C")];
    expect(inReadingOrder(messages).map(({ text }) => text)).toEqual(["a", "b", "A", "c", "C"]);
  });

  test("H3 an answer that was asked for anew when a person had left stands behind that, an older one before it", () => {
    const said = (kind: Notice["kind"]): Message => ({
      ...{ messageId: `s${count++}`, author: "system", text: kind, at: 0, notice: { kind } },
    });
    const messages = [
      ...[ask("1", "a"), ask("2", "b"), said("agent-joined"), answer("1", "A")],
      ...[said("agent-left"), ask("3", "c"), answer("2", "B"), answer("3", "C")],
    ];
    const texts = inReadingOrder(messages).map(({ text }) => text);
    expect(texts).toEqual(["a", "A", "b", "agent-joined", "agent-left", "B", "c", "C"]);
  });

  test("an answer whose questions are gone keeps its place", () => {
    expect(inReadingOrder([answer("0", "old"), ask("1", "a")]).map(({ text }) => text)).toEqual(["old", "a"]);
  });
});

test("tokens are counted high rather than low", () => {
  expect(estimateTokens("你好，世界")).toBe(5);
  expect(estimateTokens("hello world!")).toBe(4);
});
