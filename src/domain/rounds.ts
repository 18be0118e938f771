import type { Answer } from "./answer.ts";
import type { Clock } from "./clock.ts";
import { asMessages, type CallState, type Finding, newCards, type Round, roundsOf, stateOf } from "./findings.ts";
import { type LookUps, refused } from "./look-ups.ts";
import type { CallResult, ModelMessage, ToolCall, ToolUse } from "./relay.ts";
import type { Listener } from "./steps.ts";

/** The model may call tools so many times in one answer; then it has to say what it knows. */
export const maxRounds = 5;
/** Calls of one round that are run. */
const maxCalls = 8;

export interface RoundsOptions {
  readonly answer: Answer;
  /** Null where nothing can be looked up. */
  readonly lookUps: LookUps | null;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly listener: Listener;
}

/**
 * The rounds of one answer: the model speaks, calls tools, is given their results and speaks on. All its words are one text
 * with one space of offsets (S3); words after a round begin a new paragraph.
 *
 * - **S11** Everybody is told what is looked up, and where in the text that stands.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #past: Round[];
  #calls = 0;
  /** Nothing was said in the present round yet, and something before it. */
  #isOpening = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    const { found, text } = options.answer;
    this.#past = roundsOf(found, text.length);
    this.#isOpening = this.#past.length > 0 && this.said === "";
  }

  /** Rounds that are over. */
  get count(): number {
    return this.#past.length;
  }

  get mayCall(): boolean {
    return this.#options.lookUps !== null && this.count < maxRounds;
  }

  /** What was said in the present round. */
  get said(): string {
    const { text } = this.#options.answer;
    const before = this.#past.at(-1);
    return before === undefined ? text : text.slice(before.offset).trimStart();
  }

  /** What the model is to know: the question, and everything before the present round. */
  messages(context: readonly ModelMessage[]): readonly ModelMessage[] {
    return this.count === 0 ? context : [...context, ...asMessages(this.#past, this.#options.answer.text)];
  }

  /** A piece as it is appended: the first of a round is set off from what was said before. */
  place(piece: string): string {
    if (!this.#isOpening) return piece;
    const words = piece.trimStart();
    if (words === "") return "";
    this.#isOpening = false;
    const { text } = this.#options.answer;
    return (text === "" || text.endsWith("\n\n") ? "" : text.endsWith("\n") ? "\n" : "\n\n") + words;
  }

  /** Runs what the model calls, all at once, and begins the next round. Resolves at once when the signal is aborted. */
  async run(uses: readonly ToolUse[]): Promise<void> {
    const offset = this.#options.answer.text.length;
    const found = await Promise.all(uses.map((use, at) => this.#run(use, offset, at)));
    this.#past.push({ offset, found });
    this.#isOpening = true;
  }

  async #run(use: ToolUse, offset: number, at: number): Promise<ToolCall & CallResult> {
    const { answer, clock, lookUps, signal } = this.#options;
    const startedAt = clock.elapsed();
    // An id that the relay made may be missing, or come twice.
    const callId = `call_${answer.epoch}_${++this.#calls}`;
    const { result, isNew } =
      lookUps === null || at >= maxCalls ? refused("Too many calls at once; it was not run.") : lookUps.run(use);
    const call = { callId, tool: use.tool, offset };
    if (isNew) this.#tell({ ...call, state: "running" });
    const { text, isError, cards } = await result;
    if (isNew && !signal.aborted) {
      const tookMs = Math.round(clock.elapsed() - startedAt);
      const shown = newCards(answer.found, cards);
      this.#found({ ...call, input: use.input, text, isError, cards: shown, round: this.count, tookMs });
    }
    return { ...use, callId, text, isError };
  }

  #found(finding: Finding): void {
    this.#options.answer.found.push(finding);
    this.#tell(stateOf(finding));
  }

  #tell(state: CallState): void {
    const { answer, listener } = this.#options;
    answer.activities.push(state);
    listener.step({ kind: "turn-activity", answer, activity: state });
  }
}
