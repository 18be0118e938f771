import type { Message, Page } from "../contract/shapes.ts";
import { inReadingOrder } from "./conversations.ts";
import type { ModelMessage } from "./relay.ts";

export interface ContextLimits {
  /** A round is what the customer asked in one turn, and what was answered. */
  readonly rounds: number;
  /** Estimated, see {@link estimateTokens}. */
  readonly tokens: number;
}

/**
 * What the model is given to answer `turnId`, or all that was said where none is named (C1): the last rounds within the limits, beginning with the customer and
 * alternating, never cut inside a round. The round that is asked now is always whole, however large.
 */
export function buildContext(
  messages: readonly Message[],
  turnId: string | undefined,
  limits: ContextLimits,
  page?: Page,
): ModelMessage[] {
  const rounds = toRounds(upToTurn(inReadingOrder(messages), turnId)).slice(-limits.rounds);
  return withPage(alternating(fitting(rounds, limits.tokens).flat()), page);
}

/** Without what was asked later: that belongs to the next turn. */
function upToTurn(messages: readonly Message[], turnId: string | undefined): readonly Message[] {
  if (turnId === undefined) return messages;
  const isAsked = ({ author }: Message) => author === "customer";
  const last = messages.findLastIndex((message) => isAsked(message) && message.turnId === turnId);
  // A question that nobody knows any more as this turn's is the last one, if any.
  return messages.slice(0, 1 + (last < 0 ? messages.findLastIndex(isAsked) : last));
}

function toRounds(messages: readonly Message[]): ModelMessage[][] {
  const rounds: ModelMessage[][] = [];
  let turnId: string | undefined;
  for (const message of messages) {
    if (message.author === "system" || message.text === "") continue;
    const role = message.author === "customer" ? "user" : "assistant";
    const text = message.author === "agent" ? `${agentMark(message.name)} ${message.text}` : message.text;
    const opens = role === "user" && (message.turnId !== turnId || rounds.length === 0);
    if (opens) rounds.push([]);
    if (role === "user") turnId = message.turnId;
    rounds.at(-1)?.push({ role, text });
  }
  return rounds;
}

/** Tells the model which words in its place were a person's (H3). */
const agentMark = (name = "an agent") => `[${name} of the shop's team, a person, wrote:]`;

/** Neighbours of one role become one message: an unanswered question is asked together with the next. */
export function alternating(messages: readonly ModelMessage[]): ModelMessage[] {
  const merged: ModelMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role !== message.role) merged.push(message);
    else merged[merged.length - 1] = { role: last.role, text: `${last.text}\n\n${message.text}` };
  }
  return merged;
}

function withPage(messages: ModelMessage[], page: Page | undefined): ModelMessage[] {
  const last = messages.pop();
  if (last === undefined) return messages;
  const where =
    page === undefined ? "" : `[The customer is looking at: ${[page.title, page.url].filter(Boolean).join(" ")}]\n\n`;
  return [...messages, { role: last.role, text: where + last.text }];
}

/** The last rounds that are no more tokens together; the very last in any case. */
function fitting(rounds: readonly ModelMessage[][], tokens: number): readonly ModelMessage[][] {
  let left = tokens;
  const before = rounds.findLastIndex((round) => {
    for (const { text } of round) left -= estimateTokens(text);
    return left < 0;
  });
  return rounds.slice(Math.min(before + 1, Math.max(0, rounds.length - 1)));
}

/** A rough count that errs on the high side: one token for each ideograph, one for each three other characters. */
export function estimateTokens(text: string): number {
  let ideographs = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x2e80) ideographs++;
  return ideographs + Math.ceil((text.length - ideographs) / 3);
}
