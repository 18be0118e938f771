import type { Pen } from "./pen.ts";

const BLANK = /\s/;
const WORD = /[\p{L}\p{N}]/u;
const LATIN = /[a-z\d]/i;
const DIGIT = /\d/;
const ENDS_PHRASE = /[\p{Pe}\p{Pf},.;:!?，。；：！？、…]/u;

/**
 * Reads a whole run of `*`, `_` or `~` between these two characters: it closes what it can, innermost first, opens
 * what is left, or is plain text. Wider than CommonMark where Chinese needs it (`**注意：**请先付款`), narrower where
 * support replies hold plain asterisks (`3*4 cm`, `138****5678`, `张**，`).
 */
export function readRun(pen: Pen, run: string, before: string, after: string): void {
  const rest = canClose(run.charAt(0), before, after) ? closeMarks(pen, run) : run;
  const marks = canOpen(run.charAt(0), before, after) ? marksOf(rest) : [];
  for (const mark of marks) openMark(pen, mark);
  if (marks.length === 0) pen.text(rest);
}

function canOpen(char: string, before: string, after: string): boolean {
  if (BLANK.test(after)) return false;
  if (char === "_") return !WORD.test(before);
  if (LATIN.test(before) && LATIN.test(after)) return false;
  return !(WORD.test(before) && ENDS_PHRASE.test(after));
}

function canClose(char: string, before: string, after: string): boolean {
  if (BLANK.test(before)) return false;
  if (char === "_") return !WORD.test(after);
  return !(DIGIT.test(before) && DIGIT.test(after));
}

/** Gives the rest of the run. */
function closeMarks(pen: Pen, run: string): string {
  if (!run || (run.startsWith("~") && run.length !== 2)) return run;
  const depth = pen.marks.findLastIndex(({ literal }) => run.startsWith(literal));
  const mark = pen.marks[depth];
  if (!mark) return run;
  pen.close(depth);
  return closeMarks(pen, run.slice(mark.literal.length));
}

/** Outermost first; none when the run is too long to mean anything. */
function marksOf(run: string): readonly string[] {
  if (run.startsWith("~")) return run.length === 2 ? [run] : [];
  if (run.length === 3) return [run.slice(2), run.slice(1)];
  return run && run.length < 3 ? [run] : [];
}

/** One mark of a kind is open at a time: the newer is the likelier to close, and depth stays bounded. */
function openMark(pen: Pen, mark: string): void {
  const older = pen.marks.findIndex(({ literal }) => literal === mark);
  if (older >= 0) pen.dissolve(older);
  if (mark.length === 1) pen.open(mark, "em");
  else pen.open(mark, mark === "~~" ? "s" : "strong");
}
