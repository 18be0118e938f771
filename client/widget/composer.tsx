import type { RefObject } from "preact";
import { useKept, useLayoutEffect, useState, withHooks } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { openInputMethodGuard } from "./keys.ts";
import { maxChars } from "./limits.ts";
import type { Viewed } from "./view.ts";

/** From how many characters left on a counter is shown. */
const countFrom = 200;

interface ComposerProps extends Viewed {
  field: RefObject<HTMLTextAreaElement | null>;
}

/** Where the customer writes. It is never locked: what is sent during an answer waits for its end. */
export const Composer = withHooks(({ view, field }: ComposerProps) => {
  const { words, acts, chat } = view;
  const [draft, setDraft] = useState("");
  const guard = useKept(openInputMethodGuard);
  const text = draft.trim();
  const left = maxChars - text.length;
  const canSend = text !== "" && left >= 0;
  const streaming = chat.runningTurnId !== null;
  useAutoSize(field, draft);

  const submit = () => {
    if (!canSend) return;
    acts.submit(text);
    setDraft("");
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterkeyhint="send"
          value={draft}
          aria-label={words.composer}
          aria-invalid={left < 0}
          placeholder={words.placeholder}
          onInput={(event) => {
            setDraft(event.currentTarget.value);
            view.extras?.typed(view);
          }}
          onCompositionStart={guard.compositionStarted}
          onCompositionEnd={(event) => guard.compositionEnded(event.timeStamp)}
          onKeyDown={(event) => {
            if (!guard.isSend(event)) return;
            event.preventDefault();
            submit();
          }}
        />
        {streaming && text !== "" && <SendButton view={view} disabled={!canSend} />}
        <SendButton view={view} disabled={!canSend} stops={streaming} />
      </div>
      <p class="footnote">
        {left <= countFrom ? (
          <b data-state={left < 0 ? "over" : "near"}>{words.charactersLeft(left)}</b>
        ) : (
          words.footnote
        )}
      </p>
    </form>
  );
});

/**
 * Sends, or stops the answer that is being written. It is one button all the time, also while there is nothing to send:
 * a button that vanishes takes the focus along.
 */
function SendButton({ view, disabled, stops = false }: Viewed & { disabled: boolean; stops?: boolean }) {
  const { words, acts } = view;
  const label = stops ? words.stop : words.send;
  return (
    <button
      type={stops ? "button" : "submit"}
      class="send"
      aria-label={label}
      title={label}
      aria-disabled={disabled && !stops}
      onClick={stops ? () => acts.stop() : undefined}
    >
      <Icon name={stops ? "stop" : "send"} />
    </button>
  );
}

/** The field is as high as its text, up to what the style sheet allows. */
function useAutoSize(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.blockSize = "auto";
    current.style.blockSize = `${current.scrollHeight}px`;
  }, [text]);
}
