// @vitest-environment jsdom
import { expect, test } from "vitest";
import { render, renderCut } from "./markdown-render.ts";

const SMALL_CHARS = 1_500;
const LARGE_CHARS = 12_000;
/** Eight times the text: eight times the time when it is linear, sixty-four when it is quadratic. */
const MAX_RATIO = 24;
const NEGLIGIBLE_MS = 40;

const repeated = (unit: string) => (chars: number) => unit.repeat(Math.ceil(chars / unit.length)).slice(0, chars);
const after = (start: string, unit: string) => (chars: number) => start + repeated(unit)(chars);

function growingTicks(chars: number): string {
  const runs = Array.from({ length: Math.ceil(Math.sqrt(2 * chars)) }, (_, index) => `${"`".repeat(index + 1)}a `);
  return runs.join("").slice(0, chars);
}

function deepLists(chars: number): string {
  const lines = Array.from({ length: 200 }, (_, depth) => `${"  ".repeat(depth)}- x\n`);
  return repeated(lines.join(""))(chars);
}

const hostile: readonly (readonly [name: string, text: (chars: number) => string])[] = [
  ["bold that never closes", repeated("**a ")],
  ["mixed marks that never close", repeated("*a_")],
  ["all marks that never close", repeated("*a **b _c __d ~~e [f ")],
  ["brackets", repeated("[")],
  ["image brackets", repeated("![")],
  ["brackets that close", repeated("[[[a]")],
  ["nested links", (chars) => "[".repeat(chars / 2) + repeated("](a)")(chars / 2)],
  ["links with an open angle", repeated("[a](<b")],
  ["links with an open paren", repeated("[a](b")],
  ["links with an open title", repeated('[a](b "')],
  ["an address without end", after("[a](", "b")],
  ["real links", repeated("[a](https://b.c/d) ")],
  ["backticks of growing lengths", growingTicks],
  ["backticks", repeated("`")],
  ["backticks that never pair", repeated("`` ` ")],
  ["code that never closes, line by line", repeated("`a\n")],
  ["ampersands", repeated("&")],
  ["backslashes", repeated("\\")],
  ["less-than signs", repeated("<")],
  ["tags without end", after("<", "https://a")],
  ["addresses without host", repeated("http://")],
  ["addresses with open parens", repeated("http://a(")],
  ["asterisks", repeated("*")],
  ["tildes", repeated("~")],
  ["blanks in a line", after("a", " ")],
  ["blanks at the start of a line", repeated(" ")],
  ["dashes", repeated("- ")],
  ["digits", repeated("1")],
  ["a heading of number signs", after("# a", " #")],
  ["the info of a fence", after("```", "a")],
  ["backticks in a fence", after("```\n", "`")],
  ["lines in a fence", after("```\n", "``\n")],
  ["quotes a thousand deep", repeated("> ")],
  ["lines of deep quotes", repeated(`${">".repeat(30)} a\n`)],
  ["lists two hundred deep", deepLists],
  ["a table of many rows", after("|a|b|\n|-|-|\n", "|a|b|\n")],
  ["a row of many cells", after("|a|b|\n|-|-|\n", "|a")],
  ["lines that may begin a table", repeated("|a\n")],
  ["empty lines", repeated("\n")],
  ["short lines", repeated("a\n")],
];

test.each(hostile)("the time for %s grows with the text, not faster", (_, text) => {
  const [small, large] = [text(SMALL_CHARS), text(LARGE_CHARS)];
  expect(growth(render, small, large)).toBeLessThan(MAX_RATIO);
  for (const chars of [1, 7, 40]) {
    expect(growth((whole) => renderCut(whole, chars), small, large)).toBeLessThan(MAX_RATIO);
  }
});

/** Each time is the least of up to four tries: collecting garbage only ever adds. */
function growth(run: (text: string) => unknown, small: string, large: string): number {
  let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < 4; tries++) {
    largeMs = Math.min(
      largeMs,
      timeMs(() => run(large)),
    );
    if (largeMs < NEGLIGIBLE_MS) return 0;
    smallMs = Math.min(
      smallMs,
      timeMs(() => run(small)),
    );
    if (largeMs / smallMs < MAX_RATIO) break;
  }
  return largeMs / smallMs;
}

/** Time on the processor, which others on a busy machine do not add to. */
function timeMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
