import { attempt } from "../attempt.ts";
import { openKeeper, pageStorage } from "../chat/keeper.ts";
import { type Locale, pickLocale } from "../widget/words/locale.ts";
import { openState, type State } from "./state.ts";
import type { StaffWords } from "./words.ts";

export type Appearance = "auto" | "light" | "dark";

/** What somebody has chosen in this browser, whatever the page. */
export interface PageSettings<W extends StaffWords> {
  readonly words: W;
  readonly appearance: Appearance;
}

/** What was kept, unchecked. */
export type Kept = Readonly<Record<string, unknown>>;

export interface SettingsOptions<W extends StaffWords, More extends object> {
  /** Names the page in the browser's storage. */
  readonly page: string;
  loadWords(locale: Locale): Promise<W>;
  /** The page's own part of what was kept; each field is to be looked at. */
  restore(kept: Kept): More;
}

/** Resolves with the words of the language that is wanted: they are loaded first. */
export async function openPageSettings<W extends StaffWords, More extends object>({
  page,
  loadWords,
  restore,
}: SettingsOptions<W, More>): Promise<State<PageSettings<W> & More>> {
  const keeper = openKeeper(`tidegate:${page}`, pageStorage("localStorage"));
  // CAST: each field is looked at before it is used.
  const kept = (attempt(() => JSON.parse(keeper.read("settings") ?? "{}")) ?? {}) as Kept;
  const words = await loadWords(pickLocale(localeWanted(kept["locale"])));
  const settings = openState<PageSettings<W> & More>({
    ...restore(kept),
    words,
    appearance: appearanceIn(kept["appearance"]),
  });
  settings.subscribe(() => {
    const { words: spoken, ...chosen } = settings.now;
    keeper.write("settings", JSON.stringify({ locale: spoken.locale, ...chosen }));
    show(settings.now);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(settings.now));
  show(settings.now);
  return settings;
}

/** The other of the two languages. */
export const otherLocale = ({ locale }: StaffWords): Locale => (locale === "en" ? "zh-CN" : "en");

export const nextAppearance: Readonly<Record<Appearance, Appearance>> = { auto: "light", light: "dark", dark: "auto" };

function appearanceIn(kept: unknown): Appearance {
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** `?lang=` first, then what was chosen here before, then the browser's. */
function localeWanted(kept: unknown): string {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked ?? (typeof kept === "string" ? kept : navigator.language);
}

function show({ words, appearance }: PageSettings<StaffWords>): void {
  const { documentElement } = document;
  const isDark = appearance === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : appearance === "dark";
  documentElement.lang = words.locale;
  // A count before the title is somebody else's.
  document.title = document.title.replace(/^(\(\d+\) )?.*$/s, `$1${words.title}`);
  documentElement.dataset["theme"] = isDark ? "dark" : "light";
}
