import type { Activity, Card } from "../contract/shapes.ts";
import type { CallResult, ModelMessage, ToolCall, ToolUse } from "./relay.ts";

/** A call that has been run in an answer, with its result: what a node that takes the turn up need not run again (C3). */
export interface Finding extends ToolCall, CallResult {
  /** Which of the answer's rounds it belongs to, from 0. */
  readonly round: number;
  /** How long the answer was when it was called. */
  readonly offset: number;
  readonly cards: readonly Card[];
  readonly tookMs: number;
}

/** What is told of a call: the turn and its epoch are those of the answer at the moment of telling. */
export type CallState = Omit<Activity, "turnId" | "epoch">;

/** What is told of a call that is over. */
export function stateOf({ callId, tool, offset, isError, cards }: Finding): CallState {
  return { callId, tool, offset, state: isError ? "failed" : "done", ...(cards.length > 0 && { cards: [...cards] }) };
}

/** What the model called after one stretch of its answer, which ends at `offset`. */
export interface Round {
  readonly offset: number;
  readonly found: readonly (ToolCall & CallResult)[];
}

/** Cards that an answer shows at most. */
export const maxCards = 20;

/** The same for the same tool and the same input, whatever the order of its members. */
export function keyOf({ tool, input }: ToolUse): string {
  return JSON.stringify([tool, sorted(input)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

/** What was found for an answer of which no more than `length` is left, round by round. */
export function roundsOf(found: readonly Finding[], length: number): Round[] {
  const rounds = new Map<number, Finding[]>();
  for (const each of found.toSorted((a, b) => a.round - b.round)) {
    const round = rounds.get(each.round);
    if (round) round.push(each);
    else rounds.set(each.round, [each]);
  }
  return [...rounds.values()].map((calls) => ({
    offset: Math.min(length, ...calls.map(({ offset }) => offset)),
    found: calls,
  }));
}

/** The rounds of an answer as the model knows them: its words, its calls, and what they came to. */
export function asMessages(rounds: readonly Round[], text: string): ModelMessage[] {
  let from = 0;
  return rounds.flatMap(({ offset, found }) => {
    const words = text.slice(from, offset).trim();
    from = offset;
    return [
      { role: "assistant", text: words, calls: found },
      { role: "user", text: "", results: found },
    ] satisfies ModelMessage[];
  });
}

/** The cards of an answer: each thing once, as it was found first. */
export function cardsOf(found: readonly Finding[]): Card[] {
  const cards = new Map(
    found
      .flatMap((each) => each.cards)
      .reverse()
      .map((card) => [thingOf(card), card]),
  );
  return [...cards.values()].reverse().slice(0, maxCards);
}

/** What is kept of all that was looked up for an answer. */
export function keptOf(found: readonly Finding[]): { readonly cards: Card[]; readonly lookUpFailed: boolean } {
  return { cards: cardsOf(found), lookUpFailed: found.some(({ isError }) => isError) };
}

/** The new ones of `cards` for which an answer still has room. */
export function newCards(found: readonly Finding[], cards: readonly Card[]): Card[] {
  const known = cardsOf(found);
  const things = new Set(known.map(thingOf));
  return cards.filter((card) => !things.has(thingOf(card))).slice(0, maxCards - known.length);
}

function thingOf(card: Card): string {
  if (card.kind === "product") return `product ${card.sku}`;
  return card.kind === "order" ? `order ${card.number}` : JSON.stringify(card);
}
