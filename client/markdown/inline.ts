import { readRun } from "./emphasis.ts";
import { readEntity } from "./entities.ts";
import { type Address, finishLink, type LinkRule, readBareAddress, readTarget } from "./links.ts";
import { type OpenMark, Pen } from "./pen.ts";
import { BEGUN, matchAt } from "./scan.ts";

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
export class Inline {
  readonly #pen: Pen;
  readonly #rule: LinkRule;
  #held = "";
  #before = "\n";
  /** Within code, how many backticks close it. */
  #ticks = 0;
  #isEnding = false;

  constructor(root: HTMLElement, rule: LinkRule) {
    this.#pen = new Pen(root);
    this.#rule = rule;
  }

  write(text: string): void {
    this.#held += text;
    let at = 0;
    for (let next = this.#step(at); next !== WAIT; next = this.#step(at)) at = next;
    this.#before = this.#charBefore(at);
    this.#held = this.#held.slice(at);
    this.#pen.flush();
  }

  /** Nothing follows: what never closed becomes the characters it was written with. */
  end(): void {
    this.#isEnding = true;
    // Whatever waits for more text is decided by the end of its line.
    this.write("\n");
    while (this.#pen.marks.length > 0) this.#pen.dissolve(0);
  }

  /** Reads what is at `at` and gives where to go on, or `WAIT`. */
  #step(at: number): number {
    if (at === this.#held.length) return WAIT;
    if (this.#ticks > 0) return this.#code(at);
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(this.#held)?.index ?? this.#held.length;
    return special > at ? this.#text(at, special) : this.#special(at);
  }

  #text(from: number, to: number): number {
    this.#pen.text(this.#held.slice(from, to));
    return to;
  }

  #special(at: number): number {
    switch (this.#held.charAt(at)) {
      case "\n":
        return this.#newline(at);
      case "\\":
        return this.#escape(at);
      case "&":
        return this.#entity(at);
      case "<":
        return this.#angle(at);
      case "!":
        return this.#image(at);
      case "[":
        return this.#openBracket(at, "[");
      case "]":
        return this.#closeBracket(at);
      case "h":
      case "H":
        return this.#bareAddress(at);
      default:
        return this.#run(at);
    }
  }

  #newline(at: number): number {
    for (let depth = this.#bracket(); depth >= 0; depth = this.#bracket()) this.#pen.dissolve(depth);
    this.#pen.trim();
    if (!this.#isEnding) this.#pen.append("br");
    return at + 1;
  }

  #escape(at: number): number {
    const next = this.#held.charAt(at + 1);
    if (!next) return WAIT;
    if (next === "\n" && !this.#isEnding) return at + 1;
    return PUNCTUATION.test(next) ? this.#text(at + 1, at + 2) : this.#text(at, at + 1);
  }

  #entity(at: number): number {
    const entity = readEntity(this.#held, at);
    if (entity === BEGUN) return WAIT;
    if (!entity) return this.#text(at, at + 1);
    this.#pen.text(entity.text);
    return at + entity.length;
  }

  /** A line break or an address; every other tag is text. */
  #angle(at: number): number {
    const [whole, address] = matchAt(ANGLED, this.#held, at) ?? [];
    if (!whole) return matchAt(ANGLED_BEGUN, this.#held, at) ? WAIT : this.#text(at, at + 1);
    if (address) return this.#link(at, { address, length: whole.length });
    this.#pen.append("br");
    return at + whole.length;
  }

  #image(at: number): number {
    const next = this.#held.charAt(at + 1);
    if (!next) return WAIT;
    return next === "[" ? this.#openBracket(at, "![") : this.#text(at, at + 1);
  }

  #openBracket(at: number, literal: string): number {
    const { marks } = this.#pen;
    if (marks.filter(isBracket).length === MAX_OPEN_BRACKETS) this.#pen.dissolve(marks.findIndex(isBracket));
    this.#pen.open(literal, "a");
    return at + literal.length;
  }

  #closeBracket(at: number): number {
    const depth = this.#bracket();
    if (depth < 0) return this.#text(at, at + 1);
    const target = this.#held.length === at + 1 ? BEGUN : readTarget(this.#held, at + 1);
    if (target === BEGUN) return WAIT;
    if (target) return this.#closeLink(depth, at + 1, target);
    this.#pen.dissolve(depth);
    return this.#text(at, at + 1);
  }

  #closeLink(depth: number, at: number, { address, length }: Address): number {
    const el = this.#pen.close(depth);
    if (el instanceof HTMLAnchorElement) finishLink(el, address, this.#rule);
    return at + length;
  }

  #bracket(): number {
    return this.#pen.marks.findLastIndex(isBracket);
  }

  #bareAddress(at: number): number {
    if (LATIN.test(this.#charBefore(at))) return this.#text(at, at + 1);
    const address = readBareAddress(this.#held, at);
    if (address === BEGUN) return WAIT;
    return address ? this.#link(at, address) : this.#text(at, at + 1);
  }

  #link(at: number, { address, length }: Address): number {
    const link = this.#pen.append("a");
    link.textContent = address;
    finishLink(link, address, this.#rule);
    return at + length;
  }

  #run(at: number): number {
    const run = matchAt(RUN, this.#held, at)?.[0] ?? "";
    const after = this.#held.charAt(at + run.length);
    if (!after) return WAIT;
    if (run.startsWith("`")) this.#openCode(run);
    else readRun(this.#pen, run, this.#charBefore(at), after);
    return at + run.length;
  }

  #openCode(run: string): void {
    this.#pen.open(run, "code");
    this.#ticks = run.length;
  }

  /** Code runs to as many backticks as opened it, on the same line. */
  #code(at: number): number {
    CODE_STOP.lastIndex = at;
    const { 0: stop, index } = CODE_STOP.exec(this.#held) ?? { 0: "", index: this.#held.length };
    if (index > at) return this.#text(at, index);
    if (stop === "\n") return this.#forgetCode(at);
    if (at + stop.length === this.#held.length) return WAIT;
    if (stop.length !== this.#ticks) return this.#text(at, at + stop.length);
    this.#closeCode();
    return at + stop.length;
  }

  #closeCode(): void {
    this.#ticks = 0;
    const el = this.#pen.close(this.#pen.marks.length - 1);
    const code = el.textContent ?? "";
    if (code.startsWith(" ") && code.endsWith(" ") && code.trim()) el.textContent = code.slice(1, -1);
  }

  /** The backticks never closed: what was shown as code is read again as text. */
  #forgetCode(at: number): number {
    const el = this.#pen.close(this.#pen.marks.length - 1);
    const ticks = this.#ticks;
    this.#ticks = 0;
    this.#held = "`".repeat(ticks) + el.textContent + this.#held.slice(at);
    el.remove();
    return this.#text(0, ticks);
  }

  #charBefore(at: number): string {
    return at > 0 ? this.#held.charAt(at - 1) : this.#before;
  }
}

function isBracket({ literal }: OpenMark): boolean {
  return literal.endsWith("[");
}
