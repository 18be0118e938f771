import { describe, expect, test } from "vitest";
import { matching } from "../../client/console/canned-menu.tsx";
import { tagsIn } from "../../client/console/dialogs.tsx";
import { letterOf } from "../../client/console/keys.ts";
import { initialsOf } from "../../client/console/names.tsx";
import { shortSpan } from "../../client/console/time.tsx";
import { words as en } from "../../client/console/words/en.ts";
import { words as zh } from "../../client/console/words/zh-CN.ts";

const press = { key: "t", code: "KeyT", isComposing: false, ctrlKey: false, metaKey: false, altKey: false };

describe("the letter of a key", () => {
  test("is the letter, whatever input method is on", () => {
    expect(letterOf(press)).toBe("t");
    expect(letterOf({ ...press, key: "Process" })).toBe("t");
    expect(letterOf({ ...press, key: "？", code: "Slash" })).toBe("?");
    expect(letterOf({ ...press, key: "、", code: "Slash" })).toBe("/");
  });

  test("is none while an input method composes, with a modifier, or where the place of the key says nothing", () => {
    expect(letterOf({ ...press, isComposing: true })).toBeUndefined();
    for (const modifier of ["ctrlKey", "metaKey", "altKey"])
      expect(letterOf({ ...press, [modifier]: true })).toBeUndefined();
    expect(letterOf({ ...press, key: "Process", code: "Enter" })).toBeUndefined();
  });
});

test("canned replies whose name begins with what is typed go before those that have it anywhere", () => {
  const replies = [
    { title: "order", text: "about a refund" },
    { title: "refund", text: "done" },
    { title: "bye", text: "ciao" },
  ];
  expect(matching(replies, "re").map(({ title }) => title)).toEqual(["refund", "order"]);
  expect(matching(replies, "")).toHaveLength(3);
  expect(matching(replies, "nothing")).toEqual([]);
});

test("tags are separated by commas of either script, once each, as many and as long as the server takes", () => {
  expect(tagsIn(" a, b，c、a ,, ")).toEqual(["a", "b", "c"]);
  expect(tagsIn(Array.from({ length: 30 }, (_, at) => at).join())).toHaveLength(10);
  expect(tagsIn("x".repeat(80))[0]).toHaveLength(50);
});

test("initials are of two words, or the last two characters of a Chinese name", () => {
  expect(["Ana García", "bob", "韩梅梅", "小李", ""].map(initialsOf)).toEqual(["AG", "bo", "梅梅", "小李", ""]);
});

test("spans are told by their largest unit, as short as the language allows", () => {
  const spans = [0, 7_000, 61_000, 3_700_000, 200_000_000, -5];
  expect(spans.map((ms) => shortSpan(ms, "en"))).toEqual(["now", "5s", "1m", "1h", "2d", "now"]);
  expect(spans.map((ms) => shortSpan(ms, "zh-CN"))).toEqual(["现在", "5秒", "1分钟", "1小时", "2天", "现在"]);
});

test("both languages say the same things, and name the same keys", () => {
  expect(shapeOf(zh)).toEqual(shapeOf(en));
  expect(zh.keys.map(([keys]) => keys)).toEqual(en.keys.map(([keys]) => keys));
});

/** What kind of thing stands where, whatever it says; lists may differ in length. */
function shapeOf(words: unknown): unknown {
  if (Array.isArray(words) || typeof words !== "object" || words === null) return typeof words;
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, shapeOf(value)]));
}
