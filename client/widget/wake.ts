/**
 * Calls `wake` whenever the page may have missed something: shown again, back from the cache, back on the network; and
 * `sleep` when the network goes.
 */
export function onWake(wake: () => void, sleep: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && wake(), { signal });
  addEventListener("online", wake, { signal });
  addEventListener("offline", sleep, { signal });
  return () => ended.abort();
}
