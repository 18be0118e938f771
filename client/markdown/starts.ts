import { BEGUN } from "./scan.ts";

/** What a line, or what its containers leave of it, begins. `rest` is what belongs inside. */
export type Start =
  | { readonly kind: "blank" }
  | { readonly kind: "rule" }
  | { readonly kind: "pipe" }
  | { readonly kind: "text" | "quote"; readonly rest: string }
  | { readonly kind: "heading"; readonly level: number; readonly rest: string }
  | { readonly kind: "fence"; readonly fence: FenceStart }
  | { readonly kind: "item"; readonly item: ItemStart; readonly rest: string };

export interface FenceStart {
  readonly mark: string;
  readonly language: string;
  readonly indent: number;
}

export interface ItemStart {
  /** `-`, `*`, `+`, `.` or `)`: another one begins another list. */
  readonly mark: string;
  readonly number: number | undefined;
  /** A line indented by this many columns continues the item … */
  readonly neededIndent: number;
  /** … and at most so many of its columns are the item's. */
  readonly contentIndent: number;
}

const INDENT = /^[ \t]*/;
const MAX_RULE_OR_FENCE_CHARS = 200;
const UNDECIDED = /^(?:(?:#{1,6}|\d{1,9}[.)]?|[-+*])[ \t]*|>|`{1,2}|~{1,2})$/;
const RULE_OR_FENCE_BEGUN = /^(?:([-*_])[ \t]*(?:\1[ \t]*)*|`{3,}[^`]*|~{3,}.*)$/;
const RULE_OR_FENCE = /^(?:([-*_])[ \t]*(?:\1[ \t]*){2,}|(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*)$/;
const HEADING = /^(#{1,6})[ \t]+(?=\S)/;
const ITEM = /^(?:(\d{1,9})([.)])|([-+*]))(?:([ \t]+)(?=\S)|[ \t]*$)/;
const TASK = /^\[([ xX])\][ \t]+(?=\S)/;
const TASK_BEGUN = /^\[(?:[ xX](?:\][ \t]*)?)?$/;

/** Reads the beginning of a line; `whole` when the line ends there. `BEGUN` when what follows could change the answer. */
export function readStart(line: string, whole: boolean): Start | typeof BEGUN {
  const text = textOf(line);
  if (!text) return whole ? { kind: "blank" } : BEGUN;
  if (!whole && isUndecided(text)) return BEGUN;
  return readRuleOrFence(text, indentOf(line)) ?? readItem(text, indentOf(line), whole) ?? readOther(text);
}

/** The columns that a line is indented by; a tab counts four. */
export function indentOf(line: string): number {
  return expandedIndent(line).length;
}

export function textOf(line: string): string {
  return line.replace(INDENT, "");
}

/** Takes away at most `columns` of a line's indentation. */
export function dedent(line: string, columns: number): string {
  return columns > 0 ? line.replace(INDENT, expandedIndent(line).slice(columns)) : line;
}

function expandedIndent(line: string): string {
  return (INDENT.exec(line)?.[0] ?? "").replaceAll("\t", "    ");
}

function isUndecided(text: string): boolean {
  return UNDECIDED.test(text) || (text.length <= MAX_RULE_OR_FENCE_CHARS && RULE_OR_FENCE_BEGUN.test(text));
}

function readRuleOrFence(text: string, indent: number): Start | undefined {
  const found = text.length <= MAX_RULE_OR_FENCE_CHARS ? RULE_OR_FENCE.exec(text) : undefined;
  const [, , mark, language = ""] = found ?? [];
  if (mark) return { kind: "fence", fence: { mark, language, indent } };
  return found ? { kind: "rule" } : undefined;
}

function readItem(text: string, indent: number, whole: boolean): Start | typeof BEGUN | undefined {
  const [marker, digits, delimiter, bullet, blanks = " "] = ITEM.exec(text) ?? [];
  const mark = delimiter ?? bullet;
  if (marker === undefined || mark === undefined) return undefined;
  const rest = text.slice(marker.length);
  if (!whole && TASK_BEGUN.test(rest)) return BEGUN;
  const markChars = marker.trimEnd().length;
  const item = {
    mark,
    number: digits === undefined ? undefined : Number(digits),
    neededIndent: indent + 2,
    contentIndent: indent + markChars + (blanks.length > 4 ? 1 : blanks.length),
  };
  return { kind: "item", item, rest: rest.replace(TASK, (_, box) => (box === " " ? "☐ " : "☑ ")) };
}

function readOther(text: string): Start {
  const [marker, hashes] = HEADING.exec(text) ?? [];
  if (marker && hashes) return { kind: "heading", level: hashes.length, rest: text.slice(marker.length) };
  if (text.startsWith(">")) return { kind: "quote", rest: text.replace(/^> ?/, "") };
  return text.startsWith("|") ? { kind: "pipe" } : { kind: "text", rest: text };
}
