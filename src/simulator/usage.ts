import type { Model } from "./models.ts";
import { hashText } from "./random.ts";
import type { Reply } from "./reply.ts";
import type { Prompt } from "./request.ts";
import { countTokens } from "./tokens.ts";

/** Token counts as the API reports them. `input_tokens` leaves out what was read from or written to the cache. */
export interface Usage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
  readonly output_tokens: number;
  readonly service_tier: "standard";
}

const cacheTtlMs = 5 * 60 * 1000;
const maxPrefixes = 1000;
const messageOverheadTokens = 4;

/** The size of a whole prompt. */
export function promptTokens(prompt: Prompt): number {
  const overheadTokens = prompt.messages.length * messageOverheadTokens;
  return (
    overheadTokens +
    countTokens(prefixOf(prompt)) +
    countTokens(prompt.messages.map(({ content }) => plain(content)).join(""))
  );
}

/** What an answer costs in output tokens. */
export function replyTokens(reply: Reply): number {
  return countTokens(reply.text) + reply.calls.reduce((sum, call) => sum + countTokens(call.json), 0);
}

/** The prompt cache: tools and system, when one of them is marked, live five minutes after each use. */
export class PromptCache {
  readonly #untilMs = new Map<string, number>();

  /** The usage of a request made now, which also warms the cache. */
  use(prompt: Prompt, model: Model, reply: Reply, nowMs: number): Usage {
    const prefix = prefixOf(prompt);
    const prefixTokens = prefix.includes('"cache_control":{') ? countTokens(prefix) : 0;
    const cachedTokens = prefixTokens < model.minCacheTokens ? 0 : prefixTokens;
    const isHit = cachedTokens > 0 && this.#touch(`${model.id}:${hashText(prefix)}:${prefix.length}`, nowMs);
    const writtenTokens = isHit ? 0 : cachedTokens;
    return {
      input_tokens: promptTokens(prompt) - cachedTokens,
      cache_creation_input_tokens: writtenTokens,
      cache_read_input_tokens: isHit ? cachedTokens : 0,
      cache_creation: { ephemeral_5m_input_tokens: writtenTokens, ephemeral_1h_input_tokens: 0 },
      output_tokens: replyTokens(reply),
      service_tier: "standard",
    };
  }

  #touch(key: string, nowMs: number): boolean {
    const isWarm = (this.#untilMs.get(key) ?? 0) > nowMs;
    if (this.#untilMs.size >= maxPrefixes) this.#untilMs.clear();
    this.#untilMs.set(key, nowMs + cacheTtlMs);
    return isWarm;
  }
}

function prefixOf({ tools, system }: Prompt): string {
  return (tools ? JSON.stringify(tools) : "") + (system ? JSON.stringify(system) : "");
}

function plain(content: Prompt["messages"][number]["content"]): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}
