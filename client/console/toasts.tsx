import { useLayoutEffect, useRef } from "preact/hooks";
import { useScene, useUi, useWords } from "./scene.tsx";

/** Short words about what has happened; the announcer says them, too. */
export function Toasts() {
  const { acts, announcer } = useScene();
  const words = useWords();
  const toasts = useUi((ui) => ui.toasts);
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
          <button
            type="button"
            class="icon"
            aria-label={words.dialogs.close}
            onClick={() => acts.dismissToast(toastId)}
          >
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
