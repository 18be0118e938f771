/** A value that is replaced, never changed; who listens is told once per microtask. */
export interface State<S extends object> {
  readonly now: S;
  patch(news: Partial<S>): void;
  subscribe(listener: () => void): () => void;
}

export function openState<S extends object>(first: S): State<S> {
  const listeners = new Set<() => void>();
  let now = first;
  let due = false;

  function tell(): void {
    due = false;
    for (const listener of [...listeners]) listener();
  }

  return {
    get now() {
      return now;
    },
    patch(news) {
      now = { ...now, ...news };
      if (!due) queueMicrotask(tell);
      due = true;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
