// @vitest-environment jsdom
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openMarkdown } from "../../client/markdown/markdown.ts";
import { replies } from "./markdown-corpus.ts";
import { cut, render, renderCut, renderPieces, short } from "./markdown-render.ts";

const conversation = replies.join("\n\n");

/** What is on the page after each piece, before the end. */
function* stream(pieces: readonly string[]): Generator<HTMLElement> {
  const root = document.createElement("div");
  const sink = openMarkdown(root);
  for (const piece of pieces) {
    sink.write(piece);
    yield root;
  }
}

const halfOpen: readonly (readonly [begun: string, shown: string])[] = [
  ["*", ""],
  ["a *", "<p>a </p>"],
  ["a **", "<p>a </p>"],
  ["a **bo", "<p>a <strong>bo</strong></p>"],
  ["a **bo*", "<p>a <strong>bo</strong></p>"],
  ["a ~~b", "<p>a <s>b</s></p>"],
  ["a `", "<p>a </p>"],
  ["a `co", "<p>a <code>co</code></p>"],
  ["a ``co`", "<p>a <code>co</code></p>"],
  ["a [te", "<p>a <a>te</a></p>"],
  ["a [te]", "<p>a <a>te</a></p>"],
  ["a [te](https://b.c", "<p>a <a>te</a></p>"],
  ['a [te](https://b.c "ti', "<p>a <a>te</a></p>"],
  ["a !", "<p>a </p>"],
  ["a ![al", "<p>a <a>al</a></p>"],
  ["a &am", "<p>a </p>"],
  ["a <b", "<p>a </p>"],
  ["a <https://b.", "<p>a </p>"],
  ["a \\", "<p>a </p>"],
  ["a https://b.c/d", "<p>a </p>"],
  ["#", ""],
  ["## ", ""],
  ["## a", "<h4>a</h4>"],
  ["-", ""],
  ["- ", ""],
  ["- [ ", ""],
  ["- a", "<ul><li>a</li></ul>"],
  ["--", ""],
  ["12", ""],
  ["1.", ""],
  ["1. a", "<ol><li>a</li></ol>"],
  [">", ""],
  ["> a", "<blockquote><p>a</p></blockquote>"],
  ["``", ""],
  ["```js", ""],
  ["```js\nlet", '<pre><code data-lang="js">let</code></pre>'],
  ["```js\nlet\n``", '<pre><code data-lang="js">let</code></pre>'],
  ["| a | b", ""],
  ["| a | b |\n", ""],
  ["| a | b |\n|--", ""],
  ["a\n", "<p>a</p>"],
];

test.each(halfOpen)("%j is shown as %j until more comes", (begun, shown) => {
  for (const pieces of [[begun], cut(begun, 1)]) expect(short([...stream(pieces)].at(-1) ?? document.body)).toBe(shown);
});

test.each(halfOpen.filter(([begun]) => begun.startsWith("a ")))("%j is what it says once nothing comes", (begun) => {
  expect(render(begun).textContent).toBe(begun);
  expect(renderCut(begun, 1).textContent).toBe(begun);
});

test.each(replies)("nothing shown of the reply %j is ever taken back or changed", (reply) => {
  const whole = render(reply).textContent ?? "";
  for (const chars of [1, 3]) {
    for (const root of stream(cut(reply, chars))) expect(whole).toContain((root.textContent ?? "").trimEnd());
  }
});

