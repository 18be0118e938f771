/** What a reader gives while more text could still make the construct whole. */
export const BEGUN = "begun";

/** Matches a sticky expression at `at`. */
export function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
