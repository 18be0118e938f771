import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { openInputMethodGuard } from "../widget/keys.ts";
import { CannedMenu, useCanned } from "./canned-menu.tsx";
import { focusRow, writingId } from "./focus.ts";
import { useDesk, useScene, useWords } from "./scene.tsx";
import type { Mode } from "./words/words.ts";

interface FieldProps {
  readonly conversationId: string;
  readonly mode: Mode;
  readonly text: string;
}

/** The box to write into, with the keys that mean something there. */
export function Field({ conversationId, mode, text }: FieldProps) {
  const { acts, desk, writing } = useScene();
  const words = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const guard = useMemo(openInputMethodGuard, []);
  const hasDraft = useDesk(({ draft }) => draft?.conversationId === conversationId && draft.state !== "failed");
  const put = (next: string) => writing.write(conversationId, mode, next);
  const menu = useCanned(mode === "reply" ? text : "", put);
  useAutoSize(field, text);

  function onKeyDown(event: KeyboardEvent): void {
    if (menu.onKey(event, guard)) return event.preventDefault();
    if (guard.isSend(event)) {
      event.preventDefault();
      acts.submit(mode);
    } else if (event.key === "Tab" && !event.shiftKey && hasDraft && mode === "reply") {
      event.preventDefault();
      acts.insertDraft();
    } else if (guard.isEscape(event)) {
      event.preventDefault();
      if (desk.state.draft) desk.dismissDraft();
      else focusRow(conversationId);
    }
  }

  return (
    <div class="field">
      <CannedMenu menu={menu} />
      <textarea
        id={writingId}
        ref={field}
        rows={2}
        dir="auto"
        value={text}
        aria-label={words.modes[mode]}
        aria-autocomplete={mode === "reply" ? "list" : undefined}
        aria-controls={menu.listId}
        aria-activedescendant={menu.activeId}
        placeholder={words.placeholders[mode]}
        onInput={(event) => {
          put(event.currentTarget.value);
          if (mode === "reply") desk.typing(event.currentTarget.value.trim() ? conversationId : null);
        }}
        onCompositionStart={guard.compositionStarted}
        onCompositionEnd={(event) => guard.compositionEnded(event.timeStamp)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

/** The field is as high as its text, up to what the style sheet allows. */
function useAutoSize(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.blockSize = "auto";
    current.style.blockSize = `${current.scrollHeight + 2}px`;
  }, [text]);
}
