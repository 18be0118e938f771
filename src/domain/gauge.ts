import type { Clock } from "./clock.ts";
import { addCounts, type FirstTexts, noVitals, type Sample, stepOf, type Vitals } from "./health.ts";
import type { AttemptEnd, FailureReason, Relay, RelayRequest } from "./relay.ts";
import type { TierSettings } from "./tiers.ts";

export interface GaugeOptions {
  readonly relay: Relay;
  readonly clock: Clock;
  readonly settings: Pick<TierSettings, "slowMs" | "quickMs" | "failedShare">;
  /** Milliseconds to a model's first text when nothing is amiss. */
  readonly expectedMs: (model: string) => number;
  /** The relay has asked for quiet towards a model, or is to be given some. */
  readonly quiet: (model: string, failure: { readonly retryAfterMs?: number | undefined }) => void;
  /** A first text comes too late, or is known to. */
  readonly late?: (model: string) => void;
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

/** A few refusals among so many attempts of one second are the relay's own affair: quiet would cost more than they do. */
const fewestMade = 20;
const spellMs = 1_000;

/** What was made of one model in the present second. */
interface Spell {
  readonly since: number;
  made: number;
  refused: number;
}

/**
 * Measures each attempt at a relay, and passes it on unchanged (A9). An attempt counts as soon as its first text is known to
 * come too late, not when it comes: a relay that hangs is noticed at once.
 */
export class RelayGauge implements Relay {
  readonly #options: GaugeOptions;
  /** In the order in which they began. */
  readonly #pending = new Set<Pending>();
  readonly #late = new Set<Pending>();
  readonly #spells = new Map<string, Spell>();
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
    this.#spellOf(model).made++;
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
    if (reason === "rate-limit" || (reason === "overloaded" && this.#isPressing(model))) quiet(model, end.failure);
    return end;
  }

  /** Whether an overloaded relay (529) is to be given quiet: a single refusal among many is not worth it. */
  #isPressing(model: string): boolean {
    const spell = this.#spellOf(model);
    spell.refused++;
    return spell.made < fewestMade || spell.refused > this.#options.settings.failedShare * spell.made;
  }

  #spellOf(model: string): Spell {
    const now = this.#options.clock.elapsed();
    const known = this.#spells.get(model);
    if (known && now - known.since < spellMs) return known;
    // Half of the former second still counts, so that none begins with nothing to compare with.
    const carried = known && now - known.since < 2 * spellMs ? 0.5 : 0;
    const spell = { since: now, made: carried * (known?.made ?? 0), refused: carried * (known?.refused ?? 0) };
    this.#spells.set(model, spell);
    return spell;
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

  #count({ expectedMs, model }: Pending, tookMs: number): void {
    const { slowMs, quickMs } = this.#options.settings;
    const vitals = this.#vitals;
    vitals.attempts++;
    if (tookMs - expectedMs > slowMs) {
      vitals.late++;
      this.#options.late?.(model);
    }
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
