export type Locale = "zh-CN" | "en";

/** The locale for any tag: Chinese of any kind, or English for all others. */
export function pickLocale(tag: string): Locale {
  return /^zh/i.test(tag) ? "zh-CN" : "en";
}

/** The script tag's choice, else the page's, else the browser's. */
export function pageLocale(settings: Readonly<DOMStringMap>): Locale {
  return pickLocale(settings["lang"] || document.documentElement.lang || navigator.language);
}
