import { attempt } from "../attempt.ts";
import { decode } from "./entities.ts";
import { unwrapLast } from "./pen.ts";
import { BEGUN, matchAt } from "./scan.ts";

/** Says of an address that already has a harmless scheme whether it may become a link. */
export type LinkRule = (url: URL) => boolean;

/** An address as written, and how many characters its notation takes. */
export interface Address {
  readonly address: string;
  readonly length: number;
}

const SCHEMES = /^(?:https?|mailto|tel):$/;
const MAX_CHARS = 2000;

const TARGET =
  /\([ \t]*(?:<([^<>\n]*)>|((?:[^\s()<>\\]|\\.|\((?:[^\s()<>\\]|\\.)*\))*))(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?[ \t]*\)/y;
const TARGET_ENDINGS = [")", "))", ")))", ">)", '")', "')"];

const BARE = /https?:\/\/(?:[\w\-.~:/?#@!$&+,;=%]|\([\w\-.~:/?#@!$&+,;=%]*\))*/iy;
const OPEN_PAREN = /\([\w\-.~:/?#@!$&+,;=%]*$/y;
const BARE_WITH_HOST = /:\/\/[a-z\d]/i;
const SENTENCE_END = /[.,;:!?_~]+$/;

/** The `(address "title")` at `at`. Long or nested beyond reason is no address, which keeps hostile text linear. */
export function readTarget(text: string, at: number): Address | typeof BEGUN | undefined {
  const part = text.slice(at, at + MAX_CHARS);
  const found = matchAt(TARGET, part, 0);
  if (found) return { address: decode(found[1] ?? found[2] ?? ""), length: found[0].length };
  return part.length < MAX_CHARS && targetMayFollow(part) ? BEGUN : undefined;
}

/** The plain web address at `at`. It ends at the first character that is not ASCII: Chinese goes on without a space. */
export function readBareAddress(text: string, at: number): Address | typeof BEGUN | undefined {
  const part = text.slice(at, at + MAX_CHARS);
  const [whole = ""] = matchAt(BARE, part, 0) ?? [];
  const mayGrow = !whole || whole.length === part.length || matchAt(OPEN_PAREN, part, whole.length);
  if (mayGrow && part.length < MAX_CHARS) return BEGUN;
  const address = whole.replace(SENTENCE_END, "");
  return BARE_WITH_HOST.test(address) ? { address, length: address.length } : undefined;
}

/**
 * Makes `el`, the last child of its parent, a link to `address` as the page resolves it; only its content stays when
 * the scheme is not http, https, mailto or tel, when a user name stands before the host, or when `rule` refuses. What
 * is checked is what is set. Links do not nest, and an image in a link is its text: the outer one wins.
 */
export function finishLink(el: HTMLAnchorElement, address: string, rule: LinkRule): void {
  for (const inner of el.querySelectorAll("a")) inner.replaceWith(...inner.childNodes);
  el.normalize();
  const url = address && attempt(() => new URL(address, document.baseURI));
  if (!url || !SCHEMES.test(url.protocol) || url.username || url.password || !rule(url)) return unwrapLast(el);
  el.href = url.href;
  el.rel = "noopener noreferrer nofollow";
  el.target = "_blank";
  if (!el.textContent?.trim()) el.textContent = address;
}

function targetMayFollow(part: string): boolean {
  return TARGET_ENDINGS.some((ending) => matchAt(TARGET, part + ending, 0)?.[0].length === part.length + ending.length);
}
