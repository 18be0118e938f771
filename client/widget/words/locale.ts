export type Locale = "zh-CN" | "en";

/** The locale of the first language that is given: Chinese of any kind, or English for all others. */
export function pickLocale(...languages: (string | null | undefined)[]): Locale {
  return /^zh/i.test(languages.find(Boolean) ?? "") ? "zh-CN" : "en";
}

/** The tag's choice, else the page's, else the browser's. */
export function pageLocale(settings: Readonly<DOMStringMap>): Locale {
  return pickLocale(settings["lang"], document.documentElement.lang, navigator.language);
}
