import { useRead } from "../staff/reading.tsx";
import { tickerOf } from "../staff/ticker.ts";

const tickMs = 1_000;
const everySecond = tickerOf(tickMs);

/** The page's own time in whole seconds, in milliseconds; it goes on by itself. */
export function useNow(): number {
  return useRead(everySecond, () => Math.floor(Date.now() / tickMs) * tickMs);
}
