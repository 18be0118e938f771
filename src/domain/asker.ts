import type { CustomerClass } from "../contract/shapes.ts";
import type { TurnRef } from "./turns.ts";
import type { Language } from "./words.ts";

/** Whom a turn is answered for. The customer is the conversation's own, as verified when it was opened (X1, C3). */
export interface Asker extends TurnRef {
  readonly customerId: string;
  readonly class: CustomerClass;
  /** Of the question. */
  readonly language: Language;
}

/** The language of a text, by its script: Chinese where there is a single ideograph. */
export function languageOf(text: string): Language {
  return /\p{Script=Han}/u.test(text) ? "zh" : "en";
}
