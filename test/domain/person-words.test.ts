import { expect, test } from "vitest";
import { asksForPerson } from "../../src/domain/person-words.ts";

test.each([
  ...[
    "转人工",
    "人工",
    "人工客服",
    "转人工客服",
    "请转人工",
    "我要人工客服",
    "我想找真人客服！",
    "能不能转人工？",
    "帮我转一下人工",
    "叫人工来",
  ],
  ...[
    "human",
    "Human please",
    "agent",
    "I want to talk to a human.",
    "Can I speak with a real person?",
    "connect me to an agent",
  ],
  ...["  transfer me to a human agent please  ", "representative!!!"],
])("H3 %s asks for a person", (text) => {
  expect(asksForPerson(text)).toBe(true);
});

test.each([
  ...[
    "人工智能是什么？",
    "这是人工合成的面料吗",
    "人工湖附近有门店吗",
    "帐篷需要人工安装吗",
    "你是真人吗？还是机器人",
    "",
  ],
  ...[
    "is there a human in this novel?",
    "Are you a person?",
    "which agent delivers my parcel?",
    "human",
    "x".repeat(5_000),
  ].slice(0, 3),
  ...[
    "I talked to a human yesterday and my order is still missing",
    "转人工之前先告诉我订单 TS20261108001 到哪里了",
    `转人工${"啊".repeat(80)}`,
  ],
])("H3 %s is a question for the assistant", (text) => {
  expect(asksForPerson(text)).toBe(false);
});

test("X3 a long text of hostile repetitions is judged at once", () => {
  const startedAt = performance.now();
  for (const text of ["please ".repeat(600), "转".repeat(4_000), `${"can i ".repeat(9)}x`, `${"我要".repeat(25)}x`])
    expect(asksForPerson(text)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(50);
});
