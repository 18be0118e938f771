import type { Summary, View } from "../../../src/contract/shapes.ts";

export const views = ["mine", "waiting", "live", "all"] as const satisfies readonly View[];

/** A row and the time by which it is sorted where nobody waits: it stands still while an answer is written. */
export interface Row {
  readonly summary: Summary;
  readonly placeAt: number;
}

export const isMine = ({ responder }: Summary, myId: string | undefined) =>
  responder.kind === "agent" && myId !== undefined && responder.agentId === myId;

/** Another agent answers: nobody else may. */
export const isTaken = (summary: Summary, myId: string | undefined) =>
  summary.responder.kind === "agent" && !isMine(summary, myId);

/** A person is waited for, or a message was left for one, and nobody has taken it. */
export const isWaiting = ({ responder, waitingSince, left }: Summary) =>
  responder.kind !== "agent" && (waitingSince !== undefined || left === true);

/** The assistant is at work on an answer. */
export const isLive = ({ responder, turn }: Summary) =>
  responder.kind === "assistant" && turn !== undefined && turn !== "ended";

export function isIn(view: View, summary: Summary, myId: string | undefined): boolean {
  switch (view) {
    case "mine":
      return isMine(summary, myId);
    case "waiting":
      return isWaiting(summary);
    case "live":
      return isLive(summary);
    case "all":
      return true;
    default:
      return view satisfies never;
  }
}

/** The row that follows `before`. */
export function rowAfter(before: Row | undefined, summary: Summary): Row {
  const saidAt = summary.last?.at ?? summary.changedAt;
  const moves = !before || !isLive(summary) || !isLive(before.summary);
  return { summary, placeAt: moves ? saidAt : before.placeAt };
}

/** Whether a view may look different beyond the row itself. */
export function movesLists(before: Row | undefined, after: Row): boolean {
  if (!before || before.placeAt !== after.placeAt) return true;
  const [a, b] = [before.summary, after.summary];
  return (
    a.responder.kind !== b.responder.kind ||
    a.responder.agentId !== b.responder.agentId ||
    a.waitingSince !== b.waitingSince ||
    a.left !== b.left ||
    isLive(a) !== isLive(b)
  );
}

/** Longest wait first; elsewhere the latest word first. Equal ones keep an order of their own, so that nothing jumps. */
export function inOrder(view: View, a: Row, b: Row): number {
  const byName = a.summary.conversationId < b.summary.conversationId ? -1 : 1;
  if (view === "waiting") return waitedFrom(a) - waitedFrom(b) || byName;
  return b.placeAt - a.placeAt || byName;
}

const waitedFrom = ({ summary, placeAt }: Row) => summary.waitingSince ?? placeAt;
