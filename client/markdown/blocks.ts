import { Fence } from "./fence.ts";
import { Inline } from "./inline.ts";
import type { LinkRule } from "./links.ts";
import { BEGUN } from "./scan.ts";
import { dedent, type FenceStart, type ItemStart, indentOf, readStart, type Start } from "./starts.ts";
import { startsTable, Table } from "./table.ts";

/** A blockquote, or a list item together with its list. */
interface Container {
  readonly el: HTMLElement;
  readonly item?: ItemStart;
  readonly list?: HTMLElement;
}

/** Takes what is left of a line once it is known what the line is. */
interface LineSink {
  write(text: string): void;
  end(): void;
}

type Begun = Exclude<Start, { kind: "pipe" }>;

const MAX_DEPTH = 12;
const IGNORED: LineSink = { write() {}, end() {} };

/**
 * Reads Markdown line by line and builds its blocks at the end of `root`. A line is held back until it is known what
 * it begins, and then flows into its block as it arrives; a table's rows and its header come whole. Only the last
 * block is open; the others are never touched again.
 */
export class Blocks {
  readonly #root: HTMLElement;
  readonly #rule: LinkRule;
  readonly #containers: Container[] = [];
  #leaf: Inline | Fence | Table | undefined;
  /** A line that may turn out to be a table's header. */
  #header: string | undefined;
  #line = "";
  /** How many containers the current line is known to continue. */
  #matched = 0;
  #sink: LineSink | undefined;

  constructor(root: HTMLElement, rule: LinkRule) {
    this.#root = root;
    this.#rule = rule;
  }

  write(text: string): void {
    const [first = "", ...others] = text.split("\n");
    this.#take(first);
    for (const part of others) {
      this.#endLine();
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
    if (!this.#sink) this.#decide(true);
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
    if (!container) return this.#inside(whole);
    if (/^[ \t]*>?$/.test(this.#line) && !whole) return false;
    const rest = continued(container, this.#line);
    if (rest === undefined) return this.#start(whole);
    this.#line = rest;
    this.#matched++;
    return true;
  }

  #inside(whole: boolean): boolean {
    if (!(this.#leaf instanceof Fence)) return this.#start(whole);
    const isClosed = this.#leaf.isClosedBy(this.#line, whole);
    if (isClosed === BEGUN) return false;
    if (isClosed) {
      this.#leaf = undefined;
      this.#sink = IGNORED;
    } else {
      this.#leaf.beginLine(this.#line);
      this.#sink = lineOf(this.#leaf);
    }
    return true;
  }

  #start(whole: boolean): boolean {
    const start = readStart(this.#line, whole);
    if (start === BEGUN) return false;
    if (start.kind === "pipe") this.#sink = this.#collectRow();
    else this.#open(this.#allowed(start));
    return true;
  }

  /** A start that may not be one here is text. */
  #allowed(start: Begun): Begun {
    const isContainer = start.kind === "item" || start.kind === "quote";
    const isTooDeep = isContainer && this.#matched >= MAX_DEPTH;
    return isTooDeep || this.#isInParagraph(start) ? { kind: "text", rest: dedent(this.#line, Infinity) } : start;
  }

  /** Within a paragraph, "2026. " or a lone "-" at the start of a line begins no list. */
  #isInParagraph(start: Start): boolean {
    if (start.kind !== "item" || this.#matched < this.#containers.length) return false;
    const isParagraph = this.#leaf instanceof Inline || this.#header !== undefined;
    return isParagraph && (start.rest === "" || (start.item.number ?? 1) !== 1);
  }

  #open(start: Begun): void {
    switch (start.kind) {
      case "text":
        this.#sink = this.#paragraph(start.rest);
        break;
      case "quote":
        this.#close(this.#matched);
        this.#enter({ el: this.#append("blockquote") }, start.rest);
        break;
      case "item":
        this.#item(start.item, start.rest);
        break;
      case "heading":
        this.#close(this.#matched);
        this.#sink = this.#heading(start.level, start.rest);
        break;
      case "fence":
        this.#fence(start.fence);
        break;
      case "rule":
        this.#close(this.#matched);
        this.#append("hr");
        this.#sink = IGNORED;
        break;
      case "blank":
        this.#close(this.#matched);
        this.#sink = IGNORED;
        break;
      default:
        start satisfies never;
    }
  }

  #item(item: ItemStart, rest: string): void {
    const sibling = this.#containers[this.#matched];
    this.#close(this.#matched);
    const list = sibling?.list && sibling.item?.mark === item.mark ? sibling.list : this.#list(item.number);
    this.#enter({ el: list.appendChild(document.createElement("li")), item, list }, rest);
  }

  #list(number: number | undefined): HTMLElement {
    if (number === undefined) return this.#append("ul");
    const list = this.#append("ol");
    if (number !== 1) list.start = number;
    return list;
  }

  #enter(container: Container, rest: string): void {
    this.#containers.push(container);
    this.#matched = this.#containers.length;
    this.#line = rest;
  }

  #fence(start: FenceStart): void {
    this.#close(this.#matched);
    this.#leaf = new Fence(this.#host(), start);
    this.#sink = IGNORED;
  }

