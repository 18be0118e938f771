import { decode } from "./entities.ts";
import { BEGUN, matchAt } from "./scan.ts";

/** Says of an address that already has a harmless scheme whether it may become a link. */
export type LinkRule = (url: URL) => boolean;

/** An address as written, and how many characters its notation takes. */
export interface Address {
  readonly address: string;
  readonly length: number;
}

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const MAX_CHARS = 2000;

const TARGET =
  /\([ \t]*(?:<([^<>\n]*)>|((?:[^\s()<>\\]|\\.|\((?:[^\s()<>\\]|\\.)*\))*))(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?[ \t]*\)/y;
const TARGET_ENDINGS = [")", "))", ")))", ">)", '")', "')"];

const BARE = /https?:\/\/(?:[\w\-.~:/?#@!$&+,;=%]|\([\w\-.~:/?#@!$&+,;=%]*\))*/iy;
const OPEN_PAREN = /\([\w\-.~:/?#@!$&+,;=%]*$/y;
const BARE_HAS_HOST = /:\/\/[a-z\d]/i;
const ENDS_SENTENCE = /[.,;:!?_~]+$/;

/** The `(address "title")` at `at`. Long or nested beyond reason is no address, which keeps hostile text linear. */
export function readTarget(text: string, at: number): Address | typeof BEGUN | undefined {
  const part = text.slice(at, at + MAX_CHARS);
  const found = matchAt(TARGET, part, 0);
  if (found) return { address: decode(found[1] ?? found[2] ?? ""), length: found[0].length };
  return part.length < MAX_CHARS && targetMayFollow(part) ? BEGUN : undefined;
}

/**
 * The plain web address at `at`; `last` when nothing can follow the text. It ends at the first character that is not
 * ASCII: Chinese goes on without a space.
 */
export function readBareAddress(text: string, at: number, last: boolean): Address | typeof BEGUN | undefined {
  const part = text.slice(at, at + MAX_CHARS);
  const [whole = ""] = matchAt(BARE, part, 0) ?? [];
  const mayGrow = !whole || whole.length === part.length || matchAt(OPEN_PAREN, part, whole.length);
  if (mayGrow && !last && part.length < MAX_CHARS) return BEGUN;
  const address = whole.replace(ENDS_SENTENCE, "");
  return BARE_HAS_HOST.test(address) ? { address, length: address.length } : undefined;
}

/**
 * Makes `el` a link to `address`, resolved against the page; false, and no link, when its scheme is not http, https,
 * mailto or tel, when it hides its host behind a user name, or when `rule` refuses. What is checked is what is set.
 */
export function setAddress(el: HTMLAnchorElement, address: string, rule: LinkRule): boolean {
  const url = address ? resolve(address) : undefined;
  if (!url || !SCHEMES.has(url.protocol) || url.username || url.password || !rule(url)) return false;
  el.href = url.href;
  el.rel = "noopener noreferrer nofollow";
  el.target = "_blank";
  return true;
}

function resolve(address: string): URL | undefined {
  try {
    return new URL(address, document.baseURI);
  } catch {
    return undefined; // Not an address: it stays text.
  }
}

function targetMayFollow(part: string): boolean {
  return TARGET_ENDINGS.some((ending) => matchAt(TARGET, part + ending, 0)?.[0].length === part.length + ending.length);
}
