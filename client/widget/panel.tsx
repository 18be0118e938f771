import { Composer } from "./composer.tsx";
import { watchFocus } from "./focus.ts";
import { Header } from "./header.tsx";
import { useKept, useLayoutEffect, useRef, withHooks } from "./hooks.ts";
import { openInputMethodGuard } from "./keys.ts";
import { Log } from "./log.tsx";
import { LineBanner, LinkBar, PersonNotice } from "./notices.tsx";
import { waitingBehind } from "./thread.tsx";
import type { View, Viewed } from "./view.ts";

/** The chat as a dialog: beside the page where there is room, in its place where there is not. */
export const Panel = withHooks(({ view }: Viewed) => {
  const { words, open, isFull, acts, chat, extras } = view;
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const guard = useKept(openInputMethodGuard);
  useLayoutEffect(() => {
    if (!panel.current) return;
    return watchFocus(panel.current, () => focusIn(view, panel.current, field.current));
  }, [isFull]);
  useLayoutEffect(() => {
    if (open && view.takesFocus) focusIn(view, panel.current, field.current);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!guard.isEscape(event)) return;
    event.stopPropagation();
    if (chat.runningTurnId === null) acts.close();
    else acts.stop();
  };
  return (
    <div
      class="panel"
      role="dialog"
      aria-label={words.title}
      aria-modal={isFull}
      tabIndex={-1}
      hidden={!open}
      data-link={chat.link}
      ref={panel}
      onKeyDown={onKeyDown}
    >
      <Header view={view} />
      <div class="middle">
        <Log view={view} />
        <LinkBar view={view} />
      </div>
      <footer>
        <LineBanner view={view} />
        <PersonNotice view={view} />
        {extras && <extras.WaitingQuestions view={view} more={extras.words} entries={waitingBehind(view)} />}
        <Composer view={view} field={field} />
      </footer>
    </div>
  );
});

/** On a phone the keyboard would hide half of the panel before anybody has read a word. */
function focusIn({ isFull }: View, panel: HTMLElement | null, field: HTMLElement | null): void {
  const target = isFull && matchMedia("(pointer: coarse)").matches ? panel : field;
  target?.focus({ preventScroll: true });
}