  #heading(level: number, text: string): LineSink {
    const el = this.#append(`h${Math.min(level + 2, 6) as 3 | 4 | 5 | 6}`);
    const inline = new Inline(el, this.#rule);
    inline.write(text);
    return { write: (more) => inline.write(more), end: () => endHeading(inline, el) };
  }

  /** Continues the paragraph, also one in a container that this line does not continue, or begins one. */
  #paragraph(text: string): LineSink {
    this.#dropHeader();
    if (!(this.#leaf instanceof Inline)) this.#close(this.#matched);
    return lineOf(this.#addText(text));
  }

  #addText(text: string): Inline {
    if (this.#leaf instanceof Inline) {
      this.#leaf.write(`\n${text}`);
      return this.#leaf;
    }
    const host = this.#host();
    // An item's first paragraph stands in the item itself: its list may be tight, and nobody knows yet.
    const leaf = new Inline(host.tagName === "LI" && !host.firstChild ? host : this.#append("p"), this.#rule);
    leaf.write(text);
    this.#leaf = leaf;
    return leaf;
  }

  #collectRow(): LineSink {
    if (this.#matched < this.#containers.length) this.#close(this.#matched);
    let row = this.#line;
    return {
      write: (more) => {
        row += more;
      },
      end: () => this.#row(row.trim()),
    };
  }

  #row(row: string): void {
    if (this.#leaf instanceof Table) this.#leaf.add(row);
    else if (this.#header !== undefined && startsTable(this.#header, row)) this.#table(this.#header, row);
    else {
      this.#dropHeader();
      this.#header = row;
    }
  }

  #table(header: string, delimiters: string): void {
    this.#header = undefined;
    this.#close(this.#containers.length);
    this.#leaf = new Table(this.#host(), header, delimiters, this.#rule);
  }

  /** The held line was no header: it is text. */
  #dropHeader(): void {
    const header = this.#header;
    this.#header = undefined;
    if (header !== undefined) this.#addText(header);
  }

  /** Ends the open leaf and all containers beyond `depth`. */
  #close(depth: number): void {
    this.#dropHeader();
    if (this.#leaf instanceof Inline) this.#leaf.end();
    this.#leaf = undefined;
    this.#containers.length = depth;
  }

  #append<Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] {
    return this.#host().appendChild(document.createElement(tag));
  }

  #host(): HTMLElement {
    return this.#containers.at(-1)?.el ?? this.#root;
  }
}

/** What `container` leaves of a line that continues it. */
function continued(container: Container, line: string): string | undefined {
  const text = dedent(line, Infinity);
  if (!container.item) return text.startsWith(">") ? text.slice(text.charAt(1) === " " ? 2 : 1) : undefined;
  const belongs = !text || indentOf(line) >= container.item.neededIndent;
  return belongs ? dedent(line, container.item.contentIndent) : undefined;
}

function lineOf(leaf: Inline | Fence): LineSink {
  return { write: (text) => leaf.write(text), end() {} };
}

/** A heading may be closed by number signs too, which are not part of it. */
function endHeading(inline: Inline, el: HTMLElement): void {
  inline.end();
  const last = el.lastChild;
  if (last instanceof Text) last.data = last.data.replace(/(?<![ \t])[ \t]+#+$/, "");
}
