const BLANK = /\s/;
const WORD = /[\p{L}\p{N}]/u;
const LATIN = /[a-z\d]/i;
const DIGIT = /\d/;
const ENDS_PHRASE = /[\p{Pe}\p{Pf},.;:!?，。；：！？、…]/u;

/**
 * May a run of `mark` between these two characters open emphasis? Wider than CommonMark where Chinese needs it
 * (`他说**“七天无理由”**退货`), narrower where support replies hold plain asterisks (`3*4 cm`, `138****5678`, `张**，`).
 */
export function canOpen(mark: string, before: string, after: string): boolean {
  if (BLANK.test(after)) return false;
  if (mark === "_") return !WORD.test(before);
  if (LATIN.test(before) && LATIN.test(after)) return false;
  return !(WORD.test(before) && ENDS_PHRASE.test(after));
}

/** May it close? Punctuation before it does not matter: `**注意：**请先付款`. */
export function canClose(mark: string, before: string, after: string): boolean {
  if (BLANK.test(before)) return false;
  if (mark === "_") return !WORD.test(after);
  return !(DIGIT.test(before) && DIGIT.test(after));
}

/** The marks that a run opens, outermost first; none when the run is plain text. */
export function marksOf(run: string): readonly string[] {
  if (run.startsWith("~")) return run.length === 2 ? [run] : [];
  if (run.length > 3) return [];
  return run.length === 3 ? [run.slice(2), run.slice(1)] : [run];
}

export function tagOf(mark: string): "s" | "strong" | "em" {
  if (mark.startsWith("~")) return "s";
  return mark.length === 2 ? "strong" : "em";
}
