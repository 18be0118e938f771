import { openPageSettings, otherLocale, type PageSettings } from "../staff/settings.ts";
import type { State } from "../staff/state.ts";
import { type CannedReply, loadWords, type Words } from "./words/words.ts";

/** What an agent has chosen in this browser. */
export interface Settings extends PageSettings<Words> {
  readonly sound: boolean;
  readonly notify: boolean;
  /** Null while those that are shipped are used. */
  readonly canned: readonly CannedReply[] | null;
}

/** Resolves with the words of the language that is wanted: they are loaded first. */
export const openSettings = (): Promise<State<Settings>> =>
  openPageSettings({
    page: "console",
    loadWords,
    restore: (kept) => ({
      sound: kept["sound"] === true,
      notify: kept["notify"] === true,
      canned: cannedIn(kept["canned"]),
    }),
  });

/** Speaks the other language from the moment when its words are there; nothing changes where they cannot be had. */
export function switchLanguage(settings: State<Settings>): void {
  loadWords(otherLocale(settings.now.words)).then(
    (words) => settings.patch({ words }),
    () => {},
  );
}

export const cannedOf = ({ canned, words }: Settings): readonly CannedReply[] => canned ?? words.canned.replies;

function cannedIn(kept: unknown): readonly CannedReply[] | null {
  if (!Array.isArray(kept)) return null;
  return kept.filter((one): one is CannedReply => typeof one?.title === "string" && typeof one?.text === "string");
}
