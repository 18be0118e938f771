import type { WireError } from "../../src/contract/errors.ts";
import type { StaffWords } from "./words.ts";

/** An error in the reader's language, with when to try again if the server said so. */
export function explain(error: Partial<WireError> | undefined, words: Pick<StaffWords, "errors" | "retryIn">): string {
  // A newer server may know codes that this page does not.
  const sentence = (error?.code && words.errors[error.code]) ?? words.errors.internal;
  const waitMs = error?.retryAfterMs;
  if (typeof waitMs !== "number") return sentence;
  return `${sentence} ${words.retryIn(Math.ceil(waitMs / 1_000))}`;
}
