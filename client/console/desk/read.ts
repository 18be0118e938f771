import type { Agent, AgentViewer, Message, Note, Summary } from "../../../src/contract/shapes.ts";

/** Longer names and previews are cut: a row is one line, whatever was told. */
const mostShown = 300;

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (given: unknown): given is Raw => typeof given === "object" && given !== null;
const rawOf = (given: unknown): Raw => (isRaw(given) ? given : {});
const textOf = (given: unknown): string | undefined => (typeof given === "string" ? given : undefined);
const shortOf = (given: unknown) => textOf(given)?.slice(0, mostShown);
/** The furthest moment that a date can hold. */
const lastMs = 8.64e15;
const timeOf = (given: unknown): number | undefined =>
  typeof given === "number" && Math.abs(given) <= lastMs ? given : undefined;
const oneOf = <T extends string>(given: unknown, known: readonly T[], otherwise: T): T =>
  known.find((word) => word === given) ?? otherwise;

/** What of a list can be read; nothing of what is no list. */
export function readAll<T>(given: unknown, read: (one: unknown) => T | null): T[] {
  return Array.isArray(given) ? given.flatMap((one) => read(one) ?? []) : [];
}

const classes = ["vip", "member", "guest"] as const;
const responders = ["assistant", "agent", "nobody"] as const;
const authors = ["customer", "assistant", "agent", "system"] as const;
const turnStates = ["queued", "starting", "streaming", "ended"] as const;
const kinds = ["note", "whisper", "handback"] as const;

/** A row as it can be shown, or null where it does not say whose it is. What is missing is taken for the least. */
export function readSummary(given: unknown): Summary | null {
  const raw = rawOf(given);
  const conversationId = textOf(raw["conversationId"]);
  if (conversationId === undefined) return null;
  const customer = rawOf(raw["customer"]);
  return {
    conversationId,
    customer: { name: shortOf(customer["name"]), class: oneOf(customer["class"], classes, "guest") },
    responder: readResponder(raw["responder"]),
    waitingSince: timeOf(raw["waitingSince"]),
    reason: shortOf(raw["reason"]),
    left: raw["left"] === true,
    last: readLast(raw["last"]),
    turn: raw["turn"] === undefined ? undefined : oneOf(raw["turn"], turnStates, "ended"),
    viewers: readAll(raw["viewers"], readViewer),
    changedAt: timeOf(raw["changedAt"]) ?? 0,
  };
}

/** Who answers; nobody where that cannot be read. */
export function readResponder(given: unknown): Summary["responder"] {
  const raw = rawOf(given);
  return {
    kind: oneOf(raw["kind"], responders, "nobody"),
    name: shortOf(raw["name"]),
    agentId: textOf(raw["agentId"]),
  };
}

function readLast(given: unknown): Summary["last"] {
  const raw = rawOf(given);
  const text = shortOf(raw["text"]);
  if (text === undefined) return undefined;
  return { author: oneOf(raw["author"], authors, "system"), text, at: timeOf(raw["at"]) ?? 0 };
}

export function readViewer(given: unknown): AgentViewer | null {
  const raw = rawOf(given);
  const agentId = textOf(raw["agentId"]);
  return agentId === undefined ? null : { agentId, name: shortOf(raw["name"]) ?? agentId };
}

export function readAgent(given: unknown): Agent | null {
  const viewer = readViewer(given);
  return viewer && { ...viewer, state: oneOf(rawOf(given)["state"], ["available"], "away" as "available" | "away") };
}

/** A message as it can be shown, or null where it has no id or no text. */
export function readMessage(given: unknown): Message | null {
  const raw = rawOf(given);
  const messageId = textOf(raw["messageId"]);
  const text = textOf(raw["text"]);
  if (messageId === undefined || text === undefined) return null;
  const author = oneOf(raw["author"], authors, "system");
  // CAST: the fields that pages rely on are read one by one here, the others where they are shown.
  return { ...(given as Message), messageId, text, author, at: timeOf(raw["at"]) ?? 0 };
}

export function readNote(given: unknown): Note | null {
  const raw = rawOf(given);
  const noteId = textOf(raw["noteId"]);
  const text = textOf(raw["text"]);
  if (noteId === undefined || text === undefined) return null;
  const agentId = textOf(raw["agentId"]) ?? "";
  return {
    noteId,
    text,
    agentId,
    kind: oneOf(raw["kind"], kinds, "note"),
    name: shortOf(raw["name"]) ?? agentId,
    at: timeOf(raw["at"]) ?? 0,
  };
}
