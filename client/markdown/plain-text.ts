import { renderMarkdown } from "./markdown.ts";

/**
 * What a reader of the rendered `text` would read aloud: no marks, one line for each block, item and table row, numbers
 * before numbered items, commas between cells, a link as its text.
 */
export function plainText(text: string): string {
  const root = document.createElement("div");
  renderMarkdown(root, text);
  return read(root).replace(/\n+/g, "\n").trim();
}

const INLINE = new Set(["A", "STRONG", "EM", "S", "CODE", "TH", "TD"]);

function read(node: Node): string {
  if (node instanceof Text) return node.data;
  const parts = [...node.childNodes].map(read);
  if (node.nodeName === "TR") return `\n${parts.join(", ")}\n`;
  return INLINE.has(node.nodeName) ? parts.join("") : `\n${numberOf(node)}${parts.join("")}\n`;
}

function numberOf(node: Node): string {
  const list = node.parentNode;
  if (node.nodeName !== "LI" || !(list instanceof HTMLOListElement)) return "";
  return `${list.start + [...list.childNodes].indexOf(node as ChildNode)}. `;
}
