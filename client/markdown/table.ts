import { append } from "./element.ts";
import { Inline } from "./inline.ts";
import type { LinkRule } from "./links.ts";

const DELIMITERS = /^\|(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?[ \t]*)?$/;
const MAX_COLUMNS = 64;

/** Whether these two lines begin a table. Both start with `|`; the counts of their cells may differ. */
export function startsTable(header: string, delimiters: string): boolean {
  const line = delimiters.trim();
  return line.includes("-") && DELIMITERS.test(line) && cellsOf(header).length <= MAX_COLUMNS;
}

/**
 * A table in `<div class="table" role="group" tabindex="0">`, which is meant to scroll sideways and is named by the
 * header. Cells carry `data-align`. A row has no more cells than the header: what is left over joins its last cell.
 */
export class Table {
  readonly #rule: LinkRule;
  readonly #body: HTMLElement;
  readonly #aligns: readonly string[];
  readonly #columns: number;

  constructor(host: HTMLElement, header: string, delimiters: string, rule: LinkRule) {
    this.#rule = rule;
    this.#aligns = cellsOf(delimiters).map(alignOf);
    const scroller = append(host, "div");
    const table = append(scroller, "table");
    const cells = cellsOf(header);
    this.#columns = cells.length;
    this.#row(table.createTHead(), cells, "th");
    this.#body = table.createTBody();
    makeScroller(scroller, table);
  }

  add(line: string): void {
    const cells = cellsOf(line);
    const last = cells.splice(this.#columns - 1);
    if (last.length > 0) cells.push(last.join(" | "));
    this.#row(this.#body, cells, "td");
  }

  #row(section: HTMLElement, cells: readonly string[], tag: "th" | "td"): void {
    const row = append(section, "tr");
    for (const [column, text] of cells.entries())
      this.#cell(append(row, text ? tag : "td"), text, this.#aligns[column]);
  }

  #cell(cell: HTMLElement, text: string, align: string | undefined): void {
    if (align) cell.setAttribute("data-align", align);
    if (cell.tagName === "TH") cell.setAttribute("scope", "col");
    const inline = new Inline(cell, this.#rule);
    inline.write(text);
    inline.end();
  }
}

function makeScroller(scroller: HTMLElement, table: HTMLTableElement): void {
  const names = [...table.querySelectorAll("th")].map((cell) => cell.textContent);
  scroller.className = "table";
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "group");
  scroller.setAttribute("aria-label", names.join(", "));
}

function alignOf(delimiter: string): string {
  const [left, right] = [delimiter.startsWith(":"), delimiter.endsWith(":")];
  if (left && right) return "center";
  if (right) return "right";
  return left ? "left" : "";
}

/** The cells between the pipes; an escaped pipe belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells = [""];
  for (const [piece] of line
    .trim()
    .slice(1)
    .matchAll(/\\?.|\\/gs)) {
    if (piece === "|") cells.push("");
    else cells.push(`${cells.pop()}${piece === "\\|" ? "|" : piece}`);
  }
  if (cells.length > 1 && cells.at(-1)?.trim() === "") cells.pop();
  return cells.map((cell) => cell.trim());
}
