import type { State } from "./state.ts";

const toastMs = 6_000;
const mostShown = 3;

/** A short word about what has just happened. */
export interface Toast {
  readonly toastId: number;
  readonly text: string;
  readonly isFault: boolean;
}

/** Shows short words for a few seconds; the page says them to the ear, too. */
export interface Toaster {
  say(text: string): void;
  fault(text: string): void;
  dismiss(toastId: number): void;
}

export function openToaster<Ui extends { readonly toasts: readonly Toast[] }>(ui: State<Ui>): Toaster {
  let count = 0;

  // CAST: the toasts are a part of every such state.
  const put = (toasts: readonly Toast[]) => ui.patch({ toasts } as Partial<Ui>);

  function show(text: string, isFault: boolean): void {
    const toastId = ++count;
    put([...ui.now.toasts.slice(1 - mostShown), { toastId, text, isFault }]);
    setTimeout(() => dismiss(toastId), toastMs);
  }

  function dismiss(toastId: number): void {
    put(ui.now.toasts.filter((one) => one.toastId !== toastId));
  }

  return { say: (text) => show(text, false), fault: (text) => show(text, true), dismiss };
}
