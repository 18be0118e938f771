import { openPageSettings, otherLocale, type PageSettings } from "../staff/settings.ts";
import type { State } from "../staff/state.ts";
import { loadWords, type Words } from "./words/words.ts";

/** What an operator has chosen in this browser. */
export type Settings = PageSettings<Words>;

/** Resolves with the words of the language that is wanted: they are loaded first. */
export const openSettings = (): Promise<State<Settings>> =>
  openPageSettings({ page: "dashboard", loadWords, restore: () => ({}) });

/** Speaks the other language from the moment when its words are there; nothing changes where they cannot be had. */
export function switchLanguage(settings: State<Settings>): void {
  loadWords(otherLocale(settings.now.words)).then(
    (words) => settings.patch({ words }),
    () => {},
  );
}
