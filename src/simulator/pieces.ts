import { type Range, within } from "./pace.ts";
import type { Random } from "./random.ts";

export interface Cutting {
  readonly deltaChars: Range;
  /** Cut through the middle of every surrogate pair, as relays that count UTF-16 units do. */
  readonly splitPairs: boolean;
}

const maxWordChars = 12;
const wordUnit = /[A-Za-z0-9'_./:-]/;

/** Cuts a text into the deltas it is sent in. Joined, they are the text again; none is empty. */
export function cutText(text: string, cutting: Cutting, random: Random): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at, cutting, random);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

function pieceEnd(text: string, at: number, cutting: Cutting, random: Random): number {
  let end = at + Math.max(1, Math.round(within(cutting.deltaChars, random)));
  if (typeof cutting.deltaChars !== "number") end = wordEnd(text, at, end);
  if (cutting.splitPairs) return pairMiddle(text, at, end);
  return isPairMiddle(text, end) ? end + 1 : end;
}

function wordEnd(text: string, at: number, end: number): number {
  let stop = end;
  while (stop < text.length && stop - at < maxWordChars && isInsideWord(text, stop)) stop++;
  return stop;
}

function isInsideWord(text: string, at: number): boolean {
  return wordUnit.test(text.charAt(at - 1)) && wordUnit.test(text.charAt(at));
}

/** Ends the piece between the halves of the first pair in it, so that every pair is cut. */
function pairMiddle(text: string, at: number, end: number): number {
  for (let stop = at + 1; stop <= end; stop++) if (isPairMiddle(text, stop)) return stop;
  return end;
}

/** True when a cut before `at` would part the two halves of one character. */
export function isPairMiddle(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
