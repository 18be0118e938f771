// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { words as moreEn } from "../../client/widget/extras/words/en.ts";
import { words as moreZhCN } from "../../client/widget/extras/words/zh-CN.ts";
import { launcherLabels } from "../../client/widget/launcher.ts";
import { maxChars } from "../../client/widget/limits.ts";
import { minutesOf } from "../../client/widget/wait.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { pageLocale, pickLocale } from "../../client/widget/words/locale.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";
import { errors } from "../../src/contract/errors.ts";
import { maxMessageChars } from "../../src/contract/shapes.ts";

/** Every text of a table with its path; functions give what they give for 3. */
function textsOf(table: object, path = ""): [path: string, text: string][] {
  return Object.entries(table).flatMap(([name, value]): [string, string][] => {
    const here = `${path}.${name}`;
    if (typeof value === "string") return [[here, value]];
    if (typeof value === "function") return [[here, value(3, 5)]];
    return value instanceof RegExp ? [] : textsOf(value, here);
  });
}

describe("the tables of words", () => {
  test.each([
    [zhCN, en],
    [moreZhCN, moreEn],
  ])("both say something everywhere, and the same things", (zh, other) => {
    const [chinese, english] = [textsOf(zh), textsOf(other)];
    expect(chinese.map(([path]) => path).sort()).toEqual(english.map(([path]) => path).sort());
    for (const [path, text] of [...chinese, ...english]) expect(text, path).not.toBe("");
  });

  test("English is without Chinese, and Chinese sentences are Chinese", () => {
    for (const [path, text] of [...textsOf(en), ...textsOf(moreEn)])
      expect(text, path).not.toMatch(/\p{Script=Han}|[，。！？：；]/u);
    for (const [path, text] of [...textsOf(zhCN.errors), ...textsOf(zhCN.notices)])
      expect(text, path).toMatch(/\p{Script=Han}/u);
  });

  test("every error of the contract has a sentence in both", () => {
    for (const table of [zhCN.errors, en.errors]) {
      expect(Object.keys(table).sort()).toEqual(Object.keys(errors).sort());
    }
  });

  test("the greeting says that it is an AI and how to reach a person", () => {
    expect(zhCN.greeting.join("")).toMatch(/AI.*转人工/s);
    expect(en.greeting.join("")).toMatch(/AI.*Talk to a person/s);
    expect(en.greeting.join("")).toContain(en.person);
    expect(zhCN.greeting.join("")).toContain(zhCN.person);
  });

  test("the place in line is worded as agreed, with a range in whole minutes", () => {
    expect(zhCN.place(3)).toBe("排队中，您排在第 3 位");
    expect(zhCN.wait(2, 4)).toBe("预计 2–4 分钟");
    expect(en.wait(...minutesOf({ low: 61_000, high: 200_000 }))).toBe("about 2–4 min");
    expect(en.wait(...minutesOf({ low: 0, high: 40_000 }))).toBe("less than a minute");
    expect(en.wait(...minutesOf({ low: 1_000_000, high: 2_000_000 }))).toBe("more than 15 minutes");
    expect(en.wait(...minutesOf({ low: 0, high: 60_000 }))).toBe("about 1 min");
  });

  test("A11 the line names its reason by the tier, in one sentence of its own, and who will tell when it is over", () => {
    const tiers = ["high", "medium", "degraded"] as const;
    for (const { whyWaiting } of [zhCN, en]) {
      const [reasons, ends] = [0, 1].map((part) =>
        tiers.map((tier) => whyWaiting(tier, true).split(/(?<=[.。])/)[part]),
      );
      expect(new Set(reasons).size).toBe(3);
      expect(new Set(ends).size).toBe(1);
    }
    expect(zhCN.whyWaiting("high", true)).toMatch(/按钮和网页标题/);
    expect(en.whyWaiting("high", true)).toMatch(/button and page title/);
    expect([zhCN, en].map(({ whyWaiting }) => whyWaiting("high", false)).join("")).not.toMatch(/标题|title/);
  });

  test("the first language given counts, any Chinese is Chinese, everything else English", () => {
    expect(["zh", "zh-TW", "ZH-hant-hk", "en", "fr", ""].map(pickLocale)).toEqual([
      ...["zh-CN", "zh-CN", "zh-CN"],
      ...["en", "en", "en"],
    ]);
    expect(pageLocale({ lang: "zh-TW" })).toBe("zh-CN");
    expect(pageLocale({})).toBe("en");
    document.documentElement.lang = "zh";
    expect(pageLocale({})).toBe("zh-CN");
    expect(pageLocale({ lang: "fr" })).toBe("en");
    document.documentElement.lang = "";
  });

  test("the button keeps the name that the loader gave it", () => {
    expect(launcherLabels).toEqual({ "zh-CN": zhCN.launcher, en: en.launcher });
  });

  test("the composer takes what the server takes", () => {
    expect(maxChars).toBe(maxMessageChars);
  });
});
