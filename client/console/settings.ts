import { attempt } from "../attempt.ts";
import { openKeeper, pageStorage } from "../chat/keeper.ts";
import { type Locale, pickLocale } from "../widget/words/locale.ts";
import { openState, type State } from "./desk/state.ts";
import { type CannedReply, loadWords, type Words } from "./words/words.ts";

export type Appearance = "auto" | "light" | "dark";

/** What an agent has chosen in this browser. */
export interface Settings {
  readonly words: Words;
  readonly appearance: Appearance;
  readonly sound: boolean;
  readonly notify: boolean;
  /** Null while those that are shipped are used. */
  readonly canned: readonly CannedReply[] | null;
}

const keeper = openKeeper("tidegate:console", pageStorage("localStorage"));

/** Resolves with the words of the language that is wanted: they are loaded first. */
export async function openSettings(): Promise<State<Settings>> {
  const settings = openState<Settings>(await restore());
  settings.subscribe(() => {
    const { words, appearance, sound, notify, canned } = settings.now;
    keeper.write("settings", JSON.stringify({ locale: words.locale, appearance, sound, notify, canned }));
    show(settings.now);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(settings.now));
  show(settings.now);
  return settings;
}

/** The other of the two languages. */
export const otherLocale = ({ locale }: Words): Locale => (locale === "en" ? "zh-CN" : "en");

/** Speaks the other language from the moment when its words are there; nothing changes where they cannot be had. */
export function switchLanguage(settings: State<Settings>): void {
  loadWords(otherLocale(settings.now.words)).then(
    (words) => settings.patch({ words }),
    () => {},
  );
}

export const cannedOf = ({ canned, words }: Settings): readonly CannedReply[] => canned ?? words.canned.replies;

async function restore(): Promise<Settings> {
  // CAST: each field is looked at before it is used.
  const kept = (attempt(() => JSON.parse(keeper.read("settings") ?? "{}")) ?? {}) as Readonly<Record<string, unknown>>;
  const appearance = kept["appearance"];
  return {
    words: await loadWords(pickLocale(localeWanted(kept["locale"]))),
    appearance: appearance === "light" || appearance === "dark" ? appearance : "auto",
    sound: kept["sound"] === true,
    notify: kept["notify"] === true,
    canned: cannedIn(kept["canned"]),
  };
}

/** `?lang=` first, then what was chosen here before, then the browser's. */
function localeWanted(kept: unknown): string {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ?? (typeof kept === "string" ? kept : navigator.language);
}

function cannedIn(kept: unknown): readonly CannedReply[] | null {
  if (!Array.isArray(kept)) return null;
  return kept.filter((one): one is CannedReply => typeof one?.title === "string" && typeof one?.text === "string");
}

function show({ words, appearance }: Settings): void {
  const { documentElement } = document;
  const isDark = appearance === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : appearance === "dark";
  documentElement.lang = words.locale;
  // A count before the title is somebody else's.
  document.title = document.title.replace(/^(\(\d+\) )?.*$/s, `$1${words.title}`);
  documentElement.dataset["theme"] = isDark ? "dark" : "light";
}
