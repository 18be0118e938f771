import type { WireError } from "../../src/contract/errors.ts";
import type { AnswerEntry, OtherEntry } from "../chat/chat.ts";
import type { Words } from "./words/words.ts";

/** An error in the reader's language, with when to come back if the server said so. */
export function explain(error: WireError | undefined, words: Words): string {
  // A newer server may know codes that this page does not.
  const sentence = words.errors[error?.code ?? "internal"] ?? words.errors.internal;
  const waitMs = error?.retryAfterMs;
  return waitMs === undefined ? sentence : `${sentence} ${words.retryIn(Math.ceil(waitMs / 1_000))}`;
}

/** A system line in the reader's language; in the server's where this page does not know what it is about. */
export function explainNotice({ notice, text }: OtherEntry, words: Words): string {
  return (notice && words.notices[notice.kind]?.(notice.name ?? words.team)) ?? text;
}

/** How an answer ended, in a sentence; nothing when it is simply complete or still being written. */
export function explainOutcome({ outcome, error }: AnswerEntry, words: Words): string | undefined {
  if (outcome === undefined || outcome === "completed") return undefined;
  if (outcome === "failed" || (outcome === "shed" && error)) return explain(error, words);
  return outcome === "shed" ? words.errors.shed : words[outcome];
}

/** Whether asking the same again makes sense. */
export function isUnanswered({ outcome }: AnswerEntry): boolean {
  return outcome === "failed" || outcome === "shed" || outcome === "stopped";
}

/** What each of the tools does that run now; two that do the same are one step to the reader. */
export function runningSteps({ steps = [] }: Pick<AnswerEntry, "steps">, words: Words): string[] {
  const running = steps.filter(({ state }) => state === "running");
  return [...new Set(running.map(({ tool }) => words.lookingUp[tool] ?? words.lookingUpSomething))];
}

export function hasFailedStep({
  steps = [],
  lookUpFailed = false,
}: Pick<AnswerEntry, "steps" | "lookUpFailed">): boolean {
  return lookUpFailed || steps.some(({ state }) => state === "failed");
}
