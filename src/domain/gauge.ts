import type { Clock } from "./clock.ts";
import { addCounts, type FirstTexts, noVitals, type Sample, stepOf, type Vitals } from "./health.ts";
import type { AttemptEnd, FailureReason, Relay, RelayRequest } from "./relay.ts";
import type { TierSettings } from "./tiers.ts";

export interface GaugeOptions {
  readonly relay: Relay;
  readonly clock: Clock;
  readonly settings: Pick<TierSettings, "slowMs" | "quickMs">;
  /** Milliseconds to a model's first text when nothing is amiss. */
  readonly expectedMs: (model: string) => number;
  /** The relay has asked for quiet towards a model, or is to be given some. */
  readonly quiet: (model: string, failure: { readonly retryAfterMs?: number | undefined }) => void;
}

/** An attempt that has no text yet. */
interface Pending {
  readonly model: string;
  readonly startedAt: number;
  readonly expectedMs: number;
  isLate: boolean;
}

/** Without a text for so many times what is too slow, an attempt is stuck. */
const stuckFactor = 4;

/** Failures that tell of want of capacity at the relay, or of none at all. */
const telling: ReadonlySet<FailureReason> = new Set([
  "rate-limit",
  "overloaded",
  "server-error",
  "unreachable",
  "slow-start",
]);

/** Failures after which the relay is given quiet (A10). */
const pressing: ReadonlySet<FailureReason> = new Set(["rate-limit", "overloaded"]);

/**
 * Measures each attempt at a relay, and passes it on unchanged (A9). An attempt counts as soon as its first text is known to
 * come too late, not when it comes: a relay that hangs is noticed at once.
 */
export class RelayGauge implements Relay {
  readonly #options: GaugeOptions;
  /** In the order in which they began. */
  readonly #pending = new Set<Pending>();
  readonly #late = new Set<Pending>();
  #vitals: { -readonly [N in keyof Vitals]: number } = { ...noVitals };
  #firstTexts: Record<string, FirstTexts[string]> = {};
  #isEmpty = true;

  constructor(options: GaugeOptions) {
    this.#options = options;
  }

  /** There is, or will be, something to tell. */
  get isBusy(): boolean {
    return !this.#isEmpty || this.#pending.size + this.#late.size > 0;
  }

  async attempt(request: RelayRequest, onText: (text: string) => void, signal: AbortSignal): Promise<AttemptEnd> {
    const { relay, clock, expectedMs, quiet } = this.#options;
    const { model } = request;
    const attempt = { model, startedAt: clock.elapsed(), expectedMs: expectedMs(model), isLate: false };
    this.#pending.add(attempt);
    let waits = true;
    const end = await relay.attempt(
      request,
      (text) => {
        if (waits) this.#began(attempt);
        waits = false;
        onText(text);
      },
      signal,
    );
    if (waits) this.#forget(attempt);
    if (end.kind !== "failed") return end;
    const { reason } = end.failure;
    if (telling.has(reason)) this.#failed(attempt, waits);
    if (pressing.has(reason)) quiet(model, end.failure);
    return end;
  }

  /** What was seen since the last call; null when that is nothing. */
  take(): Sample | null {
    this.#look();
    if (this.#isEmpty) return null;
    const sample = { vitals: this.#vitals, firstTexts: this.#firstTexts };
    this.#vitals = { ...noVitals };
    this.#firstTexts = {};
    this.#isEmpty = true;
    return sample;
  }

  #began(attempt: Pending): void {
    const tookMs = this.#options.clock.elapsed() - attempt.startedAt;
    this.#forget(attempt);
    if (!attempt.isLate) this.#count(attempt, tookMs);
    const { [attempt.model]: counts = {} } = this.#firstTexts;
    this.#firstTexts[attempt.model] = addCounts(counts, { [stepOf(tookMs)]: 1 });
    this.#isEmpty = false;
  }

  #failed(attempt: Pending, waited: boolean): void {
    if (waited && !attempt.isLate) this.#vitals.attempts++;
    this.#vitals.failed++;
    this.#isEmpty = false;
  }

  #count({ expectedMs }: Pending, tookMs: number): void {
    const { slowMs, quickMs } = this.#options.settings;
    const vitals = this.#vitals;
    vitals.attempts++;
    if (tookMs - expectedMs > slowMs) vitals.late++;
    if (tookMs - expectedMs < quickMs) vitals.quick++;
    vitals.firstTextMs += Math.round(tookMs);
    vitals.expectedMs += Math.round(expectedMs);
    this.#isEmpty = false;
  }

  /** Finds those whose first text can only come too late by now. */
  #look(): void {
    const { clock, settings } = this.#options;
    const now = clock.elapsed();
    for (const attempt of this.#pending) {
      const ageMs = now - attempt.startedAt;
      // Models differ in what is expected, so a later one may be late before.
      if (ageMs - attempt.expectedMs <= settings.slowMs) continue;
      this.#pending.delete(attempt);
      this.#late.add(attempt);
      attempt.isLate = true;
      this.#count(attempt, ageMs);
    }
    for (const attempt of this.#late) {
      if (now - attempt.startedAt - attempt.expectedMs <= stuckFactor * settings.slowMs) continue;
      this.#late.delete(attempt);
      this.#vitals.stuck++;
      this.#isEmpty = false;
    }
  }

  #forget(attempt: Pending): void {
    this.#pending.delete(attempt);
    this.#late.delete(attempt);
  }
}
