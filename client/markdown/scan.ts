/** What a reader gives while more text could still make the construct whole. */
export const BEGUN = "begun";

/** Matches a sticky expression at `at`. */
export function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** The controls by which a text could show its characters in another order than they stand. */
export const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;
