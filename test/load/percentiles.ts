import { build, type Histogram } from "hdr-histogram-js";

/** Times are kept to a tenth of a millisecond, and to one part in a hundred. */
const tenths = 10;
const mostTenths = 36_000_000;

/** Times of which percentiles are asked, in the memory of a few kilobytes however many there are. */
export class Percentiles {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: mostTenths,
    numberOfSignificantValueDigits: 2,
  });

  constructor(valuesMs: Iterable<number> = []) {
    for (const ms of valuesMs) this.add(ms);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  add(ms: number): void {
    this.#histogram.recordValue(Math.min(mostTenths, Math.max(0, Math.round(ms * tenths))));
  }

  /** In milliseconds; null without any. */
  at(percent: number): number | null {
    return this.count === 0 ? null : this.#histogram.getValueAtPercentile(percent) / tenths;
  }

  /** As a report keeps them. */
  get summary(): Summary | null {
    if (this.count === 0) return null;
    const at = (percent: number) => this.#histogram.getValueAtPercentile(percent) / tenths;
    return { count: this.count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), most: at(100) };
  }
}

/** In milliseconds. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
}
