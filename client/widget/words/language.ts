import type { Handoff } from "../api.ts";
import { pickLocale } from "./locale.ts";
import type { Words } from "./words.ts";

/** The language in which the widget speaks from some moment on. */
export interface Language {
  /** Takes any tag. Nothing changes before the words are there, nor when they cannot be had. */
  set(tag: string): void;
  close(): void;
}

/** `speak` is given the words of the language that was asked for last. */
export function openLanguage(fetchPart: Handoff["fetchPart"], speak: (words: Words) => void): Language {
  let wanted: string | undefined;
  return {
    set(tag) {
      wanted = tag;
      fetchPart(`words-${pickLocale(tag)}`).then(
        ({ words }) => wanted === tag && speak(words),
        () => {},
      );
    },
    close() {
      wanted = undefined;
    },
  };
}
