import type { AttemptReport, RelayRequest } from "../../domain/relay.ts";
import { TokenEstimate } from "../../domain/token-estimate.ts";
import type { Answer } from "./answer.ts";
import { toBody } from "./request.ts";

type Used = Pick<AttemptReport, "usage" | "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens">;

/** A prompt as it is reckoned: what the relay had in its cache last time will have been there. */
export interface Prompt {
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
}

/**
 * What an attempt has used (U6). An answer that broke off told its prompt at the start, as a rule, and the rest never: what
 * came of it is reckoned. A request that was refused is not counted by relays.
 *
 * @param isCharged the prompt counts, even if nothing was read of an answer
 */
export function readUsage(answer: Answer, isCharged: boolean, promptOf: () => Prompt): Used {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, hasFinalUsage } = answer;
  const told = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
  const hasPrompt = (inputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0) > 0;
  if (hasFinalUsage && hasPrompt) return { usage: "told", ...told };
  if (!isCharged && !hasPrompt && !answer.begun) return { usage: "none", ...told };
  return {
    ...told,
    ...(hasPrompt ? {} : promptOf()),
    usage: "estimated",
    outputTokens: hasFinalUsage ? outputTokens : Math.max(outputTokens ?? 0, answer.written.tokens),
  };
}

/** Knows of each model how much of its prompts the relay had in its cache last: the same beginning for every customer (U5). */
export class Prompts {
  readonly #cached = new Map<string, number>();

  note({ model, usage, cacheReadTokens, cacheWriteTokens }: AttemptReport): void {
    if (usage === "told") this.#cached.set(model, (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0));
  }

  /** The size of a prompt, as reckoned from its text. */
  of(request: RelayRequest): Prompt {
    const { system, tools, messages } = toBody(request);
    const estimate = new TokenEstimate();
    estimate.add(JSON.stringify({ system, tools, messages }));
    const cacheReadTokens = Math.min(estimate.tokens, this.#cached.get(request.model) ?? 0);
    return { inputTokens: estimate.tokens - cacheReadTokens, cacheReadTokens };
  }
}
