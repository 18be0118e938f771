/**
 * Calls `wake` whenever the page may have missed something: shown again, back from the cache, back on the network; and
 * `sleep` when it is hidden, or the network goes.
 */
export function onWake(wake: () => void, sleep: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  document.addEventListener("visibilitychange", () => (document.hidden ? sleep() : wake()), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && wake(), { signal });
  addEventListener("online", wake, { signal });
  addEventListener("offline", sleep, { signal });
  return () => ended.abort();
}
