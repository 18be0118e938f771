import { canClose, canOpen, marksOf, tagOf } from "./emphasis.ts";
import { readEntity } from "./entities.ts";
import { type Address, type LinkRule, readBareAddress, readTarget, setAddress } from "./links.ts";
import { Pen, unwrapLast } from "./pen.ts";
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
  #ticks = 0;

  constructor(root: HTMLElement, rule: LinkRule) {
    this.#pen = new Pen(root);
    this.#rule = rule;
  }

  write(text: string): void {
    this.#held += text;
    this.#read(false);
  }

  /** Nothing follows: what never closed becomes the characters it was written with. */
  end(): void {
    this.#read(true);
    while (this.#pen.marks.length > 0) this.#pen.dissolve(this.#pen.marks.length - 1);
    this.#pen.trim();
  }

  #read(last: boolean): void {
    let at = 0;
    for (let next = this.#step(at, last); next !== WAIT; next = this.#step(at, last)) at = next;
    this.#before = this.#charBefore(at);
    this.#held = this.#held.slice(at);
    this.#pen.flush();
  }

  /** Reads what is at `at` and gives where to go on, or `WAIT`. */
  #step(at: number, last: boolean): number {
    if (this.#ticks > 0) return this.#code(at, last);
    if (at === this.#held.length) return WAIT;
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(this.#held)?.index ?? this.#held.length;
    return special > at ? this.#text(at, special) : this.#special(at, last);
  }

  #text(from: number, to: number): number {
    this.#pen.text(this.#held.slice(from, to));
    return to;
  }

  #special(at: number, last: boolean): number {
    switch (this.#held.charAt(at)) {
      case "\n":
        return this.#newline(at);
      case "\\":
        return this.#escape(at, last);
      case "&":
        return this.#entity(at, last);
      case "<":
        return this.#angle(at, last);
      case "!":
        return this.#image(at, last);
      case "[":
        return this.#openBracket(at, "[");
      case "]":
        return this.#closeBracket(at, last);
      case "h":
      case "H":
        return this.#bareAddress(at, last);
      default:
        return this.#run(at, last);
    }
  }

  #newline(at: number): number {
    for (let depth = this.#bracket(); depth >= 0; depth = this.#bracket()) this.#pen.dissolve(depth);
    this.#pen.trim();
    this.#pen.append("br");
    return at + 1;
  }

  #escape(at: number, last: boolean): number {
    const next = this.#held.charAt(at + 1);
    if (!next && !last) return WAIT;
    if (next === "\n") return at + 1;
    return PUNCTUATION.test(next) ? this.#text(at + 1, at + 2) : this.#text(at, at + 1);
  }

  #entity(at: number, last: boolean): number {
    const entity = readEntity(this.#held, at);
    if (entity === BEGUN && !last) return WAIT;
    if (typeof entity !== "object") return this.#text(at, at + 1);
    this.#pen.text(entity.text);
    return at + entity.length;
  }

  /** A line break or an address; every other tag is text. */
  #angle(at: number, last: boolean): number {
    const [whole, address] = matchAt(ANGLED, this.#held, at) ?? [];
    if (address && whole) return this.#link(at, { address, length: whole.length });
    if (!whole) return !last && matchAt(ANGLED_BEGUN, this.#held, at) ? WAIT : this.#text(at, at + 1);
    this.#pen.append("br");
    return at + whole.length;
  }

  #image(at: number, last: boolean): number {
    if (at + 1 === this.#held.length && !last) return WAIT;
    return this.#held.charAt(at + 1) === "[" ? this.#openBracket(at, "![") : this.#text(at, at + 1);
  }

  #openBracket(at: number, literal: string): number {
    const { marks } = this.#pen;
    const open = marks.filter((mark) => mark.kind === "[").length;
    if (open === MAX_OPEN_BRACKETS) this.#pen.dissolve(marks.findIndex((mark) => mark.kind === "["));
    this.#pen.open("[", literal, "a");
    return at + literal.length;
  }

  #closeBracket(at: number, last: boolean): number {
    const depth = this.#bracket();
    if (depth < 0) return this.#text(at, at + 1);
    if (at + 1 === this.#held.length && !last) return WAIT;
    const target = readTarget(this.#held, at + 1);
    if (target === BEGUN && !last) return WAIT;
    if (typeof target !== "object") {
      this.#pen.dissolve(depth);
      return this.#text(at, at + 1);
    }
    this.#finishLink(this.#pen.close(depth), target.address);
    return at + 1 + target.length;
  }

  #bracket(): number {
    return this.#pen.marks.findLastIndex((mark) => mark.kind === "[");
  }

  /** Links do not nest, and an image in a link is its text: the outer one wins. */
  #finishLink(el: HTMLElement, address: string): void {
    for (const inner of el.querySelectorAll("a")) inner.replaceWith(...inner.childNodes);
    el.normalize();
    if (!(el instanceof HTMLAnchorElement) || !setAddress(el, address, this.#rule)) unwrapLast(el, "");
    else if (!el.textContent?.trim()) el.textContent = address;
  }

  #bareAddress(at: number, last: boolean): number {
    if (LATIN.test(this.#charBefore(at))) return this.#text(at, at + 1);
    const address = readBareAddress(this.#held, at, last);
    if (address === BEGUN) return WAIT;
    if (!address) return this.#text(at, at + 1);
    return this.#link(at, address);
  }

  #link(at: number, { address, length }: Address): number {
    const link = this.#pen.append("a");
    link.textContent = address;
    if (!setAddress(link, address, this.#rule)) unwrapLast(link, "");
    return at + length;
  }

  #run(at: number, last: boolean): number {
    const run = matchAt(RUN, this.#held, at)?.[0] ?? "";
    const end = at + run.length;
    if (end === this.#held.length && !last) return WAIT;
    if (run.startsWith("`")) this.#openCode(run);
    else this.#emphasis(run, this.#charBefore(at), this.#held.charAt(end) || "\n");
    return end;
  }

  #emphasis(run: string, before: string, after: string): void {
    const mark = run.charAt(0);
    const rest = canClose(mark, before, after) ? this.#closeMarks(run) : run;
    const opens = canOpen(mark, before, after) ? marksOf(rest) : [];
    for (const kind of opens) this.#openMark(kind);
    if (opens.length === 0) this.#pen.text(rest);
  }

  /** Closes what this run can close, innermost first, and gives the rest of the run. */
  #closeMarks(run: string): string {
    const fits = (kind: string) => kind.startsWith(run.charAt(0)) && kind.length <= run.length;
    const depth = run ? this.#pen.marks.findLastIndex((mark) => fits(mark.kind)) : -1;
    const mark = this.#pen.marks[depth];
    if (!mark || (mark.kind === "~~" && run.length !== 2)) return run;
    this.#pen.close(depth);
    return this.#closeMarks(run.slice(mark.kind.length));
  }

  /** One mark of a kind is open at a time: the newer is the likelier to close, and depth stays bounded. */
  #openMark(kind: string): void {
    const older = this.#pen.marks.findIndex((mark) => mark.kind === kind);
    if (older >= 0) this.#pen.dissolve(older);
    this.#pen.open(kind, kind, tagOf(kind));
  }

  #openCode(run: string): void {
    this.#pen.open("`", run, "code");
    this.#ticks = run.length;
  }

  /** Code runs to as many backticks as opened it, on the same line. */
  #code(at: number, last: boolean): number {
    CODE_STOP.lastIndex = at;
    const [stop = ""] = CODE_STOP.exec(this.#held) ?? [];
    const end = stop ? CODE_STOP.lastIndex : this.#held.length;
    const inside = this.#text(at, end - stop.length);
    if (stop === "\n" || (last && !stop)) return this.#forgetCode(inside);
    if (end === this.#held.length && !last) return inside > at ? inside : WAIT;
    if (stop.length === this.#ticks) this.#closeCode();
    else this.#pen.text(stop);
    return end;
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
    const rest = this.#held.slice(at);
    this.#held = "`".repeat(this.#ticks) + (el.textContent ?? "") + rest;
    el.remove();
    const after = this.#text(0, this.#ticks);
    this.#ticks = 0;
    return after;
  }

  #charBefore(at: number): string {
    return at > 0 ? this.#held.charAt(at - 1) : this.#before;
  }
}
