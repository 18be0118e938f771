import { useLayoutEffect, useRef } from "preact/hooks";
import type { Announcer } from "../widget/announce.ts";
import type { Toast } from "./toaster.ts";

interface ToastsProps {
  readonly toasts: readonly Toast[];
  readonly announcer: Announcer;
  /** What the button that closes one says. */
  readonly close: string;
  onDismiss(toastId: number): void;
}

/** Short words about what has happened; the announcer says them, too. */
export function Toasts({ toasts, announcer, close, onDismiss }: ToastsProps) {
  const said = useRef(0);
  useLayoutEffect(() => {
    for (const { toastId, text, isFault } of toasts.filter((toast) => toast.toastId > said.current)) {
      said.current = toastId;
      if (isFault) announcer.alert(text);
      else announcer.say(text);
    }
  }, [toasts]);
  return (
    <div class="toasts">
      {toasts.map(({ toastId, text, isFault }) => (
        <p key={toastId} class="toast" data-fault={isFault}>
          <span>{text}</span>
          <button type="button" class="icon" aria-label={close} onClick={() => onDismiss(toastId)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
