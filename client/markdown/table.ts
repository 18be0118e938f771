import { append } from "./element.ts";
import { openInline } from "./inline.ts";
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
 * Gives what takes the other rows.
 */
export function openTable(
  host: HTMLElement,
  header: string,
  delimiters: string,
  rule: LinkRule,
): (row: string) => void {
  const aligns = cellsOf(delimiters).map(alignOf);
  const scroller = append(host, "div");
  const table = append(scroller, "table");
  const names = cellsOf(header);

  function addRow(section: HTMLElement, cells: readonly string[], tag: "th" | "td"): void {
    const row = append(section, "tr");
    for (const [column, text] of cells.entries()) fillCell(append(row, text ? tag : "td"), text, aligns[column]);
  }

  function fillCell(cell: HTMLElement, text: string, align: string | undefined): void {
    if (align) cell.setAttribute("data-align", align);
    if (cell.tagName === "TH") cell.setAttribute("scope", "col");
    const inline = openInline(cell, rule);
    inline.write(text);
    inline.end();
  }

  addRow(table.createTHead(), names, "th");
  makeScroller(scroller, table);
  const body = table.createTBody();
  return (line) => {
    const cells = cellsOf(line);
    const last = cells.splice(names.length - 1);
    if (last.length > 0) cells.push(last.join(" | "));
    addRow(body, cells, "td");
  };
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
