import type { CustomerClass, Tier } from "../../contract/shapes.ts";
import type { Clock } from "../../domain/clock.ts";
import { classes, type LineSettings, type Order, rampSpanMs } from "../../domain/line.ts";

/** A start without a first text counts as waiting for one no longer than this: its node may be gone. */
const startingMs = 60_000;

/** What has to be open before an answer may begin: the tier's bucket (A1), the ramp, first texts, no pause (A10). */
export class LineGates {
  readonly #settings: LineSettings;
  readonly #clock: Clock;
  /** Conversations whose answer has no text yet, and until when that counts. */
  readonly #starting = new Map<string, number>();
  readonly #pausedUntil: Record<CustomerClass, number> = { vip: 0, member: 0, guest: 0 };
  tier: Tier;
  #tokens: number;
  #filledAt: number;
  #mostStarting = Number.MAX_SAFE_INTEGER;
  #ramp = { perSecond: 0, tokens: 0 };

  constructor(settings: LineSettings, clock: Clock, tier: Tier, isEmpty: boolean) {
    this.#settings = settings;
    this.#clock = clock;
    this.tier = tier;
    this.#tokens = isEmpty ? 0 : settings.tiers[tier].burst;
    this.#filledAt = clock.elapsed();
    const perSecond = settings.rampPerSecond ?? 0;
    this.#ramp = { perSecond, tokens: rampMost(perSecond) };
  }

  get starting(): number {
    return this.#starting.size;
  }

  /** One more answer may begin, of some class. */
  get isOpen(): boolean {
    this.#refill();
    const now = this.#clock.elapsed();
    for (const [conversationId, until] of this.#starting) if (until <= now) this.#starting.delete(conversationId);
    const ramps = this.#settings.rampPerSecond === null || this.#ramp.tokens >= 1;
    return this.#tokens >= 1 && ramps && this.#starting.size < this.#mostStarting;
  }

  /** How much longer each class pauses that does. */
  get pausedMs(): Partial<Record<CustomerClass, number>> {
    const now = this.#clock.elapsed();
    const paused = classes.filter((name) => this.isPaused(name));
    return Object.fromEntries(paused.map((name) => [name, Math.ceil(this.#pausedUntil[name] - now)]));
  }

  isPaused(name: CustomerClass): boolean {
    return this.#clock.elapsed() < this.#pausedUntil[name];
  }

  /** An answer begins there. */
  take(conversationId: string): void {
    this.#tokens -= 1;
    if (this.#settings.rampPerSecond !== null) this.#ramp.tokens -= 1;
    this.#starting.set(conversationId, this.#clock.elapsed() + startingMs);
  }

  /** It has its first text, or is not being answered any more. */
  begun(conversationId: string): void {
    this.#starting.delete(conversationId);
  }

  steer({ tier, starting, pause, spent = 0 }: Order): void {
    this.#refill();
    this.#tokens -= spent;
    // What a smaller bucket does not hold is gone when it is looked at next.
    if (tier !== undefined) this.tier = tier;
    if (starting !== undefined) this.#mostStarting = starting;
    if (pause === undefined) return;
    const until = this.#clock.elapsed() + pause.ms;
    for (const name of pause.classes) this.#pausedUntil[name] = Math.max(this.#pausedUntil[name], until);
    if (pause.keepsStarts) return;
    // A relay that has asked for quiet is not given a burst, and what nobody may use is not saved up.
    this.#tokens = Math.min(this.#tokens, 0);
    this.#filledAt = Math.max(this.#filledAt, Math.min(...classes.map((name) => this.#pausedUntil[name])));
  }

  #refill(): void {
    const { perSecond, burst } = this.#settings.tiers[this.tier];
    const now = this.#clock.elapsed();
    const passedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs * perSecond) / 1_000);
    this.#filledAt = Math.max(this.#filledAt, now);
    this.#refillRamp(passedMs);
  }

  /** The rate rises while it is what limits, and falls as fast while it does not. */
  #refillRamp(passedMs: number): void {
    const slope = this.#settings.rampPerSecond;
    if (slope === null) return;
    const ramp = this.#ramp;
    ramp.tokens += (passedMs * ramp.perSecond) / 1_000;
    const change = (passedMs * slope) / 1_000;
    if (ramp.tokens < rampMost(ramp.perSecond)) ramp.perSecond += change;
    else {
      ramp.tokens = rampMost(ramp.perSecond);
      ramp.perSecond = Math.max(slope, ramp.perSecond - change);
    }
  }
}

/** Starts that the ramp lets through at once. */
function rampMost(perSecond: number): number {
  return Math.max(1, (perSecond * rampSpanMs) / 1_000);
}
