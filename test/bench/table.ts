export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As Markdown, so that it can stand in a page as it is. */
export function showTable({ title, columns, rows }: Table): string {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => (row[at] ?? "").length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [title, "", line(columns), line(widths.map((width) => "-".repeat(width))), ...rows.map(line), ""].join("\n");
}

/** Tells on the way what was measured: a run of half an hour that is broken off leaves that. */
export function progress(name: string, ...figures: readonly number[]): void {
  console.error(`${name}: ${figures.map((figure) => figure.toFixed(1)).join(" ")}`);
}
