import { expect, test } from "vitest";
import { readDirectives } from "../../src/simulator/directive.ts";
import { assistant, openTestRelay, user } from "./relay.ts";

test("a directive is read and taken out of the text around it", () => {
  const { text, faults, wishes } = readDirectives(
    '问 [[sim: cut after=5 id=a; pace first=10 chars=2-4]] 题 [[sim: say "]]\\n<b>"]]',
  );
  expect(text).toBe("问  题");
  expect(faults).toMatchObject([{ fault: { kind: "cut", after: 5, id: "a", times: 1, reset: false } }]);
  expect(wishes).toEqual([
    { kind: "pace", first: 10, chars: [2, 4] },
    { kind: "say", text: "]]\n<b>" },
  ]);
});

test("say takes bare words, a JSON string, and a string with real line breaks", () => {
  const texts = ["[[sim: say <img src=x onerror=alert(1)> & more]]", '[[sim: say "a\nb"]]', '[[sim: say "\\u4f60"]]'];
  const said = texts.map((text) => readDirectives(text).wishes[0]);
  expect(said).toMatchObject([{ text: "<img src=x onerror=alert(1)> & more" }, { text: "a\nb" }, { text: "你" }]);
});

test.each([
  "[[sim: cutt after=1]]",
  "[[sim: cut after=x]]",
  "[[sim: cut aftre=1]]",
  "[[sim: cut",
  '[[sim: say "\\x"]]',
])("%s is refused with a reason", async (directive) => {
  await using relay = await openTestRelay();
  const { error } = await relay.read(directive);
  expect(error).toMatchObject({ status: 400 });
  expect(String(error)).toContain("simulator: ");
});

test("a fault strikes as often as asked, each id for itself; a wish always holds", async () => {
  await using relay = await openTestRelay();
  const ok = async (text: string) => (await relay.read(text)).error === undefined;
  expect([await ok("[[sim: overloaded]]"), await ok("[[sim: overloaded]]")]).toEqual([false, true]);
  expect([await ok("[[sim: overloaded id=2]]"), await ok("[[sim: overloaded id=2]]")]).toEqual([false, true]);
  const twice = "[[sim: overloaded times=2]]";
  expect([await ok(twice), await ok(twice), await ok(twice)]).toEqual([false, false, true]);
  const always = "[[sim: overloaded times=all]]";
  expect([await ok(always), await ok(always), await ok(always)]).toEqual([false, false, false]);
  expect((await relay.read("[[sim: say x]]")).text + (await relay.read("[[sim: say x]]")).text).toBe("xx");
});

test("after a cut the same question, asked again or gone on with, is answered", async () => {
  await using relay = await openTestRelay({ pace: { deltaMs: 2 } });
  const question = "我要退货 [[sim: cut after=5]]";
  const cut = await relay.read(question);
  expect(cut.deltas).toHaveLength(5);
  const rest = await relay.read([user(question), assistant(cut.text), user("请继续")]);
  const again = await relay.read(question);
  expect(again.error).toBeUndefined();
  expect(cut.text + rest.text).toBe(again.text);
});

test("a directive in an earlier question is not obeyed any more", async () => {
  await using relay = await openTestRelay();
  const { text, error } = await relay.read([user("[[sim: overloaded; say x]]"), assistant("x"), user("谢谢")]);
  expect(error).toBeUndefined();
  expect(text).not.toBe("x");
});

test("long gives an answer of that length, and pace sets the size of deltas", async () => {
  await using relay = await openTestRelay();
  const { text, deltas } = await relay.read("[[sim: long chars=20000; pace chars=7]]", { max_tokens: 32_000 });
  expect(text).toHaveLength(20_000);
  expect(new Set(deltas.slice(0, -1).map((delta) => delta.length))).toEqual(new Set([7]));
});

test("surrogates cuts every pair between two deltas, and lone leaves half a character", async () => {
  await using relay = await openTestRelay();
  const { deltas, text } = await relay.read('[[sim: surrogates; say "a😊b👋🏽"]]');
  expect(text).toBe("a😊b👋🏽");
  expect(deltas.filter((delta) => /[\ud800-\udbff]$/.test(delta))).toHaveLength(3);
  expect((await relay.read("[[sim: lone]]")).text).toMatch(/\ud83d$/);
});

test("call makes the model call that tool with that input", async () => {
  await using relay = await openTestRelay();
  const tools = [{ name: "get_order", input_schema: { type: "object" as const } }];
  const { events } = await relay.read('[[sim: call name=get_order input="{\\"id\\":\\"别人的\\"}"]]', { tools });
  const json = events.map((event) =>
    event.type === "content_block_delta" && event.delta.type === "input_json_delta" ? event.delta.partial_json : "",
  );
  expect(JSON.parse(json.join(""))).toEqual({ id: "别人的" });
});

test("refuse ends without a word, as a refusal", async () => {
  await using relay = await openTestRelay();
  const { events, text } = await relay.read("[[sim: refuse]]");
  expect(text).toBe("");
  expect(events.find((event) => event.type === "message_delta")?.delta.stop_reason).toBe("refusal");
});
