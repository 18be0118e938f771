import type { Model } from "./models.ts";
import type { ModelMessage } from "./relay.ts";

/** As far back as a continuing model is expected to repeat itself, in UTF-16 units. */
const overlapChars = 200;
/** Shorter repeats are taken for chance and kept. */
const shortestOverlapChars = 6;

/** What a model writes that was asked for the rest of a text of which only the end mark was missing. */
const nothingMissing = "∎";

/** The part of a broken text that can be continued: no half character, no white space at the end. */
export function continuable(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, "").trimEnd();
}

/** The request that asks for the rest of `text`, in the way the model understands. */
export function askForRest(
  context: readonly ModelMessage[],
  text: string,
  how: Model["continues"],
): readonly ModelMessage[] {
  const soFar: ModelMessage = { role: "assistant", text };
  if (how === "prefill") return [...context, soFar];
  const ending = text.slice(-80).replace(/^[\udc00-\udfff]/, "");
  const please =
    `Your previous answer was interrupted and ends with: «${ending}». Continue from exactly where it left off. ` +
    `Write only the rest: no greeting, no comment, no repetition. If nothing is missing, write only ${nothingMissing}.`;
  return [...context, soFar, { role: "user", text: please }];
}

/**
 * Passes on a continuation without what it repeats of the end of `soFar`, and without the word that nothing is missing. Text
 * is held back only while it may still be one of them, so never more than 200 characters.
 */
export class OverlapFilter {
  readonly #tail: string;
  readonly #pass: (text: string) => void;
  #held: string | null = "";

  constructor(soFar: string, pass: (text: string) => void) {
    this.#tail = soFar.slice(-overlapChars);
    this.#pass = pass;
  }

  push(text: string): void {
    if (this.#held === null || text === "") return this.#pass(text);
    this.#held += text;
    if (!this.#mayGrow(this.#held)) this.end();
  }

  /** Nothing more comes: what is held back is no longer in doubt. */
  end(): void {
    const held = this.#held;
    this.#held = null;
    if (held === null || held.trim() === nothingMissing) return;
    const rest = held.slice(this.#repeated(held));
    if (rest !== "") this.#pass(rest);
  }

  #mayGrow(held: string): boolean {
    if (/^\s*∎?\s*$/.test(held) && held.length < overlapChars) return true;
    for (let from = 0; from + held.length < this.#tail.length; from++) {
      if (this.#tail.startsWith(held, from)) return true;
    }
    return false;
  }

  #repeated(held: string): number {
    for (let chars = Math.min(held.length, this.#tail.length); chars >= shortestOverlapChars; chars--) {
      if (this.#tail.endsWith(held.slice(0, chars))) return chars;
    }
    return 0;
  }
}
