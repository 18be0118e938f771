import type { CustomerClass, Tier } from "../contract/shapes.ts";
import type { Clock } from "./clock.ts";
import { classes, type LineSettings, type Round } from "./line.ts";

/** How many had been served by then. */
interface Sample {
  readonly at: number;
  readonly served: number;
}

/** Samples are a second apart; two windows tell how steady the service is. */
const sampleMs = 1_000;
const shortestMs = 5_000;
const longFactor = 6;
/** In fewer starts than so many a pause cannot be told from a slow pace. */
const fewestStarts = 5;
/** Measured for less than this, or than most of the shorter window, the tier's own rate is the better guess. */
const leastMs = 3_000;
/** What chance and a change of pace do to either end of a range. */
const doubt = 1.15;

/**
 * How long a place in line means to wait (A6). The range begins where nobody else comes from now on, so that the lines of
 * the other classes run dry and leave their shares to this one, and ends where all who share now go on sharing; both at
 * the pace at which starts were given of late. Null when nothing is served.
 */
export class WaitEstimate {
  readonly #settings: LineSettings;
  readonly #clock: Clock;
  #samples: Sample[] = [];
  #waiting: Readonly<Record<CustomerClass, number>> = { vip: 0, member: 0, guest: 0 };
  #perSecond = 0;
  /** Since when somebody has waited without a break. */
  #since: number | null = null;

  constructor(settings: LineSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** How the lines stand now: call at every round. */
  note(lines: Round["lines"], tier: Tier): void {
    const now = this.#clock.elapsed();
    const waiting = (name: CustomerClass) => lines[name].next - lines[name].head + lines[name].before.length;
    this.#waiting = { vip: waiting("vip"), member: waiting("member"), guest: waiting("guest") };
    this.#perSecond = this.#settings.tiers[tier].perSecond;
    if (classes.every((name) => this.#waiting[name] === 0)) this.#since = null;
    else this.#since ??= now;
    const last = this.#samples.at(-1);
    if (last && now - last.at < sampleMs) return;
    const served = classes.reduce((sum, name) => sum + lines[name].served, 0);
    const kept = this.#samples.filter(({ at }) => now - at <= longFactor * this.#shortMs);
    this.#samples = [...kept, { at: now, served }];
  }

  of(name: CustomerClass, position: number): { readonly low: number; readonly high: number } | null {
    const measured = [this.#rate(this.#shortMs), this.#rate(longFactor * this.#shortMs)].filter(
      (rate) => rate !== null,
    );
    const rates = measured.length === 0 ? [this.#perSecond] : measured;
    const [fast, slow] = [Math.max(...rates), Math.min(...rates)];
    if (slow <= 0) return null;
    const low = this.#untilServed(name, Math.max(0, position - 1), fast) / doubt;
    const high = this.#whileAllShare(name, position + Math.sqrt(position), slow) * doubt;
    return { low: Math.round(low), high: Math.round(high + 250) };
  }

  get #shortMs(): number {
    return Math.max(shortestMs, (fewestStarts * 1_000) / this.#perSecond);
  }

  /** Milliseconds until so many of the class are served, if nobody else comes. */
  #untilServed(name: CustomerClass, position: number, perSecond: number): number {
    const left = { ...this.#waiting, [name]: Math.max(position, this.#waiting[name]) };
    let [ms, ahead] = [0, position];
    // Each time a line runs dry the others share anew.
    for (let phase = 0; phase < classes.length && ahead > 0; phase++) {
      const sharing = classes.filter((each) => left[each] > 0);
      const share = (each: CustomerClass) => (perSecond * this.#settings.weights[each]) / this.#weightOf(sharing);
      const lasts = (each: CustomerClass) => (each === name ? ahead : left[each]) / share(each);
      const seconds = Math.min(...sharing.map(lasts));
      for (const each of sharing) left[each] = Math.max(0, left[each] - seconds * share(each));
      ahead -= seconds * share(name);
      ms += seconds * 1_000;
    }
    return ms;
  }

  #whileAllShare(name: CustomerClass, position: number, perSecond: number): number {
    const sharing = classes.filter((each) => each === name || this.#waiting[each] > 0);
    return (position * 1_000 * this.#weightOf(sharing)) / (perSecond * this.#settings.weights[name]);
  }

  #weightOf(sharing: readonly CustomerClass[]): number {
    return sharing.reduce((sum, each) => sum + this.#settings.weights[each], 0);
  }

  /** Starts a second within the window, as far as somebody has waited all that time; null before there is enough. */
  #rate(windowMs: number): number | null {
    const last = this.#samples.at(-1);
    if (this.#since === null || last === undefined) return null;
    const from = Math.max(this.#since, last.at - windowMs);
    const first = this.#samples.find(({ at }) => at >= from);
    if (first === undefined || last.at - first.at < Math.max(leastMs, 0.6 * this.#shortMs)) return null;
    return ((last.served - first.served) * 1_000) / (last.at - first.at);
  }
}
