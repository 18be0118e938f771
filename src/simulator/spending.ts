import type { Script } from "./script.ts";
import { unchunk } from "./sse.ts";
import { countTokens } from "./tokens.ts";
import type { Usage } from "./usage.ts";

/** What answers of one model have used, as a relay would bill it: prompts when an answer begins, output as it is written. */
export interface Spent {
  answers: number;
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
}

const nothing: Spent = {
  answers: 0,
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
};

/** What all answers have used, by model. */
export class Spending {
  readonly #models = new Map<string, Spent>();

  begin(model: string, usage: Usage): void {
    const spent = this.#of(model);
    spent.answers++;
    spent.input_tokens += usage.input_tokens;
    spent.cache_creation_input_tokens += usage.cache_creation_input_tokens;
    spent.cache_read_input_tokens += usage.cache_read_input_tokens;
  }

  write(model: string, tokens: number): void {
    this.#of(model).output_tokens += tokens;
  }

  list(): Record<string, Spent> {
    return Object.fromEntries(this.#models);
  }

  #of(model: string): Spent {
    const spent = this.#models.get(model) ?? { ...nothing };
    this.#models.set(model, spent);
    return spent;
  }
}

/** Tokens of what the first so many deltas of a script say, also when some of them are no events. */
export function writtenTokens({ body }: Script, deltas: number): number {
  const sent = body.slice(0, deltas).map(unchunk);
  const pieces = Buffer.concat(sent)
    .toString()
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data: "))
    .map((line) => pieceOf(line.slice("data: ".length)));
  return countTokens(pieces.join(""));
}

function pieceOf(json: string): string {
  try {
    const { delta } = JSON.parse(json);
    return String(delta?.text ?? delta?.partial_json ?? "");
  } catch {
    return "";
  }
}
