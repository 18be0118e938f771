import type { ChatState } from "../chat/chat.ts";
import { drawIcon, launcherLabels } from "./launcher.ts";
import { openTitleHint } from "./title.ts";
import type { Locale } from "./words/locale.ts";
import { wordsFor } from "./words/words.ts";

/** What the signs are about. */
export interface Now {
  readonly open: boolean;
  readonly unread: number;
  readonly locale: Locale;
  readonly place: ChatState["place"];
}

/** What the launcher and the page's title tell somebody who is not looking at the panel. */
export interface Attention {
  show(now: Now): void;
}

/** One piece of news, in three lengths. */
interface News {
  readonly badge: string;
  readonly hint: string;
  readonly sentence: string;
}

const mostCounted = 9;
const chevron = "m6 9.5 6 6 6-6";

/** `titled`: the shop allows a sign in its title. */
export function openAttention(launcher: HTMLButtonElement, titled: boolean): Attention {
  const badge = document.createElement("span");
  badge.className = "unread";
  badge.ariaHidden = "true";
  const fold = drawIcon(chevron);
  fold.classList.add("fold");
  launcher.append(fold, badge);
  const title = openTitleHint();
  return {
    show(now) {
      const news = newsOf(now);
      const label = launcherLabels[now.locale];
      launcher.ariaBusy = null;
      launcher.ariaExpanded = `${now.open}`;
      launcher.ariaLabel = news && !now.open ? `${label}, ${news.sentence}` : label;
      badge.textContent = news?.badge ?? "";
      badge.hidden = !news || now.open;
      if (titled) title.show(news && (!now.open || document.hidden) ? news.hint : "");
    },
  };
}

/** What is unread goes before the place in line. */
export function newsOf({ unread, place, locale }: Now): News | undefined {
  const words = wordsFor(locale);
  if (unread > 0) {
    const badge = unread > mostCounted ? `${mostCounted}+` : `${unread}`;
    return { badge, hint: words.titleHint.unread(unread), sentence: words.unread(unread) };
  }
  if (!place) return undefined;
  const { position } = place;
  return { badge: `#${position}`, hint: words.titleHint.place(position), sentence: words.place(position) };
}
