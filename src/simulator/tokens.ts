import { isPairMiddle } from "./pieces.ts";

const charsPerToken = 4;
const denseUnit = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\ud800-\udfff]/g;

/** An estimate: one token for each Chinese character, one for each four others. */
export function countTokens(text: string): number {
  const dense = text.match(denseUnit)?.length ?? 0;
  return Math.ceil(dense + (text.length - dense) / charsPerToken);
}

/** The longest beginning of the text worth at most so many tokens; it never ends inside a character. */
export function takeTokens(text: string, tokens: number): string {
  if (countTokens(text) <= tokens) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (countTokens(text.slice(0, middle)) <= tokens) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, isPairMiddle(text, low) ? low - 1 : low);
}
