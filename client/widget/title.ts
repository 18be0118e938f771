/** A short sign before the page's title, for readers who look at another tab. */
export interface TitleHint {
  /** An empty hint gives the title back, as the page has it by now. */
  show(hint: string): void;
}

export function openTitleHint(page: Document = document): TitleHint {
  let shown = "";
  return {
    show(hint) {
      const own = page.title.startsWith(shown) ? page.title.slice(shown.length) : page.title;
      shown = hint;
      if (page.title !== hint + own) page.title = hint + own;
    },
  };
}
