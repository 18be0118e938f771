import type { ChatState } from "../chat/chat.ts";
import type { Arrivals } from "./arrivals.ts";
import { explain, explainNotice, explainOutcome, hasFailedStep, runningSteps } from "./explain.ts";
import type { Words } from "./words/words.ts";

/** One thing to speak. Faults are urgent, everything else waits for a pause. */
export interface Telling {
  readonly text: string;
  readonly urgent: boolean;
}

const calm = (text: string): Telling => ({ text, urgent: false });
const urgent = (text: string): Telling => ({ text, urgent: true });

/** What a listener must be told of a change: the boundaries of states, never the text of answers. */
export function tellings(before: ChatState, after: ChatState, arrivals: Arrivals, words: Words): Telling[] {
  const { begun, ended, others, failed } = arrivals;
  return [
    ...tellLink(before, after, words),
    ...failed.map(({ error }) => urgent(`${words.notSent}. ${explain(error, words)}`)),
    ...tellPlace(before, after, words),
    ...tellWish(before, after, words),
    ...tellSteps(before, after, words),
    ...begun.map(() => calm(words.said.answering)),
    ...ended.map((entry) => {
      const text = explainOutcome(entry, words) ?? words.said.answered;
      return entry.outcome === "failed" || entry.outcome === "shed" ? urgent(text) : calm(text);
    }),
    ...tellResponder(before, after, words),
    ...others.map((entry) => {
      const text = explainNotice(entry, words);
      return calm(entry.kind === "agent" ? `${entry.name ?? words.team}: ${text}` : text);
    }),
  ];
}

function tellLink(before: ChatState, after: ChatState, words: Words): Telling[] {
  if (before.link === after.link) return [];
  if (after.link === "refused") return [urgent(explain(after.refusal, words))];
  if (after.link === "reconnecting") return [calm(words.reconnecting)];
  return after.link === "online" && before.link === "reconnecting" ? [calm(words.said.online)] : [];
}

function tellPlace({ place: before }: ChatState, { place }: ChatState, words: Words): Telling[] {
  return place && isWorthAWord(place.position, before?.position) ? [calm(words.place(place.position))] : [];
}

function tellWish({ wish: before }: ChatState, { wish }: ChatState, words: Words): Telling[] {
  if (!wish || (before && !isWorthAWord(wish.position ?? 0, before.position))) return [];
  return [calm(words.waitingForPerson(wish.position))];
}

/** What the running answer waits for, and that something could not be had. */
function tellSteps(before: ChatState, after: ChatState, words: Words): Telling[] {
  const [was, is] = [before, after].map(({ entries }) => runningIn(entries, after.runningTurnId));
  const known = runningSteps(was ?? {}, words);
  const labels = runningSteps(is ?? {}, words).filter((label) => !known.includes(label));
  const isNew = hasFailedStep(is ?? {}) && !hasFailedStep(was ?? {});
  return [...labels, ...(isNew ? [words.notLookedUp] : [])].map(calm);
}

const runningIn = (entries: ChatState["entries"], turnId: string | null) =>
  entries.filter((entry) => entry.kind === "answer").find((entry) => entry.turnId === turnId);

/** The first position, the last three, and in between one at each power of two: a long line is not a long speech. */
function isWorthAWord(position: number, before: number | undefined): boolean {
  if (before === undefined) return true;
  return position < before && (position <= 3 || Math.clz32(position) > Math.clz32(before));
}

function tellResponder(before: ChatState, after: ChatState, words: Words): Telling[] {
  const { kind, name } = after.responder;
  const isNew = before.ready && (kind !== before.responder.kind || name !== before.responder.name);
  return isNew && kind === "agent" ? [calm(words.said.agentAnswers(name ?? words.team))] : [];
}
