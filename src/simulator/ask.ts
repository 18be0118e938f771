import type { Utterance } from "./conversation.ts";
import { hashText } from "./random.ts";
import { findProducts, type Language, type Product } from "./shop.ts";

/** A question as the answers need it: read once, together with what the conversation already said. */
export interface Ask {
  readonly text: string;
  readonly language: Language;
  /** Order numbers in the question, or else those the customer gave before, the latest last. */
  readonly orderNumbers: readonly string[];
  readonly remembered: boolean;
  readonly amountsYuan: readonly number[];
  readonly products: readonly Product[];
  /** Chooses a variant; the same question and seed always choose the same. */
  readonly pick: <T>(variants: readonly [T, ...T[]]) => T;
}

const orderNumber = /\b[A-Za-z]{1,4}[-_]?\d{4,20}\b|\b(?!1\d{10}\b)\d{8,20}\b/g;
const han = /\p{Script=Han}/u;

/** Reads the question the conversation ends with; `text` is that question without directives. */
export function readAsk(conversation: readonly Utterance[], text: string, seed: number): Ask {
  const inQuestion = orderNumbersIn(text);
  const earlier = earlierTexts(conversation, text);
  const hash = hashText(`${seed}:${text}`);
  return {
    text,
    language: languageOf(text, earlier),
    orderNumbers: inQuestion.length > 0 ? inQuestion : earlier.flatMap(orderNumbersIn).slice(-1),
    remembered: inQuestion.length === 0,
    amountsYuan: amountsIn(text),
    products: productsIn(text, earlier),
    pick: (variants) => variants[hash % variants.length] ?? variants[0],
  };
}

/** Distinct order numbers in the order they appear. */
export function orderNumbersIn(text: string): string[] {
  const found = text.replace(/[^\x20-\x7e]+/g, " ").match(orderNumber) ?? [];
  return [...new Set(found.map((number) => number.toUpperCase()))];
}

function earlierTexts(conversation: readonly Utterance[], text: string): string[] {
  const spoken = conversation.filter((utterance) => utterance.role === "user").map((utterance) => utterance.text);
  return spoken.filter((said) => !text.includes(said));
}

function languageOf(text: string, earlier: readonly string[]): Language {
  if (han.test(text)) return "zh";
  if (/[a-z]{2,}/i.test(text.replace(orderNumber, ""))) return "en";
  return earlier.some((said) => han.test(said)) || earlier.length === 0 ? "zh" : "en";
}

function amountsIn(text: string): number[] {
  const priced = text.matchAll(
    /(?:[¥￥$]\s*|(?:满|买了?|总共|一共|total(?: of)?|spend)\s*)(\d{1,6}(?:\.\d{1,2})?)|(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块|yuan|rmb|cny)/gi,
  );
  return [...priced].map((match) => Number(match[1] ?? match[2]));
}

function productsIn(text: string, earlier: readonly string[]): readonly Product[] {
  const named = findProducts(text);
  const isVague = /(这款|这个|那款|它|\bit\b|\bthis\b|\bthat one\b)/i.test(text);
  return named.length === 0 && isVague ? findProducts(earlier.at(-1) ?? "") : named;
}
