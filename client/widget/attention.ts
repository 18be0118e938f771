import type { ChatState } from "../chat/chat.ts";
import { drawIcon, launcherLabels } from "./launcher.ts";
import { openTitleHint } from "./title.ts";
import type { Locale } from "./words/locale.ts";
import { wordsFor } from "./words/words.ts";

/** What the launcher and the page's title tell somebody who is not looking at the panel. */
export interface Attention {
  show(now: { open: boolean; unread: number; locale: Locale; place: ChatState["place"] }): void;
}

const most = 9;
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
    show({ open, unread, locale, place }) {
      const words = wordsFor(locale);
      const looking = open && !document.hidden;
      const news = unread > 0 ? words.unread(unread) : place && !open ? words.place(place.position) : "";
      launcher.ariaBusy = null;
      launcher.ariaExpanded = `${open}`;
      launcher.ariaLabel = news ? `${launcherLabels[locale]}, ${news}` : launcherLabels[locale];
      badge.textContent = unread > 0 ? `${Math.min(unread, most)}${unread > most ? "+" : ""}` : "";
      if (place && unread === 0 && !open) badge.textContent = `#${place.position}`;
      badge.hidden = badge.textContent === "";
      const hint = unread > 0 ? words.titleHint.unread(unread) : place ? words.titleHint.place(place.position) : "";
      if (titled) title.show(looking ? "" : hint);
    },
  };
}
