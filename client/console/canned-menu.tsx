import { useState } from "preact/hooks";
import type { InputMethodGuard } from "../widget/keys.ts";
import { useScene, useSettings, useWords } from "./scene.tsx";
import { cannedOf } from "./settings.ts";
import type { CannedReply } from "./words/words.ts";

/** A stroke at the end of the text, at its beginning or behind a blank, and what is typed behind it. */
const asking = /(^|\s)\/([^\s/]{0,40})$/;
const listId = "canned";

/** The canned replies that fit what is being typed, and the keys that choose among them. */
export interface Menu {
  readonly replies: readonly CannedReply[];
  readonly isOpen: boolean;
  readonly at: number;
  readonly listId: string | undefined;
  readonly activeId: string | undefined;
  choose(reply: CannedReply): void;
  /** True when the key was for the menu. */
  onKey(event: KeyboardEvent, guard: InputMethodGuard): boolean;
}

export function useCanned(text: string, put: (text: string) => void): Menu {
  const settings = useSettings();
  const [state, setState] = useState({ text, at: 0, closed: false });
  const found = asking.exec(text);
  const query = found?.[2]?.toLowerCase();
  const isSame = state.text === text;
  const isOpen = query !== undefined && !(isSame && state.closed);
  const replies = isOpen ? matching(cannedOf(settings), query) : [];
  const at = isSame ? Math.min(state.at, replies.length - 1) : 0;

  const choose = (reply: CannedReply) => put(text.slice(0, text.length - (query ?? "").length - 1) + reply.text);
  const move = (steps: number) => setState({ text, at: (at + steps + replies.length) % replies.length, closed: false });

  return {
    replies,
    isOpen,
    at,
    listId: replies.length > 0 ? listId : undefined,
    activeId: replies.length > 0 ? `${listId}-${at}` : undefined,
    choose,
    onKey(event, guard) {
      const reply = replies[at];
      if (!isOpen) return false;
      if (guard.isEscape(event)) {
        setState({ text, at, closed: true });
        return true;
      }
      if (!reply) return false;
      if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (guard.isSend(event) || (event.key === "Tab" && !event.shiftKey)) choose(reply);
      else return false;
      return true;
    },
  };
}

/** Those whose name begins with what is typed go first, then those that have it anywhere. */
export function matching(replies: readonly CannedReply[], query: string): readonly CannedReply[] {
  const rank = ({ title, text }: CannedReply) => {
    if (title.toLowerCase().startsWith(query)) return 0;
    return `${title} ${text}`.toLowerCase().includes(query) ? 1 : 2;
  };
  return replies.filter((reply) => rank(reply) < 2).sort((a, b) => rank(a) - rank(b));
}

export function CannedMenu({ menu }: { menu: Menu }) {
  const { acts } = useScene();
  const { canned } = useWords();
  if (!menu.isOpen) return null;
  return (
    <div class="menu">
      {menu.replies.length === 0 && <p class="faint">{canned.none}</p>}
      {menu.replies.length > 0 && (
        <div id={listId} role="listbox" aria-label={canned.open}>
          {menu.replies.map((reply, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
            // biome-ignore lint/a11y/useFocusableInteractive: the field names the active option
            <div
              key={`${index} ${reply.title}`}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === menu.at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => menu.choose(reply)}
            >
              <b>{reply.title}</b> <span class="faint">{reply.text}</span>
            </div>
          ))}
        </div>
      )}
      <button type="button" class="button" onClick={() => acts.ask("canned")}>
        {canned.edit}
      </button>
    </div>
  );
}
