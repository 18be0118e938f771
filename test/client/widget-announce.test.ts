// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Chat } from "../../client/chat/chat.ts";
import { openAnnouncer } from "../../client/widget/announce.ts";
import { readAloud } from "../../client/widget/read-aloud.ts";
import { finishedLength, spoken } from "../../client/widget/sentences.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the announcer", () => {
  const regions = () => [document.createElement("div"), document.createElement("div")] as const;

  test("speaks in order, never two things closer than half a second", () => {
    const [polite, assertive] = regions();
    const announcer = openAnnouncer(polite, assertive);
    announcer.say("one");
    announcer.say("two");
    expect(polite.textContent).toBe("one");
    vi.advanceTimersByTime(499);
    expect(polite.textContent).toBe("one");
    vi.advanceTimersByTime(1);
    expect(polite.textContent).toBe("two");
    vi.advanceTimersByTime(500);
    announcer.say("three");
    expect(polite.textContent).toBe("three");
    expect(assertive.textContent).toBe("");
  });

  test("speaks faults at once, and the same words twice as two", () => {
    const [polite, assertive] = regions();
    const announcer = openAnnouncer(polite, assertive);
    announcer.alert("fault");
    const first = assertive.textContent;
    announcer.alert("fault");
    expect(first).toBe("fault");
    expect(assertive.textContent).not.toBe(first);
    expect(assertive.textContent?.trim()).toBe("fault");
  });
});

describe("reading an answer aloud", () => {
  /** An answer that grows by `perSecond` sentences for `seconds`. */
  function readFor(seconds: number, perSecond: number): string[] {
    const heard: string[] = [];
    let text = "";
    const finish = readAloud({ textOf: () => text } as unknown as Chat, "t", (words) => heard.push(words));
    for (let at = 0; at < seconds * perSecond; at++) {
      text += `第${at}句说完了。`;
      vi.advanceTimersByTime(1_000 / perSecond);
    }
    finish();
    vi.advanceTimersByTime(60_000);
    return heard;
  }

  test("says every sentence once, in at most one batch per three seconds", () => {
    const heard = readFor(10, 4);
    expect(heard.join("").replaceAll(" ", "")).toBe(
      Array.from({ length: 40 }, (_, at) => `第${at}句说完了。`).join(""),
    );
    expect(heard.length).toBeLessThanOrEqual(4);
  });

  test("stays bearable for a long answer", () => {
    expect(readFor(90, 2).length).toBeLessThanOrEqual(12);
  });

  test("waits for the end of a sentence", () => {
    expect(finishedLength("第一句。第二句还没")).toBe(4);
    expect(finishedLength("It costs 3.50 yuan")).toBe(0);
    expect(finishedLength("Done. And")).toBe(5);
  });

  test("leaves the marks of Markdown out", () => {
    expect(spoken("### 标题\n\n**注意：**见[商品页](https://a.example/?q=1)，订单 order_id_123")).toBe(
      "标题 注意： 见商品页，订单 order_id_123",
    );
    expect(spoken("| a | b |\n| --- | --- |\n| 1 | 2 |")).toBe("a b 1 2");
  });
});
