import type { CountsByName } from "./figures.ts";
import { msOf } from "./health.ts";

/**
 * The time below or at which a share of all lies, in milliseconds, exact to a twentieth; null of none. `counts` are by
 * the steps of `stepOf`: those of many nodes are added first, for a quantile of quantiles would be none of all.
 */
export function quantileMs(counts: CountsByName, share: number): number | null {
  const steps = Object.entries(counts)
    .map(([step, count]) => [Number(step), count] as const)
    .sort(([one], [other]) => one - other);
  const all = steps.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [step, count] of steps) {
    below += count;
    if (count > 0 && below >= share * all) return msOf(step);
  }
  return null;
}
