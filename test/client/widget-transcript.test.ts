import { expect, test } from "vitest";
import type { Entry } from "../../client/chat/chat.ts";
import { transcriptOf } from "../../client/widget/extras/transcript.ts";
import { words as moreEn } from "../../client/widget/extras/words/en.ts";
import { words as moreZhCN } from "../../client/widget/extras/words/zh-CN.ts";
import type { View } from "../../client/widget/view.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";
import type { Card } from "../../src/contract/shapes.ts";
import { answer, question, quiet } from "./widget-state.ts";

const at = Date.UTC(2026, 10, 11, 12);
const cards: Card[] = [
  { kind: "product", sku: "t", name: "Tent", priceCents: 129_900, currency: "CNY" },
  {
    kind: "discount",
    currency: "CNY",
    beforeCents: 500,
    totalCents: 400,
    steps: [{ what: "Sale", offCents: 100, leftCents: 400 }],
  },
];
const entries: Entry[] = [
  question("m1", { text: "A tent?", at }),
  answer("t1", { state: "ended", outcome: "completed", at, cards }),
  { kind: "system", messageId: "n1", text: "", at, notice: { kind: "agent-joined", name: "Li" } },
  { kind: "agent", messageId: "p1", text: "I am Li.", name: "Li", at },
];
// CAST: a transcript asks for the texts alone.
const acts = { textOf: () => "**This** one:" } as unknown as View["acts"];

test("a transcript has who said what and when, and the label of the AI on each of its answers", () => {
  const text = transcriptOf({ words: en, chat: { ...quiet, entries }, acts }, moreEn, new Date(at));
  const time = new Date(at).toLocaleString("en");
  expect(text.split("\n\n---\n\n")).toEqual([
    `# Support · Conversation\n\n${time} · ${en.footnote}`,
    `**You** · ${time}\n\nA tent?`,
    `**AI assistant (AI-generated)** · ${time}\n\n**This** one:\n\n` +
      "* Tent: ¥1,299.00\n* Before: ¥5.00\n* Sale: -¥1.00\n* To pay: ¥4.00",
    `— Li has joined · ${time}`,
    `**Li (Support team)** · ${time}\n\nI am Li.\n`,
  ]);
});

test("a transcript speaks the page's language", () => {
  const text = transcriptOf({ words: zhCN, chat: { ...quiet, entries }, acts }, moreZhCN, new Date(at));
  expect(text).toContain("**AI 助手（AI 生成）**");
  expect(text).toContain("Li 已接入");
});
