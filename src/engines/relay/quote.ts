/** What must not be repeated in a log: the keys, and what customers, agents and the assistant wrote (X5). */
export interface Unquotable {
  readonly keys: readonly string[];
  readonly texts: readonly string[];
}

const maxChars = 200;
/** As much of a text, or of a key, in one piece is taken for a quotation of it. */
const textPieceChars = 12;
const keyPieceChars = 6;

/**
 * A relay's own words, fit for the log: one line of at most 200 characters in which every run that also stands in a
 * key or in a message is blotted out, and so is everything that looks like a key.
 */
export function quote(words: string, secret: Unquotable): string {
  const line = oneLine(words.slice(0, 4 * maxChars)).replace(/\b(?:sk|pk|key|token)[-_][\w*.-]{6,}/gi, "•••");
  const blotted = new Uint8Array(line.length);
  for (const key of secret.keys) blot(line, blotted, key, keyPieceChars);
  for (const text of secret.texts) blot(line, blotted, oneLine(text), textPieceChars);
  const fit = Array.from({ length: line.length }, (_, at) => (blotted[at] === 1 ? "•" : line.charAt(at))).join("");
  return fit.replace(/•+/g, "•••").slice(0, maxChars);
}

function oneLine(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/(?:\\[nrt]|[\p{Cc}\p{Zl}\p{Zp}\s])+/gu, " ")
    .replace(/\\"/g, '"')
    .trim();
}

/** Marks every run of `line` that also stands in `text`; a text shorter than a piece counts as a whole. */
function blot(line: string, blotted: Uint8Array, text: string, pieceChars: number): void {
  const chars = Math.min(pieceChars, text.length);
  if (chars < 2) return;
  for (let at = 0; at + chars <= line.length; at++) {
    if (text.includes(line.slice(at, at + chars))) blotted.fill(1, at, at + chars);
  }
}
