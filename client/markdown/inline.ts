import { readRun } from "./emphasis.ts";
import { readEntity } from "./entities.ts";
import { type Address, finishLink, type LinkRule, readBareAddress, readTarget } from "./links.ts";
import { type OpenMark, openPen } from "./pen.ts";
import { BEGUN, matchAt } from "./scan.ts";
import type { LineSink } from "./sink.ts";

const SPECIAL = /[\\`*_~[\]!<&\n]|h(?:ttps?:\/\/|(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?$)/gi;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const LATIN = /[a-z\d]/i;
const ANGLED = /<(?:br ?\/?|(https?:\/\/[^\s<>]{1,2000}))>/iy;
const ANGLED_BEGUN = /<(?:br \/?|[^\s<>]{0,2000})$/iy;
const CODE_STOP = /`{1,32}|\n/g;
// A longer run counts as several: what waits for its end stays short.
const RUN = /`{1,32}|\*{1,32}|_{1,32}|~{1,32}/y;
const MAX_OPEN_BRACKETS = 4;
const WAIT = -1;

/**
 * Renders inline Markdown at the end of `root` while it arrives. Each decision is made once, when the text that it
 * needs is there; until then that text is held back. Marks that may still close are shown as if they did, so the
 * outcome depends on the text alone, never on how it was cut.
 */
export function openInline(root: HTMLElement, rule: LinkRule): LineSink {
  const pen = openPen(root);
  let held = "";
  let before = "\n";
  /** Within code, how many backticks close it. */
  let ticks = 0;
  let isEnding = false;

  function write(text: string): void {
    held += text;
    let at = 0;
    for (let next = read(at); next !== WAIT; next = read(at)) at = next;
    before = charBefore(at);
    held = held.slice(at);
    pen.flush();
  }

  /** Nothing follows: what never closed becomes the characters it was written with. */
  function end(): void {
    isEnding = true;
    // Whatever waits for more text is decided by the end of its line.
    write("\n");
    while (pen.marks.length > 0) pen.dissolve(0);
  }

  /** Reads what is at `at` and gives where to go on, or `WAIT`; so do all the others. */
  function read(at: number): number {
    if (at === held.length) return WAIT;
    if (ticks > 0) return readCode(at);
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(held)?.index ?? held.length;
    return special > at ? readText(at, special) : readSpecial(at);
  }

  function readText(from: number, to = from + 1): number {
    pen.text(held.slice(from, to));
    return to;
  }

  function readSpecial(at: number): number {
    const next = held.charAt(at + 1);
    switch (held.charAt(at)) {
      case "\n":
        return readNewline(at);
      case "\\":
        return readEscape(at, next);
      case "&":
        return readReference(at);
      case "<":
        return readAngle(at);
      case "!":
        if (!next) return WAIT;
        return next === "[" ? openBracket(at, "![") : readText(at);
      case "[":
        return openBracket(at, "[");
      case "]":
        return closeBracket(at);
      case "h":
      case "H":
        return readAddress(at);
      default:
        return readMarks(at);
    }
  }

  function readNewline(at: number): number {
    for (let depth = bracket(); depth >= 0; depth = bracket()) pen.dissolve(depth);
    pen.trim();
    if (!isEnding) pen.append("br");
    return at + 1;
  }

  function readEscape(at: number, next: string): number {
    if (!next) return WAIT;
    if (next === "\n" && !isEnding) return at + 1;
    return PUNCTUATION.test(next) ? readText(at + 1) : readText(at);
  }

  function readReference(at: number): number {
    const entity = readEntity(held, at);
    if (entity === BEGUN) return WAIT;
    if (!entity) return readText(at);
    pen.text(entity.text);
    return at + entity.length;
  }

  /** A line break or an address; every other tag is text. */
  function readAngle(at: number): number {
    const [whole, address] = matchAt(ANGLED, held, at) ?? [];
    if (!whole) return matchAt(ANGLED_BEGUN, held, at) ? WAIT : readText(at);
    if (address) return link(at, { address, length: whole.length });
    pen.append("br");
    return at + whole.length;
  }

  function openBracket(at: number, literal: string): number {
    const { marks } = pen;
    if (marks.filter(isBracket).length === MAX_OPEN_BRACKETS) pen.dissolve(marks.findIndex(isBracket));
    pen.open(literal, "a");
    return at + literal.length;
  }

  function closeBracket(at: number): number {
    const depth = bracket();
    if (depth < 0) return readText(at);
    const target = held.length === at + 1 ? BEGUN : readTarget(held, at + 1);
    if (target === BEGUN) return WAIT;
    if (!target) {
      pen.dissolve(depth);
      return readText(at);
    }
    const el = pen.close(depth);
    if (el instanceof HTMLAnchorElement) finishLink(el, target.address, rule);
    return at + 1 + target.length;
  }

  function bracket(): number {
    return pen.marks.findLastIndex(isBracket);
  }

  function readAddress(at: number): number {
    if (LATIN.test(charBefore(at))) return readText(at);
    const address = readBareAddress(held, at);
    if (address === BEGUN) return WAIT;
    return address ? link(at, address) : readText(at);
  }

  function link(at: number, { address, length }: Address): number {
    const el = pen.append("a");
    el.textContent = address;
    finishLink(el, address, rule);
    return at + length;
  }

  function readMarks(at: number): number {
    const run = matchAt(RUN, held, at)?.[0] ?? "";
    const next = at + run.length;
    const after = held.charAt(next);
    if (!after) return WAIT;
    if (run.startsWith("`")) {
      pen.open(run, "code");
      ticks = run.length;
    } else readRun(pen, run, charBefore(at), after);
    return next;
  }

  /** Code runs to as many backticks as opened it, on the same line. */
  function readCode(at: number): number {
    CODE_STOP.lastIndex = at;
    const { 0: stop, index } = CODE_STOP.exec(held) ?? { 0: "", index: held.length };
    if (index > at) return readText(at, index);
    if (stop === "\n") return forgetCode(at);
    const next = at + stop.length;
    if (next === held.length) return WAIT;
    if (stop.length !== ticks) return readText(at, next);
    const { el, code } = closeCode();
    if (code.startsWith(" ") && code.endsWith(" ") && code.trim()) el.textContent = code.slice(1, -1);
    return next;
  }

  function closeCode() {
    ticks = 0;
    const el = pen.close(pen.marks.length - 1);
    return { el, code: el.textContent ?? "" };
  }

  /** The backticks never closed: what was shown as code is read again as text. */
  function forgetCode(at: number): number {
    const marks = "`".repeat(ticks);
    const { el, code } = closeCode();
    held = marks + code + held.slice(at);
    el.remove();
    return readText(0, marks.length);
  }

  function charBefore(at: number): string {
    return at > 0 ? held.charAt(at - 1) : before;
  }

  return { write, end };
}

function isBracket({ literal }: OpenMark): boolean {
  return literal.endsWith("[");
}
