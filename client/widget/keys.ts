/** What the guard reads of a `KeyboardEvent`. */
export interface Key {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  readonly shiftKey: boolean;
  readonly timeStamp: number;
}

/** Some browsers end a composition just before they report the Enter that ended it; no hand is this fast. */
const settleMs = 50;

/**
 * Tells keys meant for the widget from keys meant for an input method: Enter that takes a candidate never sends, Esc
 * that drops one never closes.
 */
export interface InputMethodGuard {
  compositionStarted(): void;
  compositionEnded(at: number): void;
  /** A plain Enter, outside any composition. */
  isSend(key: Key): boolean;
  isEscape(key: Key): boolean;
}

export function openInputMethodGuard(): InputMethodGuard {
  let composing = false;
  let endedAt = Number.NEGATIVE_INFINITY;
  const isFree = (key: Key) =>
    !composing && !key.isComposing && key.keyCode !== 229 && key.timeStamp - endedAt >= settleMs;
  return {
    compositionStarted: () => {
      composing = true;
    },
    compositionEnded: (at) => {
      composing = false;
      endedAt = at;
    },
    isSend: (key) => key.key === "Enter" && !key.shiftKey && isFree(key),
    isEscape: (key) => key.key === "Escape" && isFree(key),
  };
}
