import type { Message, Responder } from "../../src/contract/shapes.ts";
import { type Answer, turnOf } from "./answers.ts";
import type { Entry } from "./chat.ts";
import type { Letter } from "./outbox.ts";

/** What entries are made of. */
export interface Known {
  /** As stored, by id. */
  readonly messages: ReadonlyMap<string, Message>;
  readonly answers: ReadonlyMap<string, Answer>;
  /** Not stored yet, as far as is known. */
  readonly letters: readonly Letter[];
  readonly runningTurnId: string | null;
  readonly responder: Responder;
}

/** An answer stands half a step behind what it follows; what waits comes after everything else. */
const behind = 0.5;
const waitingFrom = 1e9;

/** Everything in reading order. Entries equal to one of `before` are that very object, so that pages redraw little. */
export function entriesOf(known: Known, before: readonly Entry[]): Entry[] {
  const old = new Map(before.map((entry) => [keyOf(entry), entry]));
  return placed(known)
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => {
      const same = old.get(keyOf(entry));
      return same && alike(same, entry) ? same : entry;
    });
}

interface Placed {
  /** Its place: the lower the earlier. */
  at: number;
  entry: Entry;
}

function placed({ messages, answers, letters, runningTurnId, responder }: Known): Placed[] {
  // What was missed for a moment is told after what came later.
  const stored = [...messages.values()].sort((a, b) => a.at - b.at);
  /** Where each turn was last asked about, or else where its answer was stored; not before the assistant could speak again. */
  const turnAt = new Map<string, number>();
  let speaksFrom = 0;
  stored.forEach((message, at) => {
    const turnId = turnOf(message);
    const isAsked = message.author === "customer";
    // `agent-left`, `agent-lost`: until then no answer was being written.
    if (/t-l/.test(`${message.notice?.kind}`)) speaksFrom = at;
    turnAt.set(turnId, isAsked ? at : Math.max(turnAt.get(turnId) ?? at, speaksFrom));
  });
  const lastByAgent = stored.findLastIndex(({ author }) => author === "agent");

  const waits = ({ turnId }: Message, at: number) =>
    turnId !== undefined &&
    turnId !== runningTurnId &&
    !answers.has(turnId) &&
    responder.kind !== "agent" &&
    at > lastByAgent;

  const spoken = stored.flatMap((message, index) => {
    const { author } = message;
    if (author === "assistant") return [];
    const waiting = author === "customer" && waits(message, index);
    return { at: waiting ? waitingFrom + index : index, entry: entryOf(author, message, waiting) };
  });

  // An answer whose question is on its way back to us belongs behind that question, which is the first letter.
  const answered = [...answers.values()].map(({ entry }) => ({
    at: Math.max(turnAt.get(entry.turnId) ?? 2 * waitingFrom, entry.state === "ended" ? 0 : speaksFrom) + behind,
    entry,
  }));

  const busy = runningTurnId !== null && turnAt.has(runningTurnId);
  const unsent = letters.map((letter, index) => ({
    at: 2 * waitingFrom + index,
    entry: { ...letter, kind: "question" as const, waiting: busy && letter.status === "sending" },
  }));
  return [...spoken, ...answered, ...unsent];
}

type Person = Exclude<Message["author"], "assistant">;

function entryOf(author: Person, { messageId, text, at, turnId, name, notice }: Message, waiting: boolean): Entry {
  if (author === "customer") return { kind: "question", messageId, text, at, status: "sent", waiting, turnId };
  return { kind: author, messageId, text, at, name, notice };
}

/** The same for an entry through all its states. */
export const keyOf = (entry: Entry) => (entry.kind === "answer" ? `answer ${entry.turnId}` : entry.messageId);

function alike(a: Entry, b: Entry): boolean {
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([key, value]) => value === b[key as keyof Entry]);
}
