/** The longest wait that one timer can take. */
const maxMs = 2 ** 31 - 1;

/**
 * What whoever answered asked for by `retry-after-ms` or `retry-after` (seconds or an HTTP date), in milliseconds: never
 * negative, at most what one timer can take, undefined when it said nothing that can be read. `nowAt` in epoch ms.
 */
export function readRetryAfterMs(headers: Headers | undefined, nowAt: number): number | undefined {
  const exactMs = toNumber(headers?.get("retry-after-ms"));
  if (exactMs !== undefined) return bounded(exactMs);
  const text = headers?.get("retry-after") ?? undefined;
  const seconds = toNumber(text);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : bounded(at - nowAt);
}

function toNumber(text: string | null | undefined): number | undefined {
  return text != null && /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(Math.ceil(waitMs), 0), maxMs);
}
