import { BrokenAnswer } from "./faults.ts";

/** What is read of an event. A relay may send any shape, so every member is unknown until it was looked at. */
interface LooseEvent {
  readonly type?: unknown;
  readonly delta?: { readonly type?: unknown; readonly text?: unknown; readonly stop_reason?: unknown } | null;
  readonly content_block?: { readonly type?: unknown; readonly text?: unknown } | null;
  readonly message?: { readonly usage?: LooseUsage | null } | null;
  readonly usage?: LooseUsage | null;
}

interface LooseUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
}

/** Folds the events of one answer; thinking, tool calls and kinds unknown today pass without a trace. */
export class Answer {
  /** The relay's own end mark was read (S5). */
  ended = false;
  /** Some block has begun to grow, text or not. */
  begun = false;
  eventCount = 0;
  stopReason: unknown = null;
  inputTokens: number | null = null;
  outputTokens: number | null = null;
  cacheReadTokens: number | null = null;
  cacheWriteTokens: number | null = null;

  /** The text that `event` adds, "" when it adds none. Throws {@link BrokenAnswer} when it is no event at all. */
  take(event: unknown): string {
    if (typeof event !== "object" || event === null) throw new BrokenAnswer("the data of an event is not an object");
    this.eventCount++;
    const loose: LooseEvent = event;
    if (loose.type === "content_block_delta") return this.#grow(loose.delta);
    if (loose.type === "content_block_start") return this.#open(loose.content_block);
    if (loose.type === "message_stop") this.ended = true;
    else if (loose.type === "message_start") this.#count(loose.message?.usage);
    else if (loose.type === "message_delta") this.#close(loose);
    return "";
  }

  #open(block: LooseEvent["content_block"]): string {
    const text = firstText(block);
    if (text !== "") this.begun = true;
    return text;
  }

  #grow(delta: LooseEvent["delta"]): string {
    this.begun = true;
    if (delta?.type !== "text_delta") return "";
    if (typeof delta.text !== "string") throw new BrokenAnswer("a piece of text is not text");
    return delta.text;
  }

  #close({ delta, usage }: LooseEvent): void {
    this.stopReason = delta?.stop_reason ?? this.stopReason;
    this.#count(usage);
  }

  /** Counts are cumulative, and some relays tell them at the start only, or at the end only. */
  #count(usage: LooseUsage | null | undefined): void {
    this.inputTokens = larger(this.inputTokens, usage?.input_tokens);
    this.outputTokens = larger(this.outputTokens, usage?.output_tokens);
    this.cacheReadTokens = larger(this.cacheReadTokens, usage?.cache_read_input_tokens);
    this.cacheWriteTokens = larger(this.cacheWriteTokens, usage?.cache_creation_input_tokens);
  }
}

function firstText(block: LooseEvent["content_block"]): string {
  return block?.type === "text" && typeof block.text === "string" ? block.text : "";
}

function larger(known: number | null, told: unknown): number | null {
  if (typeof told !== "number" || !Number.isFinite(told) || told < 0) return known;
  return Math.max(known ?? 0, Math.round(told));
}
