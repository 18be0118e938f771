import type { State } from "./desk/state.ts";
import type { Ui } from "./ui.ts";

const toastMs = 6_000;
const mostShown = 3;

/** Shows short words for a few seconds; the page says them to the ear, too. */
export interface Toaster {
  say(text: string): void;
  fault(text: string): void;
  dismiss(toastId: number): void;
}

export function openToaster(ui: State<Ui>): Toaster {
  let count = 0;

  function show(text: string, isFault: boolean): void {
    const toastId = ++count;
    ui.patch({ toasts: [...ui.now.toasts.slice(1 - mostShown), { toastId, text, isFault }] });
    setTimeout(() => dismiss(toastId), toastMs);
  }

  function dismiss(toastId: number): void {
    ui.patch({ toasts: ui.now.toasts.filter((one) => one.toastId !== toastId) });
  }

  return { say: (text) => show(text, false), fault: (text) => show(text, true), dismiss };
}
