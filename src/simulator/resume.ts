import type { Utterance } from "./conversation.ts";

/** A request to go on with an answer that was cut: the conversation it answered, and how to find the place. */
export interface Resume {
  readonly before: readonly Utterance[];
  /** Where the rest begins in the whole answer; undefined when what was shown is no part of it. */
  readonly placeIn: (answer: string) => number | undefined;
  /** A prefill goes on whatever it says; an instruction that fits no answer is an ordinary message. */
  readonly isPrefill: boolean;
  /** What the instruction wishes to be told when nothing is missing. */
  readonly whole?: string | undefined;
}

const instruction =
  /\b(continue|carry on|go on|resume|keep going|left off|interrupted|cut off)\b|继续|接着|中断|未完成|没说完|断开/i;
const wishOfWhole = /\bif nothing is missing, write only (\S+?)\.?$/i;
const gramChars = 16;

/** Recognises a prefill, or a user message that tells the assistant to go on from where it left off. */
export function findResume(conversation: readonly Utterance[]): Resume | undefined {
  const last = conversation.at(-1);
  if (last === undefined || last.results.length > 0) return undefined;
  if (last.role === "assistant") return resumeFrom(conversation.slice(0, -1), last.text, true);
  if (!instruction.test(last.text)) return undefined;
  const shown = conversation.at(-2);
  if (shown?.role === "assistant") {
    if (shown.calls.length > 0) return undefined;
    return { ...resumeFrom(conversation.slice(0, -2), shown.text, false), whole: wishOfWhole.exec(last.text)?.[1] };
  }
  if (shown === undefined) return undefined;
  return { before: conversation.slice(0, -1), placeIn: (answer) => quotedEnd(answer, last.text), isPrefill: false };
}

function resumeFrom(before: readonly Utterance[], partial: string, isPrefill: boolean): Resume {
  return { before, placeIn: (answer) => prefixEnd(answer, partial), isPrefill };
}

/** The length of the shown text in the answer. Space at its end may have been trimmed on the way. */
function prefixEnd(answer: string, partial: string): number | undefined {
  if (answer.startsWith(partial)) return partial.length;
  const trimmed = partial.trimEnd();
  return answer.startsWith(trimmed) ? trimmed.length : undefined;
}

/** The last place of the answer whose preceding characters the instruction quotes. */
function quotedEnd(answer: string, quote: string): number | undefined {
  const grams = new Set<string>();
  for (let at = 0; at + gramChars <= quote.length; at++) grams.add(quote.slice(at, at + gramChars));
  for (let end = answer.length; end >= gramChars; end--) {
    if (grams.has(answer.slice(end - gramChars, end))) return end;
  }
  return undefined;
}
