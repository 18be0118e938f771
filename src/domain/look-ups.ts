import type { Asker } from "./asker.ts";
import { type Finding, keyOf } from "./findings.ts";
import type { ToolUse } from "./relay.ts";
import { failed, type Toolbox, type ToolResult } from "./tools.ts";

/** A call under way, or over. */
export interface LookUp {
  readonly result: Promise<ToolResult>;
  /** It was begun by this very call; else its result was there, or on its way. */
  readonly isNew: boolean;
}

/**
 * Runs the tools of one turn.
 *
 * - **C3** The same tool with the same input runs once in a turn, whatever happens to the answer meanwhile: later calls are
 *   given the first result, also while it is not there yet.
 */
export class LookUps {
  readonly #toolbox: Toolbox;
  readonly #asker: Asker;
  readonly #signal: AbortSignal;
  readonly #results: Map<string, Promise<ToolResult>>;

  /** @param found what is known already, from a node that wrote this turn before */
  constructor(toolbox: Toolbox, asker: Asker, signal: AbortSignal, found: readonly Finding[]) {
    this.#toolbox = toolbox;
    this.#asker = asker;
    this.#signal = signal;
    this.#results = new Map(found.map((each) => [keyOf(each), Promise.resolve(each)]));
  }

  /** Its result never rejects. */
  run(use: ToolUse): LookUp {
    const { tool, input } = use;
    if (input === null) return refused("The input of the call was not a JSON object; it was not run.");
    if (!this.#toolbox.has(tool)) return refused("There is no tool of that name.");
    const key = keyOf(use);
    const known = this.#results.get(key);
    if (known) return { result: known, isNew: false };
    const result = this.#toolbox.run(tool, input, this.#asker, this.#signal);
    this.#results.set(key, result);
    return { result, isNew: true };
  }
}

/** What is said of a call that is not run: nobody needs to see it. */
export function refused(why: string): LookUp {
  return { result: Promise.resolve(failed(why)), isNew: false };
}
