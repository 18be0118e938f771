/** Calls `wake` whenever the page may have missed something: shown again, back from the cache, back on the network. */
export function onWake(wake: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && wake(), { signal });
  addEventListener("online", wake, { signal });
  return () => ended.abort();
}
