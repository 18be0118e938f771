export type Language = "zh" | "en";

/** A text in the languages a shop has it in: at least one. */
export type Words =
  | { readonly zh: string; readonly en?: string | undefined }
  | { readonly zh?: string | undefined; readonly en: string };

/** The text in the language asked for, or else in the one there is. */
export function wordsIn(words: Words, language: Language): string {
  return words[language] ?? words.zh ?? words.en ?? "";
}
