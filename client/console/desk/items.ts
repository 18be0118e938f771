import type { Card, Message, Note } from "../../../src/contract/shapes.ts";
import { type Answer, turnOf } from "../../chat/answers.ts";
import type { AnswerEntry } from "../../chat/chat.ts";
import type { Letter } from "../../chat/outbox.ts";

/** One thing in the thread of a conversation. The text of an answer is not here: it is watched. */
export type Item =
  | { readonly kind: "said"; readonly key: string; readonly message: Message }
  | {
      readonly kind: "answer";
      readonly key: string;
      readonly entry: AnswerEntry;
      readonly cards: readonly Card[] | undefined;
    }
  | { readonly kind: "note"; readonly key: string; readonly note: Note }
  | { readonly kind: "letter"; readonly key: string; readonly letter: Letter };

/** What items are made of. */
export interface Known {
  readonly messages: ReadonlyMap<string, Message>;
  readonly notes: ReadonlyMap<string, Note>;
  readonly answers: ReadonlyMap<string, Answer>;
  /** What the tools found for answers that are not stored yet. */
  readonly found: ReadonlyMap<string, readonly Card[]>;
  /** Not known to be stored. */
  readonly letters: readonly Letter[];
}

interface Placed {
  readonly at: number;
  /** Among those of one moment: an answer stands behind its question. */
  readonly rank: number;
  readonly item: Item;
}

/** Everything in reading order. Items equal to those of `before` are those very objects, so that pages redraw little. */
export function itemsOf(known: Known, before: readonly Item[]): readonly Item[] {
  const old = new Map(before.map((item) => [item.key, item]));
  const items = placed(known)
    .sort((a, b) => a.at - b.at || a.rank - b.rank)
    .map(({ item }) => {
      const same = old.get(item.key);
      return same && alike(same, item) ? same : item;
    });
  return items.length === before.length && items.every((item, at) => item === before[at]) ? before : items;
}

const handsBack = new Set(["agent-left", "agent-lost"]);

function placed({ messages, notes, answers, found, letters }: Known): Placed[] {
  const all: Placed[] = [];
  /** Where each turn was last asked about, or else where its answer was stored. */
  const turnAt = new Map<string, number>();
  const answered = new Map<string, Message>();
  /** Until then no answer was being written. */
  const handedBackAt: number[] = [];
  for (const message of messages.values()) {
    const turnId = turnOf(message);
    if (message.author === "assistant") answered.set(turnId, message);
    else all.push({ at: message.at, rank: 0, item: { kind: "said", key: message.messageId, message } });
    if (message.notice && handsBack.has(message.notice.kind)) handedBackAt.push(message.at);
    if (message.author === "customer") turnAt.set(turnId, Math.max(message.at, turnAt.get(turnId) ?? 0));
  }
  for (const [turnId, { entry }] of answers) {
    const stored = answered.get(turnId);
    const endedAt = stored?.at ?? Number.MAX_VALUE;
    const at = Math.max(turnAt.get(turnId) ?? endedAt, ...handedBackAt.filter((change) => change < endedAt));
    const cards = stored?.cards ?? found.get(turnId);
    all.push({ at, rank: 1, item: { kind: "answer", key: `answer ${turnId}`, entry, cards } });
  }
  for (const note of notes.values())
    all.push({ at: note.at, rank: 2, item: { kind: "note", key: `note ${note.noteId}`, note } });
  letters.forEach((letter, index) => {
    all.push({ at: Number.POSITIVE_INFINITY, rank: index, item: { kind: "letter", key: letter.messageId, letter } });
  });
  return all;
}

function alike(a: Item, b: Item): boolean {
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([key, value]) => value === b[key as keyof Item]);
}