test.each(replies)("no mark of the reply %j is ever visible", (reply) => {
  for (const root of stream(cut(reply.replace("138****5678", ""), 1))) {
    const prose = [...root.childNodes].filter((node) => node.nodeName !== "PRE").map((node) => node.textContent);
    expect(prose.join("\n")).not.toMatch(/\*\*|`|\]\(|~~|\||^#|^> |^- |^-+$/m);
  }
});

describe("what stands on the page", () => {
  test("stays the same node with the same content once a later block has begun", () => {
    const finished: { readonly node: ChildNode; readonly html: string }[] = [];
    for (const root of stream(cut(conversation, 7))) {
      for (const [index, { node, html }] of finished.entries()) {
        if (root.childNodes[index] !== node || outer(node) !== html) expect(outer(node)).toBe(html);
      }
      for (const node of [...root.childNodes].slice(finished.length, -1)) finished.push({ node, html: outer(node) });
    }
    expect(finished.length).toBeGreaterThan(40);
  });

  test("keeps its nodes within a list as well", () => {
    const root = document.createElement("div");
    const sink = openMarkdown(root);
    sink.write("1. **a**\n   - b");
    const nodes = [...root.querySelectorAll("*")];
    sink.write("c `d` \n   - e\n\n2. f\n");
    sink.end();
    expect(nodes.filter((node) => !root.contains(node))).toEqual([]);
    expect(short(root)).toBe(
      "<ol><li><strong>a</strong><ul><li>bc <code>d</code></li><li>e</li></ul></li><li>f</li></ol>",
    );
  });

  test("takes plain text into the text node that is there", () => {
    const texts = [...stream(["Hello", " world", " 你好", "，再见"])].map((root) => root.firstChild?.firstChild);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toHaveProperty("data", "Hello world 你好，再见");
  });

  test("takes the second half of a surrogate pair into the node that holds the first", () => {
    const [first, second] = [...stream(["a\ud83d", "\ude00b"])].map((root) => root.firstChild?.firstChild);
    expect(first).toBe(second);
    expect(second).toHaveProperty("data", "a😀b");
  });

  test("is never replaced as a whole when a mark closes", () => {
    const elements = [...stream(["a **b", "c", "** d [e", "](/f) `g", "`"])].map((root) => [
      ...root.querySelectorAll("strong, a, code"),
    ]);
    const last = elements.at(-1) ?? [];
    expect(last).toHaveLength(3);
    for (const found of elements) expect(found).toEqual(last.slice(0, found.length));
    expect(elements[0]?.[0]).toBe(last[0]);
  });
});

const PIECES = [
  ..."*_`~[]()!<>&\\|#-+.:/ \t\n\"'",
  ..."a中，。1😀",
  "**",
  "__",
  "~~",
  "``",
  "```",
  "~~~",
  "***",
  "\n\n",
  "\r\n",
  "- ",
  "1. ",
  "2) ",
  "> ",
  "# ",
  "## ",
  "    ",
  "| a | b |\n|---|:-:|\n",
  "\n| c |",
  "[x](",
  "](https://b.c/d)",
  "![",
  "https://b.c/",
  "http",
  "<br>",
  "<https://b.c>",
  "&amp;",
  "- [ ] ",
  "---",
  "word ",
];

/** A text of awkward pieces, and the same text cut otherwise. */
const awkward = fc
  .tuple(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 12 })))
  .map(([words, sizes]) => [words.join(""), sizes] as const);

function cutBy(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = sizes[pieces.length % Math.max(1, sizes.length)] ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

describe("however it is cut", () => {
  test("any text becomes the same nodes", () => {
    fc.assert(
      fc.property(awkward, ([text, sizes]) => {
        const whole = render(text);
        for (const pieces of [cutBy(text, sizes), cut(text, 1)]) {
          const pieced = renderPieces(pieces);
          if (!whole.isEqualNode(pieced)) expect(pieced.innerHTML).toBe(whole.innerHTML);
          expect(whole.isEqualNode(pieced)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([1, 2, 3, 7, 40, 1000])("a long conversation in pieces of %d becomes the same nodes", (chars) => {
    expect(renderCut(conversation, chars).innerHTML).toBe(render(conversation).innerHTML);
  });
});

test("no text is lost, and text beside text is one node", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "中", "b c", "1", " ", "*", "_", "~", "[", "]", "(", "!", "`")),
      (words) => {
        const text = `x${words.join("")}`;
        const letters = (shown: string | null) => (shown ?? "").replace(/[^a-z中1]/g, "");
        const root = render(text);
        expect(letters(root.textContent)).toBe(letters(text));
        const joined = root.cloneNode(true);
        joined.normalize();
        expect(joined.isEqualNode(root)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

function outer(node: ChildNode): string {
  return node instanceof Element ? node.outerHTML : (node.textContent ?? "");
}
