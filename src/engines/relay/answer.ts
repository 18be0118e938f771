import type { ToolUse } from "../../domain/relay.ts";
import { TokenEstimate } from "../../domain/token-estimate.ts";
import { BrokenAnswer } from "./faults.ts";
import { Uses } from "./uses.ts";

/** What is read of an event. A relay may send any shape, so every member is unknown until it was looked at. */
interface LooseEvent {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly delta?: LooseDelta | null;
  readonly content_block?: LooseBlock | null;
  readonly message?: { readonly id?: unknown; readonly usage?: LooseUsage | null } | null;
  readonly usage?: LooseUsage | null;
}

interface LooseDelta {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly partial_json?: unknown;
  readonly thinking?: unknown;
  readonly stop_reason?: unknown;
}

interface LooseBlock {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
}

interface LooseUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
}

/** No honest name is longer. */
const maxIdChars = 100;

/** Folds the events of one answer; thinking and kinds unknown today pass without a trace. */
export class Answer {
  /** The relay's own end mark was read (S5). */
  ended = false;
  /** Some block has begun to grow, text or not. */
  begun = false;
  eventCount = 0;
  stopReason: unknown = null;
  /** The relay's own name for it. */
  id: string | undefined;
  inputTokens: number | null = null;
  outputTokens: number | null = null;
  cacheReadTokens: number | null = null;
  cacheWriteTokens: number | null = null;
  /** The relay has told what the whole answer used. */
  hasFinalUsage = false;
  /** What was written so far, thoughts and calls too, as reckoned from the text. */
  readonly written = new TokenEstimate();
  #uses: Uses | null = null;

  /** Some tool is called. */
  get calls(): boolean {
    return this.#uses !== null;
  }

  /** The tools that are called, in the order of the blocks; to be asked when the answer has ended. */
  get uses(): readonly ToolUse[] {
    return this.#uses?.all ?? [];
  }

  /** The text that `event` adds, "" when it adds none. Throws {@link BrokenAnswer} when it is no event at all. */
  take(event: unknown): string {
    if (typeof event !== "object" || event === null) throw new BrokenAnswer("the data of an event is not an object");
    this.eventCount++;
    const loose: LooseEvent = event;
    if (loose.type === "content_block_delta") return this.#grow(loose);
    if (loose.type === "content_block_start") return this.#open(loose);
    if (loose.type === "message_stop") this.ended = true;
    else if (loose.type === "message_start") this.#start(loose);
    else if (loose.type === "message_delta") this.#close(loose);
    return "";
  }

  #start({ message }: LooseEvent): void {
    if (typeof message?.id === "string") this.id = message.id.slice(0, maxIdChars);
    this.#count(message?.usage);
  }

  #open({ index, content_block: block }: LooseEvent): string {
    const text = firstText(block);
    this.written.add(text);
    if (block?.type === "tool_use") {
      this.#uses ??= new Uses();
      this.#uses.open(index, block.name, block.input);
    }
    if (text !== "" || block?.type === "tool_use") this.begun = true;
    return text;
  }

  #grow({ index, delta }: LooseEvent): string {
    this.begun = true;
    if (delta?.type === "text_delta") {
      if (typeof delta.text !== "string") throw new BrokenAnswer("a piece of text is not text");
      this.written.add(delta.text);
      return delta.text;
    }
    if (delta?.type === "input_json_delta") this.#uses?.grow(index, delta.partial_json);
    const unseen = delta?.partial_json ?? delta?.thinking;
    if (typeof unseen === "string") this.written.add(unseen);
    return "";
  }

  #close({ delta, usage }: LooseEvent): void {
    this.stopReason = delta?.stop_reason ?? this.stopReason;
    this.#count(usage);
    if (typeof usage?.output_tokens === "number") this.hasFinalUsage = true;
  }

  /** Counts are cumulative, and some relays tell them at the start only, or at the end only. */
  #count(usage: LooseUsage | null | undefined): void {
    this.inputTokens = larger(this.inputTokens, usage?.input_tokens);
    this.outputTokens = larger(this.outputTokens, usage?.output_tokens);
    this.cacheReadTokens = larger(this.cacheReadTokens, usage?.cache_read_input_tokens);
    this.cacheWriteTokens = larger(this.cacheWriteTokens, usage?.cache_creation_input_tokens);
  }
}

function firstText(block: LooseBlock | null | undefined): string {
  return block?.type === "text" && typeof block.text === "string" ? block.text : "";
}

function larger(known: number | null, told: unknown): number | null {
  if (typeof told !== "number" || !Number.isFinite(told) || told < 0) return known;
  return Math.max(known ?? 0, Math.round(told));
}
