import type { AnswerEntry, ChatState, Entry, OtherEntry, QuestionEntry } from "../chat/chat.ts";
import { keyOf } from "../chat/entries.ts";

/** What happened between two states of a chat. What the first snapshot shows is old, so nothing of it is in here. */
export interface Arrivals {
  readonly begun: readonly AnswerEntry[];
  readonly ended: readonly AnswerEntry[];
  readonly others: readonly OtherEntry[];
  readonly failed: readonly QuestionEntry[];
}

const none: Arrivals = { begun: [], ended: [], others: [], failed: [] };

export function arrivalsBetween(before: ChatState, after: ChatState): Arrivals {
  if (!before.ready || before.entries === after.entries) return none;
  const known = new Map(before.entries.map((entry) => [keyOf(entry), stageOf(entry)]));
  const changed = after.entries.filter((entry) => known.get(keyOf(entry)) !== stageOf(entry));
  const answers = changed.filter((entry) => entry.kind === "answer");
  return {
    begun: answers.filter(({ state }) => state === "streaming"),
    ended: answers.filter(({ state }) => state === "ended"),
    others: changed.filter((entry) => entry.kind !== "answer" && entry.kind !== "question"),
    failed: changed.filter((entry) => entry.kind === "question").filter(({ status }) => status === "failed"),
  };
}

/** How far an entry has come. */
function stageOf(entry: Entry): string {
  if (entry.kind === "answer") return entry.state;
  return entry.kind === "question" ? entry.status : entry.kind;
}
