/** The last quarter of an hour. */
export const spanMs = 15 * 60_000;
/** Seconds that share a place on the curve: no screen shows more of them. */
const bucketMs = 3_000;
/** A longer silence is a gap in the curve: nothing is known of it. */
const gapMs = 10_000;

export const width = 600;
export const height = 160;

/** One place of a curve: when, and the highest value of those few seconds. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The points of a series that are known, each the peak of its few seconds: no spike is lost. */
export function pointsOf(at: readonly number[], values: readonly (number | null)[], now: number): Point[] {
  const peaks = new Map<number, Point>();
  for (const [index, time] of at.entries()) {
    const value = values[index];
    if (value === null || value === undefined || time < now - spanMs) continue;
    const bucket = Math.floor(time / bucketMs);
    const known = peaks.get(bucket);
    if (known === undefined || value > known.value) peaks.set(bucket, { at: time, value });
  }
  return [...peaks.values()];
}

/** The next round number: 1, 2 or 5 and noughts. */
export function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value) ?? value;
}

/** A path through the points, broken where nothing is known; empty for none. */
export function pathOf(points: readonly Point[], top: number, now: number): string {
  let path = "";
  let before = Number.NEGATIVE_INFINITY;
  for (const { at, value } of points) {
    const x = width * (1 - (now - at) / spanMs);
    const y = height * (1 - Math.min(1, value / top));
    path += `${at - before > gapMs ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = at;
  }
  return path;
}

/** The last value that is known at each of so many minutes ago, the present first; null where there is none. */
export function byMinute(at: readonly number[], values: readonly (number | null)[], now: number): (number | null)[] {
  return Array.from({ length: 15 }, (_, minutes) => {
    const until = now - minutes * 60_000;
    const index = at.findLastIndex((time) => time <= until && time > until - 60_000);
    return index === -1 ? null : (values[index] ?? null);
  });
}
