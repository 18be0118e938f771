import { append } from "./element.ts";
import { Fence } from "./fence.ts";
import { Inline } from "./inline.ts";
import type { LinkRule } from "./links.ts";
import type { LineSink } from "./sink.ts";
import type { FenceStart } from "./starts.ts";
import { startsTable, Table } from "./table.ts";

/** The one block that may go on with the next line: a paragraph, a fence or a table, or none. */
export class Leaf {
  readonly #rule: LinkRule;
  #block: Inline | Fence | Table | undefined;
  /** A line that the next one may make the header of a table in `host`; otherwise it is text. */
  #header: { readonly row: string; readonly host: HTMLElement } | undefined;

  constructor(rule: LinkRule) {
    this.#rule = rule;
  }

  get fence(): Fence | undefined {
    return this.#block instanceof Fence ? this.#block : undefined;
  }

  get isParagraph(): boolean {
    return this.#block instanceof Inline || this.#header !== undefined;
  }

  close(): void {
    this.#dropHeader();
    if (this.#block instanceof Inline) this.#block.end();
    this.#block = undefined;
  }

  openFence(host: HTMLElement, start: FenceStart): void {
    this.#block = new Fence(host, start);
  }

  /** A line of the open paragraph, or the first of a new one in `host`. */
  text(host: HTMLElement, text: string): LineSink {
    this.#dropHeader();
    const paragraph = this.#addText(host, text);
    return { write: (more) => paragraph.write(more), end() {} };
  }

  /** A line that begins with a pipe. It comes whole: a row of the open table, or what may begin one in `host`. */
  row(host: HTMLElement, begun: string): LineSink {
    let row = begun;
    return {
      write: (more) => {
        row += more;
      },
      end: () => this.#endRow(host, row.trim()),
    };
  }

  #endRow(host: HTMLElement, row: string): void {
    if (this.#block instanceof Table) this.#block.add(row);
    else if (this.#header && startsTable(this.#header.row, row)) this.#openTable(host, this.#header.row, row);
    else {
      this.#dropHeader();
      this.#header = { row, host };
    }
  }

  #openTable(host: HTMLElement, header: string, delimiters: string): void {
    this.#header = undefined;
    this.close();
    this.#block = new Table(host, header, delimiters, this.#rule);
  }

  #dropHeader(): void {
    const header = this.#header;
    this.#header = undefined;
    if (header) this.#addText(header.host, header.row);
  }

  #addText(host: HTMLElement, text: string): Inline {
    const isOpen = this.#block instanceof Inline;
    const paragraph = this.#block instanceof Inline ? this.#block : new Inline(paragraphIn(host), this.#rule);
    this.#block = paragraph;
    paragraph.write(isOpen ? `\n${text}` : text);
    return paragraph;
  }
}

/** An item's first paragraph stands in the item itself: its list may be tight, and nobody knows yet. */
function paragraphIn(host: HTMLElement): HTMLElement {
  const isFirstOfItem = host.tagName === "LI" && !host.firstChild;
  return isFirstOfItem ? host : append(host, "p");
}
