// @vitest-environment jsdom
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render, renderCut } from "./markdown-render.ts";

const refused: readonly string[] = [
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x]( javascript:alert(1))",
  "[x](<javascript:alert(1)>)",
  "[x](<java\tscript:alert(1)>)",
  "[x](<\u0001javascript:alert(1)>)",
  "[x](\u0000javascript:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](&#x6A;avascript:alert(1))",
  "[x](java&#9;script:alert(1))",
  "[x](java&#10;script:alert(1))",
  "[x](java&#x0d;script:alert(1))",
  "[x](javascript&#58;alert(1))",
  "[x](javascript\\:alert(1))",
  "[x](&#1;javascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](<data:text/html,<script>alert(1)</script>>)",
  "[x](DATA:text/html;base64,PHNjcmlwdD4=)",
  "[x](vbscript:msgbox(1))",
  "[x](blob:https://shop.example/1)",
  "[x](file:///etc/passwd)",
  "[x](ftp://b.c/)",
  "[x](intent://b.c#Intent;end)",
  "[x](view-source:https://b.c/)",
  "[x](https://bank.example@evil.example/)",
  "[x](https://)",
  "[x]()",
  "![x](javascript:alert(1))",
  "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
  "[![x](javascript:alert(1))](javascript:alert(2))",
  "<javascript:alert(1)>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  "<script>alert(1)</script>",
  "<br onclick=alert(1)>",
  "<style>*{display:none}</style>",
  '<iframe srcdoc="x"></iframe>',
  '```"><img src=x onerror=alert(1)>\nx\n```',
];

const allowed: readonly (readonly [markdown: string, href: string])[] = [
  ["[x](https://b.c/)", "https://b.c/"],
  ["[x](HTTP://b.c/)", "http://b.c/"],
  ["[x](mailto:a@b.c)", "mailto:a@b.c"],
  ["[x](tel:+8613800000000)", "tel:+8613800000000"],
  ["[x](/orders/1?a=b#c)", "/orders/1?a=b#c"],
  ["[x](orders)", "/orders"],
  ["[x](//b.c/)", "//b.c/"],
  ["[x](\\\\\\\\b.c/)", "//b.c/"],
  ["[x](\\javascript:alert(1))", "/javascript:alert(1)"],
  ['[x](https://b.c/"onmouseover="alert(1))', "https://b.c/%22onmouseover=%22alert(1)"],
  ["[x](https://b.c/?u=javascript:alert(1))", "https://b.c/?u=javascript:alert(1)"],
];

const ATTRIBUTES = /^(?:href|rel|target|start|tabindex|role|aria-label|class|scope|data-align|data-lang)$/;
const TAGS = /^(?:P|H[3-6]|A|STRONG|EM|S|CODE|PRE|BR|HR|UL|OL|LI|BLOCKQUOTE|DIV|TABLE|THEAD|TBODY|TR|TH|TD)$/;

/** Everything under `root` that this renderer has no business to make. */
function foreign(root: Element): string[] {
  return [...root.querySelectorAll("*")].flatMap((el) => [
    ...(TAGS.test(el.tagName) ? [] : [el.tagName]),
    ...el.getAttributeNames().filter((name) => !ATTRIBUTES.test(name)),
    ...(/^(?:|(?:https?|mailto|tel):.*)$/.test((el as HTMLAnchorElement).href ?? "") ? [] : [el.outerHTML]),
  ]);
}

describe("an address that is not harmless", () => {
  test.each(refused)("makes no link: %j", (markdown) => {
    for (const root of [render(markdown), renderCut(markdown, 1)]) {
      expect(root.querySelector("a[href]:not([href^='http://b.c']):not([href^='https://b.c'])")).toBeNull();
      expect(foreign(root)).toEqual([]);
    }
  });

  test("leaves the text of its link", () => {
    expect(render("[**read** me](javascript:alert`1`)").innerHTML).toBe("<p><strong>read</strong> me</p>");
  });
});

test.each(allowed)("%j links to %s, in a window that knows nothing of this one", (markdown, href) => {
  const link = render(markdown).querySelector("a");
  expect(link?.href).toBe(new URL(href, document.baseURI).href);
  expect([link?.rel, link?.target]).toEqual(["noopener noreferrer nofollow", "_blank"]);
});

test("the page can refuse more addresses", () => {
  const isLink = (url: URL) => url.host === "shop.example";
  const root = render("[a](https://shop.example/) [b](https://b.c/) https://b.c/d", { isLink });
  expect([...root.querySelectorAll("a")].map((link) => link.textContent)).toEqual(["a"]);
  expect(root.textContent).toBe("a b https://b.c/d");
});

test("no control can show characters in another order than they stand", () => {
  const root = render("\u202egnp.exe\u202c &#x202e;x&#8238; \u2066a\u2069");
  expect(root.textContent).toBe("gnp.exe \ufffdx\ufffd a");
});

test("an image is a link and nothing is fetched", () => {
  const root = render("![secret](https://b.c/?q=secret) ![](https://b.c/i.png)");
  expect(root.querySelector("img, picture, source, [src], [srcset], [style], [background]")).toBeNull();
  expect([...root.querySelectorAll("a")].map((link) => link.textContent)).toEqual(["secret", "https://b.c/i.png"]);
});

test("whatever is written, only known elements and attributes and harmless addresses come out", () => {
  const word = fc.constantFrom(
    ...refused,
    "**",
    "`",
    "[",
    "](",
    ")",
    "<",
    ">",
    "&#",
    ";",
    "\n",
    "| a |\n|---|\n",
    "- ",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (words, chars) => {
      expect(foreign(renderCut(words.join(""), chars))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("no source of the renderer parses HTML, sets a style or runs text", () => {
  const directory = join(import.meta.dirname, "../../client/markdown");
  const sources = readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8"));
  expect(sources.length).toBeGreaterThan(5);
  expect(sources.join("\n")).not.toMatch(
    /innerHTML|outerHTML|insertAdjacent|DOMParser|Fragment\(|\.style|\beval\b|Function\(|\.src\b/,
  );
});
