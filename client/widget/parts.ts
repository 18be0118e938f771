import type { Handoff, TidegateCalls } from "./api.ts";
import type { Extras, Lent } from "./extras/extras.ts";
import type { MoreWords } from "./extras/words/words.ts";
import type { Locale } from "./words/locale.ts";
import type { Words } from "./words/words.ts";

/** What is fetched when it is needed, by the beginning of the file's name. */
export type Parts = {
  widget: { mount(handoff: Handoff, words: Words): TidegateCalls };
  /** What nobody needs before the first words: cards, marks, forms, the menu. */
  extras: { unpack(lent: Lent): Extras };
} & { [N in `words-${Locale}`]: { words: Words } } & { [N in `more-${Locale}`]: { words: MoreWords } };
