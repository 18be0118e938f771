import type { Vitals } from "./health.ts";

/** Bounds of how many answers may wait for their first text (A10). */
export interface FirstTextSettings {
  readonly most: number;
  readonly least: number;
}

/** Fewer attempts in a second say nothing. */
const fewest = 10;
/** First texts may take so many times the expected time, and so much longer, before fewer are let begin. */
const tolerance = 1.5;
const slackMs = 200;
/** Where attempts fail the limit falls to this share each second. */
const failing = 0.8;

/**
 * The next second's limit, from how the last one went, in the manner of Vegas (Brakmo and Peterson 1995) and its successors
 * for requests: time beyond the expected is time in the relay's queue, so fewer are put there; while all goes well and
 * the limit is what holds the others up, it grows by a quarter.
 *
 * @param starting how many wait for their first text now
 */
export function nextLimit(
  limit: number,
  second: Vitals,
  starting: number,
  { most, least }: FirstTextSettings,
  failedShare: number,
): number {
  const { attempts, failed, firstTextMs, expectedMs } = second;
  if (Math.max(attempts, failed) < fewest) return limit;
  const isFailing = failed > failedShare * Math.max(attempts, failed);
  const bearableMs = tolerance * expectedMs + slackMs * attempts;
  const share = Math.min(isFailing ? failing : 1, Math.max(0.5, bearableMs / Math.max(1, firstTextMs)));
  if (share < 1) return bounded(Math.min(limit, Math.max(starting, least)) * share + Math.sqrt(least));
  return starting < limit / 2 ? limit : bounded(limit * 1.25);

  function bounded(next: number): number {
    return Math.round(Math.min(most, Math.max(least, next)));
  }
}
