import { append } from "./element.ts";
import { type Fence, openFence } from "./fence.ts";
import { openInline } from "./inline.ts";
import type { LinkRule } from "./links.ts";
import type { LineSink } from "./sink.ts";
import type { FenceStart } from "./starts.ts";
import { openTable, startsTable } from "./table.ts";

/** The one block that may go on with the next line: a paragraph, a fence or a table, or none. */
export interface Leaf {
  /** What takes lines of code, while a fence is open. */
  readonly fence: Fence | undefined;
  readonly isParagraph: boolean;
  close(): void;
  openFence(host: HTMLElement, start: FenceStart): void;
  /** A line of the open paragraph, or the first of a new one in `host`. */
  text(host: HTMLElement, text: string): LineSink;
  /** A line that begins with a pipe. It comes whole: a row of the open table, or what may begin one in `host`. */
  row(host: HTMLElement, begun: string): LineSink;
}

export function openLeaf(rule: LinkRule): Leaf {
  let paragraph: LineSink | undefined;
  let fence: Fence | undefined;
  let addRow: ((row: string) => void) | undefined;
  /** A line that the next one may make the header of a table in `host`; otherwise it is text. */
  let header: { readonly row: string; readonly host: HTMLElement } | undefined;

  function dropHeader(): void {
    const dropped = header;
    header = undefined;
    if (dropped) addText(dropped.host, dropped.row);
  }

  function addText(host: HTMLElement, text: string): LineSink {
    const lines = paragraph ? `\n${text}` : text;
    addRow = undefined;
    paragraph ??= openInline(paragraphIn(host), rule);
    paragraph.write(lines);
    return paragraph;
  }

  function close(): void {
    dropHeader();
    paragraph?.end();
    paragraph = fence = addRow = undefined;
  }

  function endRow(host: HTMLElement, row: string): void {
    if (addRow) return addRow(row);
    if (header && startsTable(header.row, row)) {
      const names = header.row;
      header = undefined;
      close();
      addRow = openTable(host, names, row, rule);
    } else {
      dropHeader();
      header = { row, host };
    }
  }

  return {
    get fence() {
      return fence;
    },
    get isParagraph() {
      return Boolean(paragraph ?? header);
    },
    close,
    openFence(host, start) {
      fence = openFence(host, start);
    },
    text(host, text) {
      dropHeader();
      return { write: addText(host, text).write, end() {} };
    },
    row(host, begun) {
      let row = begun;
      return {
        write(more) {
          row += more;
        },
        end: () => endRow(host, row.trim()),
      };
    },
  };
}

/** An item's first paragraph stands in the item itself: its list may be tight, and nobody knows yet. */
function paragraphIn(host: HTMLElement): HTMLElement {
  const isFirstOfItem = host.tagName === "LI" && !host.firstChild;
  return isFirstOfItem ? host : append(host, "p");
}
