// @vitest-environment jsdom
import { expect, test } from "vitest";
import { newsOf } from "../../client/widget/attention.ts";
import { openTitleHint } from "../../client/widget/title.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";

const nothing = { open: false, unread: 0, called: false, words: en, place: null };

test("a hint stands before the page's own title and goes without a trace", () => {
  document.title = "Shop";
  const hint = openTitleHint();
  hint.show("(1) ");
  hint.show("(2) ");
  expect(document.title).toBe("(2) Shop");
  hint.show("");
  expect(document.title).toBe("Shop");
});

test("a title that the page changes meanwhile is the page's", () => {
  document.title = "Shop";
  const hint = openTitleHint();
  hint.show("(1) ");
  document.title = "Cart";
  hint.show("(2) ");
  expect(document.title).toBe("(2) Cart");
  document.title = "Checkout";
  hint.show("");
  expect(document.title).toBe("Checkout");
});

test("what is unread goes before the place in line, and is counted up to nine", () => {
  const place = { turnId: "t", position: 4, from: 4, waitMs: null };
  expect(newsOf({ ...nothing, unread: 12, place })?.badge).toBe("9+");
  expect(newsOf({ ...nothing, words: zhCN, place })).toMatchObject({ badge: "#4", hint: "【第 4 位】" });
  expect(newsOf(nothing)).toBeUndefined();
});

test("A6 that it is their turn goes before all else, in both languages", () => {
  const now = { ...nothing, called: true, unread: 1 };
  expect(newsOf(now)).toEqual({ badge: "Your turn", hint: "[Your turn] ", sentence: "Your turn" });
  expect(newsOf({ ...now, words: zhCN })).toEqual({ badge: "轮到您了", hint: "【轮到您了】", sentence: "轮到您了" });
});
