import { setTimeout as pause } from "node:timers/promises";

const everyMs = 20;

/**
 * The first result of `look` that is not undefined or false; until then it looks again, and an exception means not yet.
 *
 * @param what the awaited fact, for the message
 * @throws when it did not come about within `patienceMs`, with the last exception as the cause
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  patienceMs = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + patienceMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      // CAST: the comparison is the exclusion; TypeScript does not apply it to a type parameter.
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    } catch (fault) {
      cause = fault;
    }
    await pause(everyMs);
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`, { cause });
}
