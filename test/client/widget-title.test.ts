// @vitest-environment jsdom
import { expect, test } from "vitest";
import { newsOf } from "../../client/widget/attention.ts";
import { openTitleHint } from "../../client/widget/title.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";

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
  const place = { turnId: "t", position: 4, waitMs: null };
  expect(newsOf({ open: false, unread: 12, words: en, place })?.badge).toBe("9+");
  expect(newsOf({ open: false, unread: 0, words: zhCN, place })).toMatchObject({
    badge: "#4",
    hint: "【第 4 位】",
  });
  expect(newsOf({ open: false, unread: 0, words: en, place: null })).toBeUndefined();
});
