import { append } from "./element.ts";
import { openHeading } from "./heading.ts";
import { Leaf } from "./leaf.ts";
import type { LinkRule } from "./links.ts";
import { BEGUN } from "./scan.ts";
import { IGNORED, type LineSink } from "./sink.ts";
import { dedent, type ItemStart, indentOf, readStart, type Start, textOf } from "./starts.ts";

/** A blockquote, or a list item together with its list. */
interface Container {
  readonly el: HTMLElement;
  readonly item?: ItemStart;
  readonly list?: HTMLElement;
}

const MAX_DEPTH = 12;

/**
 * Reads Markdown line by line and builds its blocks at the end of `root`. A line is held back until it is known what
 * it begins, and then flows into its block as it arrives. Only the last block is open; the others are never touched
 * again.
 */
export class Blocks {
  readonly #root: HTMLElement;
  readonly #rule: LinkRule;
  readonly #leaf: Leaf;
  readonly #containers: Container[] = [];
  /** How many containers the current line is known to continue. */
  #matched = 0;
  /** What of the current line is undecided. */
  #line = "";
  #sink: LineSink | undefined;

  constructor(root: HTMLElement, rule: LinkRule) {
    this.#root = root;
    this.#rule = rule;
    this.#leaf = new Leaf(rule);
  }

  write(text: string): void {
    for (const [index, part] of text.split("\n").entries()) {
      if (index > 0) this.#endLine();
      this.#take(part);
    }
  }

  end(): void {
    if (this.#line || this.#sink) this.#endLine();
    this.#close(0);
  }

  #take(part: string): void {
    if (this.#sink) {
      if (part) this.#sink.write(part);
      return;
    }
    this.#line += part;
    // Blanks alone decide nothing, and looking again at each of thousands would take quadratic time.
    if (/[^ \t]/.test(part)) this.#decide(false);
  }

  #endLine(): void {
    this.#decide(true);
    this.#sink?.end();
    this.#sink = undefined;
    this.#line = "";
    this.#matched = 0;
  }

  #decide(whole: boolean): void {
    while (!this.#sink && this.#step(whole)) {}
  }

  /** One container matched or opened, or the line's sink found; false when more of the line is needed. */
  #step(whole: boolean): boolean {
    const container = this.#containers[this.#matched];
    if (!container) return this.#leaf.fence ? this.#fenceLine(whole) : this.#start(whole);
    if (!whole && /^[ \t]*>?$/.test(this.#line)) return false;
    const rest = continued(container, this.#line);
    if (rest === undefined) return this.#start(whole);
    this.#line = rest;
    this.#matched++;
    return true;
  }

  #fenceLine(whole: boolean): boolean {
    this.#sink = this.#leaf.fence?.line(this.#line, whole);
    if (this.#sink === IGNORED) this.#leaf.close();
    return this.#sink !== undefined;
  }

  #start(whole: boolean): boolean {
    const start = readStart(this.#line, whole);
    if (start === BEGUN) return false;
    this.#sink = this.#open(this.#isAllowed(start) ? start : { kind: "text", rest: textOf(this.#line) });
    return true;
  }

  #isAllowed(start: Start): boolean {
    if (start.kind !== "item" && start.kind !== "quote") return true;
    return this.#matched < MAX_DEPTH && !(start.kind === "item" && this.#isProse(start.item, start.rest));
  }

  /** Within a paragraph, "2026. " or a lone "-" at the start of a line begins no list. */
  #isProse(item: ItemStart, rest: string): boolean {
    const isInParagraph = this.#leaf.isParagraph && this.#matched === this.#containers.length;
    return isInParagraph && (!rest || (item.number ?? 1) !== 1);
  }

  /** Gives the sink of the line, or none when the line goes on inside a new container. */
  #open(start: Start): LineSink | undefined {
    const sibling = this.#containers[this.#matched];
    if (start.kind === "text" && this.#leaf.isParagraph) return this.#leaf.text(this.#host(), start.rest);
    if (start.kind !== "pipe" || sibling) this.#close(this.#matched);
    switch (start.kind) {
      case "text":
        return this.#leaf.text(this.#host(), start.rest);
      case "pipe":
        return this.#leaf.row(this.#host(), this.#line);
      case "heading":
        return openHeading(this.#host(), start.level, start.rest, this.#rule);
      case "quote":
        return this.#enter({ el: this.#append("blockquote") }, start.rest);
      case "item":
        return this.#enter(this.#item(start.item, sibling), start.rest);
      case "fence":
        this.#leaf.openFence(this.#host(), start.fence);
        return IGNORED;
      case "rule":
        this.#append("hr");
        return IGNORED;
      case "blank":
        return IGNORED;
      default:
        return start satisfies never;
    }
  }

  #enter(container: Container, rest: string): undefined {
    this.#matched = this.#containers.push(container);
    this.#line = rest;
  }

  #item(item: ItemStart, sibling: Container | undefined): Container {
    const list = sibling?.list && sibling.item?.mark === item.mark ? sibling.list : this.#list(item.number);
    return { el: append(list, "li"), item, list };
  }

  #list(number: number | undefined): HTMLElement {
    if (number === undefined) return this.#append("ul");
    const list = this.#append("ol");
    if (number !== 1) list.start = number;
    return list;
  }

  /** Ends the open leaf and all containers beyond `depth`. */
  #close(depth: number): void {
    this.#leaf.close();
    this.#containers.length = depth;
  }

  #append<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] {
    return append(this.#host(), tag);
  }

  #host(): HTMLElement {
    return this.#containers.at(-1)?.el ?? this.#root;
  }
}

/** What `container` leaves of a line that continues it. */
function continued({ item }: Container, line: string): string | undefined {
  const text = textOf(line);
  if (!item) return text.startsWith(">") ? text.replace(/^> ?/, "") : undefined;
  return !text || indentOf(line) >= item.neededIndent ? dedent(line, item.contentIndent) : undefined;
}
