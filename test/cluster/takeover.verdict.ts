import type { Message, Responder } from "../../src/contract/shapes.ts";
import { inReadingOrder } from "../../src/domain/conversations.ts";
import type { AgentPage } from "./takeover.pages.ts";
import type { Done, Race } from "./takeover.race.ts";
import type { Screen, Snapshot } from "./takeover.screen.ts";

/** A time during which nobody but people may speak, because somebody was told that they took over. */
export interface Hold {
  readonly done: Done;
  /** The agent, or nobody while a person is sought. */
  readonly holder: string | null;
  readonly from: number;
  readonly to: number;
}

/** What may give a conversation back to the assistant, or to somebody else. */
const ending: ReadonlySet<Done["kind"]> = new Set(["return", "resolve", "cancel"]);

/** All that was acknowledged as taken over, each until the moment at which something was sent that may have ended it. */
export function holdsOf({ done }: Race): Hold[] {
  return done.flatMap((each) => {
    const holder = holderAfter(each);
    if (holder === undefined) return [];
    const to = Math.min(...done.filter((other) => mayEnd(other, each)).map(({ sentAt }) => sentAt));
    return to > each.readAt ? [{ done: each, holder, from: each.readAt, to }] : [];
  });
}

function holderAfter({ kind, who, to, outcome }: Done): string | null | undefined {
  if (outcome.kind !== "done") return undefined;
  if (kind === "take" || kind === "say") return who;
  if (kind === "transfer") return to;
  return kind === "request" ? null : undefined;
}

/** It may have been carried out after that was. */
function mayEnd({ kind, outcome, doneAt }: Done, { sentAt }: Done): boolean {
  return ending.has(kind) && outcome.kind !== "refused" && (outcome.kind === "unknown" || doneAt > sentAt);
}

/**
 * H1: what of the assistant came to anybody although somebody had been told that they took over. A page whose node was
 * asleep is told late of what was stored meanwhile, as whoever comes late is: that is no word of the assistant's.
 */
export function lateWords(race: Race, slept: boolean): string[] {
  return holdsOf(race).flatMap(({ done, from, to }) =>
    race.screens.flatMap(({ name, arrivals }) =>
      arrivals
        .filter(({ at, by }) => at > from && at < to && !(slept && by === "end"))
        .map(
          ({ at, chars, by, turnId }) =>
            `H1: ${chars} characters of ${turnId} came to ${name} with ${by === "end" ? "the end" : "a piece"} ` +
            `${(at - done.doneAt).toFixed(1)} ms after ${done.who}'s ${done.kind}`,
        ),
    ),
  );
}

/** H2: somebody else was told to have it, too. */
export function doubleHolds(race: Race): string[] {
  const holds = holdsOf(race).filter(({ holder }) => holder !== null);
  return holds.flatMap((hold) => {
    const moved = race.done.filter(({ kind, outcome }) => kind === "transfer" && outcome.kind !== "refused");
    if (moved.length > 0) return [];
    return holds
      .filter(({ holder, done }) => holder !== hold.holder && done.sentAt > hold.from && done.readAt < hold.to)
      .map(({ done }) => `H2: ${done.who}'s ${done.kind} was acknowledged while ${hold.holder} had it`);
  });
}

/** H1: the store tells of one responder after the other, and nobody else speaks. */
export function storyFaults(messages: readonly Message[], end: Responder): string[] {
  let hands = "assistant";
  const faults: string[] = [];
  for (const { author, name = "", notice } of messages.toSorted((a, b) => a.at - b.at)) {
    if (author === "agent" && hands !== name) faults.push(`H1: ${name} spoke while ${hands} was the responder`);
    if (author !== "system" || !notice) continue;
    const next = handsAfter(notice.kind, notice.name ?? "", hands);
    if (next === undefined) faults.push(`H1: ${notice.kind} ${notice.name ?? ""} while ${hands} was the responder`);
    hands = next ?? hands;
  }
  const last = end.kind === "agent" ? (end.name ?? "") : end.kind;
  if (last !== hands) faults.push(`H1: the responder is ${last}, and the messages tell of ${hands}`);
  return faults;
}

