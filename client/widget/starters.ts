import type { Locale } from "./words/locale.ts";

/**
 * The shop's own questions to begin with, between bars: `data-starters-zh` and `data-starters-en` for one language,
 * `data-starters` for any; an empty one means none.
 */
export function startersOf(settings: Readonly<DOMStringMap>, locale: Locale): string[] | undefined {
  const given = settings[locale === "en" ? "startersEn" : "startersZh"] ?? settings["starters"];
  return given
    ?.split("|")
    .map((text) => text.trim())
    .filter(Boolean);
}
