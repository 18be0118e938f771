import { expect, test } from "vitest";
import type { Handoff } from "../../client/widget/api.ts";
import { words as en } from "../../client/widget/words/en.ts";
import { openLanguage } from "../../client/widget/words/language.ts";
import type { Words } from "../../client/widget/words/words.ts";
import { words as zhCN } from "../../client/widget/words/zh-CN.ts";

/** A language, the parts it has asked for, and all that was spoken. */
function listening() {
  const asked = new Map<string, PromiseWithResolvers<{ words: Words }>>();
  const spoken: string[] = [];
  const fetchPart = (name: string) => {
    const answer = Promise.withResolvers<{ words: Words }>();
    asked.set(name, answer);
    return answer.promise;
  };
  // CAST: a language asks for words alone.
  const language = openLanguage(fetchPart as Handoff["fetchPart"], ({ locale }) => spoken.push(locale));
  return { language, asked, spoken };
}

/** Whatever hangs on settled promises has run. */
const settled = () => new Promise((done) => setTimeout(done));

test("nothing changes before the words are there", async () => {
  const { language, asked, spoken } = listening();
  language.set("en-GB");
  await settled();
  expect(spoken).toEqual([]);
  asked.get("words-en")?.resolve({ words: en });
  await settled();
  expect(spoken).toEqual(["en"]);
});

test("words that cannot be had change nothing, and can be asked for again", async () => {
  const { language, asked, spoken } = listening();
  language.set("en");
  asked.get("words-en")?.reject(new TypeError("Failed to fetch"));
  await settled();
  expect(spoken).toEqual([]);
  language.set("en");
  asked.get("words-en")?.resolve({ words: en });
  await settled();
  expect(spoken).toEqual(["en"]);
});

test("of two languages the one asked for last is spoken, whichever comes first", async () => {
  const { language, asked, spoken } = listening();
  language.set("en");
  language.set("zh");
  asked.get("words-zh-CN")?.resolve({ words: zhCN });
  await settled();
  asked.get("words-en")?.resolve({ words: en });
  await settled();
  expect(spoken).toEqual(["zh-CN"]);
});

test("words that come after the end are not spoken", async () => {
  const { language, asked, spoken } = listening();
  language.set("en");
  language.close();
  asked.get("words-en")?.resolve({ words: en });
  await settled();
  expect(spoken).toEqual([]);
});
