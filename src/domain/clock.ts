/** Undoes what the call that returned it began; calling it again does nothing. */
export type Undo = () => void;

/** Time as the domain sees it, so that tests can move it. */
export interface Clock {
  /** Epoch milliseconds, for what people and stores see. */
  now(): number;
  /** Milliseconds from an arbitrary start that never go back, for measuring. */
  elapsed(): number;
  /** Runs `task` once after `ms`. */
  after(ms: number, task: () => void): Undo;
  /** Runs `task` once after whatever has arrived by now has been looked at, without waiting for more. */
  soon(task: () => void): Undo;
}

/** Resolves after `ms`, or at once when `signal` is aborted: look at the signal afterwards. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener("abort", wake, { once: true });
  });
}
