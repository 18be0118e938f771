// @vitest-environment jsdom
import MarkdownIt from "markdown-it";
import { describe, expect, test } from "vitest";
import { replies } from "./markdown-corpus.ts";
import { render } from "./markdown-render.ts";

const peer = new MarkdownIt({ breaks: true, linkify: true });

function renderByPeer(markdown: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = peer.render(markdown);
  return root;
}

/**
 * The tree as text, without what differs by design everywhere: headings two levels lower, an item's first paragraph
 * in the item itself, images as links, a scroller around tables, alignment and language as data, no newline at the end
 * of code, and link attributes.
 */
function outline(node: Node, byPeer: boolean): string {
  if (node instanceof Text) return textOf(node);
  if (!(node instanceof HTMLElement)) return "";
  const inside = [...node.childNodes].map((child) => outline(child, byPeer)).join("");
  const tag = tagOf(node, byPeer);
  return tag ? `<${tag}${factsOf(node)}>${inside}</>` : inside;
}

function textOf(node: Text): string {
  if (node.parentElement?.closest("pre")) return node.data.replace(/\n$/, "");
  return node.data.trim() ? node.data.replaceAll("\n", "") : "";
}

function tagOf(el: HTMLElement, byPeer: boolean): string {
  const tag = el.tagName.toLowerCase();
  const isFirstOfItem = tag === "p" && el.parentElement?.tagName === "LI" && !el.previousElementSibling;
  if (isFirstOfItem || tag === "div" || (tag === "tbody" && !el.firstElementChild)) return "";
  const level = byPeer && /^h\d$/.test(tag) ? Math.min(Number(tag.charAt(1)) + 2, 6) : 0;
  return level ? `h${level}` : tag;
}

function factsOf(el: HTMLElement): string {
  const facts = [
    el instanceof HTMLAnchorElement ? el.href : "",
    el.getAttribute("start"),
    el.getAttribute("data-align") ?? el.getAttribute("style")?.replace("text-align:", ""),
    el.getAttribute("data-lang") ?? el.className.replace(/^language-|^table$/, ""),
  ];
  return facts.map((fact) => (fact ? ` ${fact}` : "")).join("");
}

test.each(replies)("the reply %j comes out as markdown-it has it", (reply) => {
  expect(outline(render(reply), false)).toBe(outline(renderByPeer(reply), true));
});

/** What differs on purpose: why, Markdown, how this renderer has it. */
const differences: readonly (readonly [why: string, markdown: string, ours: string])[] = [
  ["Chinese punctuation does not keep bold from closing", "**注意：**请", "<p><strong>注意：</>请</>"],
  ["nor from opening", "他说**“好”**了", "<p>他说<strong>“好”</>了</>"],
  ["one asterisk between letters or digits is no emphasis", "3*4 和 5*6", "<p>3*4 和 5*6</>"],
  ["bold does not nest in bold: the newer mark counts", "**a **b** c**", "<p>**a <strong>b</> c**</>"],
  ["code ends with its line", "`a\nb`", "<p>`a<br></>b`</>"],
  ["the text of a link ends with its line", "[a\nb](/c)", "<p>[a<br></>b](/c)</>"],
  ["of two nested links the outer one counts", "[a [b](/c)](/d)", "<p><a http://localhost:3000/d>a b</></>"],
  ["a refused address leaves the text only", "[a](javascript:b)", "<p>a</>"],
  ["an empty address is none", "[a]()", "<p>a</>"],
  ["an image is a link", "![a](/b)", "<p><a http://localhost:3000/b>a</></>"],
  ["a web address is ASCII", "https://b.c/x看", "<p><a https://b.c/x>https://b.c/x</>看</>"],
  ["only whole web addresses become links", "b.com a@b.c", "<p>b.com a@b.c</>"],
  ["a line break may be written as a tag", "a<br>b", "<p>a<br></>b</>"],
  ["a line of dashes is a rule, never a heading", "a\n---", "<p>a</><hr></>"],
  ["indented text is no code", "    a", "<p>a</>"],
  ["two columns of indentation continue any item", "1. a\n  - b", "<ol><li>a<ul><li>b</></></></>"],
  ["a heading has words", "#", "<p>#</>"],
  ["a table begins with a pipe", "a | b\n--|--", "<p>a | b<br></>--|--</>"],
  ["a row after a table begins with one too", "|a|\n|-|\nb", "<table><thead><tr><th>a</></></></><p>b</>"],
  [
    "cells too many join the last",
    "|a|\n|-|\n|1|2|",
    "<table><thead><tr><th>a</></></><tbody><tr><td>1 | 2</></></></>",
  ],
  ["a task has a box", "- [x] a", "<ul><li>☑ a</></>"],
  ["reference links are text", "[a]\n\n[a]: /b", "<p>[a]</><p>[a]: /b</>"],
];

describe("unlike markdown-it", () => {
  test.each(differences)("%s: %j", (_, markdown, expected) => {
    const ours = outline(render(markdown), false);
    expect(ours).toBe(expected);
    expect(ours).not.toBe(outline(renderByPeer(markdown), true));
  });
});
