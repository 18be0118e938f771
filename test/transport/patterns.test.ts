import { expect, test } from "vitest";
import { maxMessageChars, messageText, page } from "../../src/contract/shapes.ts";
import { asksForPerson } from "../../src/domain/person-words.ts";
import { quote } from "../../src/engines/relay/quote.ts";
import { indexProducts } from "../../src/engines/shop/search.ts";
import { readDirectives, withoutDirectives } from "../../src/simulator/directive.ts";
import { countedAs, Origins } from "../../src/transport/origins.ts";

/** As much as several questions of one turn have together, and more than the headers of a request. */
const longest = 15 * maxMessageChars;
/** A pattern that goes back and forth in so much text takes seconds. */
const mostMs = 150;

/** What patterns begin on, and may look for the end of again and again. */
const beginnings = [
  ...[
    " ",
    "\n",
    "\t ",
    "a",
    "a'",
    "’",
    "ss",
    "-",
    ".",
    "1.",
    "1:",
    "::",
    "f",
    "“",
    "。",
    "\u2028",
    "\ud800",
    "\\",
    "\\n",
    "\\u0041",
  ],
  ...[
    "sk-",
    "sk-a",
    "请",
    "我要",
    "想要",
    "please ",
    "can i want to talk to a ",
    "[[sim:",
    "[[sim: say x ",
    '[[sim: a="',
    '[[sim: "\\',
  ],
];
const texts = beginnings.flatMap((each) => {
  const many = each.repeat(Math.ceil(longest / each.length));
  return [many, `x${many}!`, `[[sim: say x${many}`, `[[sim: x "${many}`];
});

const products = indexProducts([{ id: "tent", name: "tent 帐篷", about: "轻便的帐篷", stock: 1 }]);
const origins = new Origins({ allowed: ["https://shop.example"], demonstration: true });

test.each<[string, (text: string) => unknown]>([
  ["the words by which a person is asked for", asksForPerson],
  ["a question", (text) => messageText.safeParse(text.slice(0, maxMessageChars))],
  ["a page", (text) => page.safeParse({ url: text.slice(0, 2_000), title: text.slice(0, 300) })],
  ["a quotation of the relay", (text) => quote(text, { keys: ["sk-of-somebody"], texts: [text] })],
  ["what is looked for", (text) => products.find(text.slice(0, 200), 10)],
  ["an address", countedAs],
  ["an origin", (text) => origins.allows(text, "shop.example")],
  ["a directive", (text) => thrownBy(() => readDirectives(text))],
  ["what is said beside directives", withoutDirectives],
])("X3 no text holds the node up in the pattern of %s", (_, read) => {
  const slow = texts.filter((text) => timeOf(() => read(text)) > mostMs).map((text) => text.slice(0, 30));
  expect(slow).toEqual([]);
});

/** The shorter of two times, for others may take the machine meanwhile. */
function timeOf(run: () => unknown): number {
  const times = [1, 2].map(() => {
    const startedAt = performance.now();
    run();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (fault) {
    return fault;
  }
}
