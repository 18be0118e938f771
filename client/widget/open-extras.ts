import type { Handoff } from "./api.ts";
import type { Extras, Lent } from "./extras/extras.ts";
import type { View } from "./view.ts";
import type { Locale } from "./words/locale.ts";

/**
 * Gives what fetches the extras, with the words of a language, and `tell`s them. Asking again for what is there or on
 * its way does nothing; what could not be had is tried again.
 */
export function openExtras(
  fetchPart: Handoff["fetchPart"],
  lent: Lent,
  tell: (extras: NonNullable<View["extras"]>) => void,
): (locale: Locale) => void {
  let parts: Extras | undefined;
  let wanted: Locale | undefined;
  return (locale) => {
    if (locale === wanted) return;
    wanted = locale;
    Promise.all([fetchPart("extras"), fetchPart(`more-${locale}`)]).then(
      ([{ unpack }, { words }]) => {
        parts ??= unpack(lent);
        if (wanted === locale) tell({ ...parts, words });
      },
      () => {
        wanted = undefined;
      },
    );
  };
}
