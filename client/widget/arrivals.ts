import type { AnswerEntry, ChatState, Entry, OtherEntry, QuestionEntry } from "../chat/chat.ts";

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
  const known = new Map(before.entries.map((entry) => [keyOf(entry), entry]));
  const changed = after.entries.filter((entry) => known.get(keyOf(entry)) !== entry);
  const was = (entry: Entry) => known.get(keyOf(entry));
  const answers = changed.filter((entry) => entry.kind === "answer");
  return {
    begun: answers.filter((entry) => isBegun(entry) && !isBegun(was(entry))),
    ended: answers.filter((entry) => isEnded(entry) && !isEnded(was(entry))),
    others: changed.filter((entry): entry is OtherEntry => isOther(entry) && !was(entry)),
    failed: changed
      .filter((entry) => entry.kind === "question")
      .filter((entry) => isFailed(entry) && !isFailed(was(entry))),
  };
}

/** The same for an entry through all its states. */
export function keyOf(entry: Entry): string {
  return entry.kind === "answer" ? `answer:${entry.turnId}` : entry.messageId;
}

const isOther = ({ kind }: Entry) => kind === "agent" || kind === "system";
const isBegun = (entry?: Entry) => entry?.kind === "answer" && entry.state === "streaming";
const isEnded = (entry?: Entry) => entry?.kind === "answer" && entry.state === "ended";
const isFailed = (entry?: Entry) => entry?.kind === "question" && entry.status === "failed";
