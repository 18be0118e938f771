import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useScene, useWords } from "./scene.tsx";

interface DialogProps {
  readonly title: string;
  readonly lead?: string;
  /** What the main button says; without it there is nothing to confirm. */
  readonly confirm?: string | undefined;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
  onConfirm?(): void;
}

/** The browser's own dialog: it keeps the focus, gives it back, and closes on Esc. */
export function Dialog({ title, lead, confirm, disabled = false, children, onConfirm }: DialogProps) {
  const { acts } = useScene();
  const { dialogs } = useWords();
  const place = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const close = () => acts.ask(null);
  return (
    <dialog ref={place} aria-labelledby="dialog-title" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (disabled) return;
          close();
          onConfirm?.();
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        {lead && <p class="faint">{lead}</p>}
        {children}
        <div class="acts">
          <button type="button" class="button" onClick={close}>
            {confirm === undefined ? dialogs.close : dialogs.cancel}
          </button>
          {confirm !== undefined && (
            <button type="submit" class="button main" aria-disabled={disabled}>
              {confirm}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
