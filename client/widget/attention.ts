import type { ChatState } from "../chat/chat.ts";
import { openTitleHint } from "./title.ts";
import type { Words } from "./words/words.ts";

/** What the signs are about. */
export interface Now {
  readonly open: boolean;
  readonly unread: number;
  /** The answer they stood in line for has begun, and they have not looked since. */
  readonly called: boolean;
  readonly words: Words;
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
  launcher.append(foldOf(launcher), badge);
  const title = openTitleHint();
  return {
    show(now) {
      const news = newsOf(now);
      const label = now.words.launcher;
      launcher.ariaBusy = null;
      launcher.ariaExpanded = `${now.open}`;
      launcher.ariaLabel = news && !now.open ? `${label}, ${news.sentence}` : label;
      badge.textContent = news?.badge ?? "";
      badge.hidden = !news || now.open;
      if (titled) title.show(news && (!now.open || document.hidden) ? news.hint : "");
    },
  };
}

/** What the open panel's button shows: the drawing that is there, with other lines. */
function foldOf(launcher: HTMLButtonElement): Node {
  // CAST: the loader has put an icon of one path into the button, and nothing else.
  const fold = launcher.firstElementChild?.cloneNode(true) as Element;
  fold.classList.add("fold");
  fold.firstElementChild?.setAttribute("d", chevron);
  return fold;
}

/** That it is their turn goes before all else, what is unread before the place in line. */
export function newsOf({ called, unread, place, words }: Now): News | undefined {
  if (called) return { badge: words.yourTurn, hint: words.titleHint.turn, sentence: words.yourTurn };
  if (unread > 0) {
    const badge = unread > mostCounted ? `${mostCounted}+` : `${unread}`;
    return { badge, hint: words.titleHint.unread(unread), sentence: words.unread(unread) };
  }
  if (!place) return undefined;
  const { position } = place;
  return { badge: `#${position}`, hint: words.titleHint.place(position), sentence: words.place(position) };
}