function handsAfter(kind: NonNullable<Message["notice"]>["kind"], name: string, hands: string): string | undefined {
  const isHeld = hands !== "assistant" && hands !== "nobody";
  switch (kind) {
    case "person-requested":
      return hands === "assistant" ? "nobody" : undefined;
    case "agent-joined":
      return isHeld ? undefined : name;
    case "agent-transferred":
      return isHeld ? name : undefined;
    case "agent-left":
      return hands === name ? "assistant" : undefined;
    case "person-cancelled":
      return isHeld ? undefined : "assistant";
    case "resolved":
      return "assistant";
    default:
      return undefined;
  }
}

/** C2, S5: what was acknowledged is there once, and every turn has its one end. */
export function storeFaults(race: Race, { messages, turn }: Snapshot): string[] {
  const faults = turn === null ? [] : [`S5: ${turn.turnId} is still ${turn.state}`];
  const ids = messages.map(({ messageId }) => messageId);
  if (new Set(ids).size < ids.length) faults.push("C2: a message stands there twice");
  for (const { messageId, outcome, kind } of race.done)
    if (messageId !== undefined && outcome.kind === "done" && !ids.includes(messageId))
      faults.push(`C2: ${kind} ${messageId} was acknowledged and is not stored`);
  const turns = new Set(messages.flatMap(({ turnId }) => turnId ?? []));
  for (const turnId of turns) {
    const ends = messages.filter((message) => message.author === "assistant" && message.turnId === turnId);
    if (ends.length !== 1) faults.push(`S5: ${turnId} has ${ends.length} ends`);
  }
  return faults;
}

/** S11: what a screen shows that the store does not have, or the other way round. */
export function screenFaults(screen: Screen, { messages, responder }: Snapshot): string[] {
  const shown = inReadingOrder([...screen.messages.values()].toSorted((a, b) => a.at - b.at));
  const faults = messages.flatMap((message) => {
    const own = screen.messages.get(message.messageId);
    if (own === undefined) return [`lacks ${message.author} ${message.messageId} "${message.text.slice(-20)}"`];
    // What is handed back unanswered becomes part of a turn later.
    const isSame = own.text === message.text && own.outcome === message.outcome && own.author === message.author;
    if (!isSame) return [`has ${message.author} ${message.messageId} otherwise`];
    const parts = message.author === "assistant" ? screen.partsFrom(message) : undefined;
    return parts === undefined ? [] : [parts];
  });
  const stored = new Set(messages.map(({ messageId }) => messageId));
  faults.push(
    ...shown.filter(({ messageId }) => !stored.has(messageId)).map(({ messageId }) => `has ${messageId} alone`),
  );
  if (screen.responder?.kind !== responder.kind || screen.responder.name !== responder.name)
    faults.push(`shows ${named(screen.responder)} as the responder, not ${named(responder)}`);
  return faults.map((fault) => `S11: ${screen.name} ${fault}`);
}

/** H5: what an agent's inbox says otherwise than the store. */
export function rowFaults({ name, inbox }: AgentPage, conversationId: string, { responder }: Snapshot): string[] {
  const row = inbox.get(conversationId);
  const faults: string[] = [];
  // Of the assistant's alone those that were quiet longest are listed no more.
  if (row === undefined) return responder.kind === "assistant" ? [] : [`H5: ${name}'s inbox lacks the conversation`];
  if (row.responder.kind !== responder.kind || row.responder.name !== responder.name)
    faults.push(`shows ${named(row.responder)}, not ${named(responder)}`);
  if ((row.waitingSince !== undefined) !== (responder.kind === "nobody"))
    faults.push(`says ${row.waitingSince === undefined ? "nobody waits" : "somebody waits"} for a person`);
  if (row.turn !== undefined) faults.push(`says that a turn is ${row.turn}`);
  return faults.map((fault) => `H5: ${name}'s inbox ${fault}`);
}

function named(responder: Responder | undefined): string {
  return responder?.name ?? responder?.kind ?? "nobody at all";
}
