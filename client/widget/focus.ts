/**
 * A button that goes away takes the focus along, and the keyboard with it: calls `inherit` when what had the focus in
 * `panel` is gone and nothing else has it.
 */
export function watchFocus(panel: HTMLElement, inherit: () => void): () => void {
  let last: Element | null = null;
  const remember = ({ target }: FocusEvent) => {
    last = target as Element;
  };
  // Leaving for another place is the reader's own wish. Browsers report a removal alike, just before it happens.
  const forget = ({ target }: FocusEvent) =>
    queueMicrotask(() => {
      if (target === last && last?.isConnected) last = null;
    });
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected) return;
    last = null;
    if (!panel.matches(":focus-within")) inherit();
  });
  const ended = new AbortController();
  panel.addEventListener("focusin", remember, { signal: ended.signal });
  panel.addEventListener("focusout", forget, { signal: ended.signal });
  observer.observe(panel, { childList: true, subtree: true });
  return () => {
    ended.abort();
    observer.disconnect();
  };
}
