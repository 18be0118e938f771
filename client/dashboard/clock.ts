import { useRead } from "../staff/reading.tsx";

const tickMs = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls each second, all at one moment. */
function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const tell of [...listeners]) tell();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The page's own time in whole seconds, in milliseconds; it goes on by itself. */
export function useNow(): number {
  return useRead(everySecond, () => Math.floor(Date.now() / tickMs) * tickMs);
}
