import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { StaffWords } from "./words.ts";

export interface DialogProps {
  readonly title: string;
  readonly lead?: string;
  /** What the main button says; without it there is nothing to confirm. */
  readonly confirm?: string | undefined;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
  onConfirm?(): void;
}

interface ModalProps extends DialogProps {
  readonly words: Pick<StaffWords, "dialogs">;
  onClose(): void;
}

/** The browser's own dialog: it keeps the focus, gives it back, and closes on Esc. */
export function Modal({ title, lead, confirm, disabled = false, children, words, onConfirm, onClose }: ModalProps) {
  const { dialogs } = words;
  const place = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={place} aria-labelledby="dialog-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (disabled) return;
          onClose();
          onConfirm?.();
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        {lead && <p class="faint">{lead}</p>}
        {children}
        <div class="acts">
          <button type="button" class="button" onClick={onClose}>
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
