/** A short sign before the page's title, for readers who look at another tab. */
export interface TitleHint {
  /** An empty hint gives the title back, as the page has it by now. */
  show(hint: string): void;
}

export function openTitleHint(): TitleHint {
  let shown = "";
  return {
    show(hint) {
      const own = document.title.startsWith(shown) ? document.title.slice(shown.length) : document.title;
      shown = hint;
      if (document.title !== hint + own) document.title = hint + own;
    },
  };
}
