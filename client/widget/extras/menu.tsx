import type { Extended } from "../view.ts";
import type { Chime } from "./chime.ts";
import { Icon, type IconName } from "./icons.tsx";
import type { Survey } from "./survey.tsx";
import { saveFile, transcriptOf } from "./transcript.ts";

/** What is rarely wanted: the transcript, the sound, the end. */
export function openMenu(sound: Chime, survey: Survey) {
  return function Menu({ view, more }: Extended) {
    const { acts, chat } = view;
    const save = () => saveFile(transcriptOf(view, more), more.fileName);
    const toggle = () => {
      sound.toggle();
      acts.redraw();
    };
    return (
      <details class="menu" onKeyDown={closeByEscape} onFocusOut={closeWhenLeft}>
        <summary class="action" aria-label={more.menu} title={more.menu}>
          <Icon name="more" />
        </summary>
        <div>
          <Item icon="save" label={more.save} onClick={save} />
          <Item icon="bell" label={more.sound(sound.on)} pressed={sound.on} onClick={toggle} />
          {survey.isPossible(chat) && <Item icon="done" label={more.end} onClick={() => survey.end(view)} />}
        </div>
      </details>
    );
  };
}

interface ItemProps {
  icon: IconName;
  label: string;
  pressed?: boolean;
  onClick(): void;
}

/** A switch leaves the menu open, so that one sees what it has done. */
function Item({ icon, label, pressed, onClick }: ItemProps) {
  const choose = ({ currentTarget }: Event) => {
    // CAST: it listens to a button.
    if (pressed === undefined) close((currentTarget as Element).closest("details"));
    onClick();
  };
  return (
    <button type="button" aria-pressed={pressed} onClick={choose}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

function close(menu: HTMLDetailsElement | null): void {
  if (!menu?.open) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

function closeByEscape(event: KeyboardEvent): void {
  // CAST: it listens to the menu.
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.key !== "Escape" || !menu.open) return;
  event.stopPropagation();
  close(menu);
}

function closeWhenLeft({ currentTarget, relatedTarget }: FocusEvent): void {
  // CAST: it listens to the menu, and what gets the focus is a node.
  const menu = currentTarget as HTMLDetailsElement;
  if (!menu.contains(relatedTarget as Node | null)) menu.open = false;
}
