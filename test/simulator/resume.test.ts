import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant, newerModel, openTestRelay, user } from "./relay.ts";

const question = "订单 TS20261108001 到哪了？顺便看看退货怎么弄 😊";
const goOn = "Your previous response was interrupted. Continue exactly from where you left off.";

test("wherever an answer was cut, an instruction to continue brings exactly the rest", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question, { model: newerModel })).text;
  const cutAt = fc.integer({ min: 1, max: whole.length - 1 }).filter((at) => /\S/.test(whole.slice(0, at)));
  await fc.assert(
    fc.asyncProperty(cutAt, async (at) => {
      const talk = [user(question), assistant(whole.slice(0, at)), user(goOn)];
      const { text } = await relay.read(talk, { model: newerModel });
      expect(whole.slice(0, at) + text).toBe(whole);
    }),
    { numRuns: 40, seed: 1 },
  );
});

test("a prefill is gone on from, for a model that takes one", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question)).text;
  const shown = whole.slice(0, 30).trimEnd();
  expect(shown + (await relay.read([user(question), assistant(shown)])).text).toBe(whole);
});

test("a customer who says continue after max_tokens gets the rest", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question)).text;
  const cut = await relay.read(question, { max_tokens: 40 });
  const rest = await relay.read([user(question), assistant(cut.text), user("请继续")]);
  expect(cut.text + rest.text).toBe(whole);
});

test("an instruction that only quotes the end of the shown text finds the place", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question)).text;
  const shown = whole.slice(0, 80);
  const told = user(
    `Your previous response was interrupted and ended with [${shown.slice(-40)}]. Continue from there.`,
  );
  expect(shown + (await relay.read([user(question), told])).text).toBe(whole);
});

test("the overlap directive makes the rest begin some characters early", async () => {
  await using relay = await openTestRelay();
  const asked = `${question} [[sim: overlap chars=6]]`;
  const whole = (await relay.read(asked)).text;
  const { text } = await relay.read([user(asked), assistant(whole.slice(0, 50)), user(goOn)]);
  expect(text).toBe(whole.slice(44));
});

test("a cut answer to tool results is gone on with too", async () => {
  await using relay = await openTestRelay();
  const talk = [
    user("推荐帐篷"),
    {
      role: "assistant" as const,
      content: [{ type: "tool_use" as const, id: "t1", name: "find_products", input: {} }],
    },
    { role: "user" as const, content: [{ type: "tool_result" as const, tool_use_id: "t1", content: '{"name":"灯"}' }] },
  ];
  const whole = (await relay.read(talk)).text;
  const { text } = await relay.read([...talk, assistant(whole.slice(0, 12)), user(goOn)]);
  expect(whole.slice(0, 12) + text).toBe(whole);
});

test("an instruction that says what to write when nothing is missing is told so, and only then", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question)).text;
  const told = user(`${goOn} If nothing is missing, write only ∎.`);
  expect((await relay.read([user(question), assistant(whole), told])).text).toBe("∎");
  expect((await relay.read([user(question), assistant(whole.slice(0, 40)), told])).text).toBe(whole.slice(40));
});

test("continue after a finished answer is an ordinary message", async () => {
  await using relay = await openTestRelay();
  const whole = (await relay.read(question)).text;
  const { text } = await relay.read([user(question), assistant(whole), user("继续")]);
  expect(text).toContain("接着说");
});
