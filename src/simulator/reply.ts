import { writeAnswer } from "./answers/answer.ts";
import { readAsk } from "./ask.ts";
import { lastQuestion, pendingResults, readConversation, type Utterance } from "./conversation.ts";
import { type Directives, readDirectives, type Wish, wishOf, withoutDirectives } from "./directive.ts";
import type { MessagesRequest } from "./request.ts";
import { writeResults } from "./results.ts";
import { findResume, type Resume } from "./resume.ts";
import { countTokens, takeTokens } from "./tokens.ts";
import { chooseCalls, type ToolCall } from "./tools.ts";

export type StopReason = "end_turn" | "max_tokens" | "stop_sequence" | "tool_use" | "refusal";

/** A whole answer, before anybody cuts it into events. */
export interface Reply {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly stopReason: StopReason;
  readonly stopSequence: string | null;
}

/** What the simulator made of a request. */
export interface Plan {
  readonly reply: Reply;
  readonly directives: Directives;
  readonly phase: "question" | "tools" | "results" | "resume";
}

type Draft = Pick<Reply, "text" | "calls">;

/** Decides the answer to a request. Pure: the same request and seed always give the same answer. */
export function planReply(request: MessagesRequest, seed: number): Plan {
  const conversation = readConversation(request.messages);
  const resume = findResume(conversation);
  const before = resume?.before ?? conversation;
  const directives = readDirectives(lastQuestion(before));
  const rest = resume && goOn(resume, draft(request, before, directives, seed), directives.wishes);
  if (rest !== undefined) return { directives, phase: "resume", reply: finish(request, rest, directives.wishes) };
  const asked = resume === undefined ? directives : readDirectives(lastQuestion(conversation));
  const drafted = draft(request, conversation, asked, seed);
  return { directives: asked, phase: phaseOf(conversation, drafted), reply: finish(request, drafted, asked.wishes) };
}

function phaseOf(conversation: readonly Utterance[], { calls }: Draft): Plan["phase"] {
  if (calls.length > 0) return "tools";
  return pendingResults(conversation).length > 0 ? "results" : "question";
}

/** The rest of a cut answer; undefined when the shown text is no part of that answer. */
function goOn(resume: Resume, whole: Draft, wishes: readonly Wish[]): Draft | undefined {
  const place = resume.placeIn(whole.text);
  if (place === undefined) return resume.isPrefill ? whole : undefined;
  const isWhole = place === whole.text.length && whole.calls.length === 0;
  if (isWhole && !resume.isPrefill) return resume.whole === undefined ? undefined : { text: resume.whole, calls: [] };
  const overlapChars = wishOf(wishes, "overlap")?.chars ?? 0;
  return { text: whole.text.slice(Math.max(0, place - overlapChars)), calls: whole.calls };
}

function draft(request: MessagesRequest, conversation: readonly Utterance[], asked: Directives, seed: number): Draft {
  const ask = readAsk(conversation.map(spoken), asked.text, seed);
  const results = pendingResults(conversation);
  const fixed = fixedText(asked.wishes);
  if (fixed !== undefined) return { text: fixed, calls: [] };
  const round = roundsIn(conversation);
  const isOver = round >= (wishOf(asked.wishes, "rounds")?.count ?? 1) || request.tool_choice?.type === "none";
  if (results.length > 0 && isOver) return { text: writeResults(results, ask.language), calls: [] };
  const wished = wishedCalls(asked.wishes, round);
  const calls = wished.length > 0 ? wished : chooseCalls(ask, request.tools ?? [], request.tool_choice);
  if (calls.length === 0) return { text: writeAnswer(ask), calls };
  return { text: ask.language === "zh" ? "好的，我帮您查一下。" : "Sure, let me look that up.", calls };
}

/** Rounds of tools since the question. */
function roundsIn(conversation: readonly Utterance[]): number {
  const asked = conversation.findLastIndex(({ role, text }) => role === "user" && text !== "");
  return conversation.slice(asked + 1).filter((utterance) => utterance.results.length > 0).length;
}

function wishedCalls(wishes: readonly Wish[], round: number): ToolCall[] {
  return wishes.flatMap((wish) =>
    wish.kind === "call" ? [{ name: wish.name, json: wish.input.replaceAll("{round}", String(round)) }] : [],
  );
}

function spoken(utterance: Utterance): Utterance {
  return { ...utterance, text: withoutDirectives(utterance.text) };
}

function fixedText(wishes: readonly Wish[]): string | undefined {
  if (wishOf(wishes, "refuse")) return "";
  const said = wishOf(wishes, "say")?.text ?? longText(wishOf(wishes, "long")?.chars);
  return wishOf(wishes, "lone") ? `${said ?? "这是一个不完整的表情："}\ud83d` : said;
}

/** Numbered sentences, so that a missing or doubled piece of a long answer shows. */
function longText(chars: number | undefined): string | undefined {
  if (chars === undefined) return undefined;
  let text = "";
  for (let line = 1; text.length < chars; line++) text += `第 ${line} 段：潮汐商店为您服务，请放心选购。\n`;
  return text.slice(0, chars);
}

function finish(request: MessagesRequest, { text, calls }: Draft, wishes: readonly Wish[]): Reply {
  if (wishOf(wishes, "refuse")) return { text, calls: [], stopReason: "refusal", stopSequence: null };
  const stop = earliestStop(text, request.stop_sequences ?? []);
  const spoken = stop === undefined ? text : text.slice(0, stop.at);
  const kept = takeTokens(spoken, request.max_tokens);
  if (kept.length < spoken.length) return { text: kept, calls: [], stopReason: "max_tokens", stopSequence: null };
  if (stop !== undefined) return { text: kept, calls: [], stopReason: "stop_sequence", stopSequence: stop.sequence };
  return finishCalls(kept, calls, request.max_tokens - countTokens(kept));
}

/** Tool calls cost tokens too; the one that meets the limit is cut inside its input. */
function finishCalls(text: string, calls: readonly ToolCall[], budgetTokens: number): Reply {
  const kept: ToolCall[] = [];
  let left = budgetTokens;
  for (const call of calls) {
    const json = takeTokens(call.json, left);
    kept.push({ name: call.name, json });
    if (json.length < call.json.length) return { text, calls: kept, stopReason: "max_tokens", stopSequence: null };
    left -= countTokens(json);
  }
  return { text, calls: kept, stopReason: kept.length > 0 ? "tool_use" : "end_turn", stopSequence: null };
}

function earliestStop(text: string, sequences: readonly string[]): { at: number; sequence: string } | undefined {
  const found = sequences.map((sequence) => ({ at: text.indexOf(sequence), sequence })).filter(({ at }) => at >= 0);
  return found.sort((one, other) => one.at - other.at)[0];
}
