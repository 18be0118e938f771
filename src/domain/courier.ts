import type { Clock, Undo } from "./clock.ts";
import { Outage } from "./outage.ts";
import type { Claim, Delivery, WebhookQueue, WebhookReport } from "./webhooks.ts";

/** How an endpoint took a delivery. `why` says in a few words what it answered. */
export type Sent =
  | { readonly kind: "delivered" }
  /** It did not answer, or cannot take it now. `retryAfterMs` is what it asked for. */
  | { readonly kind: "failed"; readonly why: string; readonly retryAfterMs?: number | undefined }
  /** It does not take this one. */
  | { readonly kind: "refused"; readonly why: string }
  /** It wants nothing more, for good. */
  | { readonly kind: "gone" };

/** Sends a delivery once; must not reject. Aborting `signal` makes it `failed` at once. */
export type Send = (url: string, delivery: Delivery, signal: AbortSignal) => Promise<Sent>;

export interface CourierOptions {
  readonly url: string;
  readonly queue: WebhookQueue;
  /** What is in the queue outlives this process: other nodes deliver it. */
  readonly isShared: boolean;
  readonly send: Send;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly report: (event: WebhookReport) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** After each try that failed: as long again, give or take a fifth. After the last of them a delivery is given up. */
export const waitsMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  hourMs,
  5 * hourMs,
  10 * hourMs,
];
/** A delivery that is refused, again and again, is given up after so many tries: within a quarter of an hour. */
export const mostRefusals = 5;
/** An endpoint that asks for more is asked again after as long. */
export const longestAskedMs = hourMs;
/** A claim lasts longer than any try. */
export const leaseMs = 15 * secondMs;
/** Tries under way at the same time; and while the endpoint fails. */
export const mostAtOnce = 10;
/** While the endpoint fails, this node leaves it alone for as long; from one second, doubled each time. */
const longestRestMs = 30 * secondMs;
/** What other nodes have put, or let fall, is found so soon. */
const pollMs = secondMs;
/** For tries under way when this node closes. */
const patienceMs = 5 * secondMs;

/**
 * Carries to one endpoint what waits for it, beside the couriers of other nodes. An endpoint that is slow or fails holds
 * up nobody else, and is spared: it is tried with one delivery at a time then.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #carrying = new Set<Promise<void>>();
  readonly #leaving = new AbortController();
  #looking: Promise<void> | null = null;
  #again = false;
  #next: Undo = () => {};
  /** Tries in a row that failed. */
  #failures = 0;
  /** In the clock's `elapsed` milliseconds. */
  #restsUntil = 0;
  #isGone = false;
  #closed = false;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** The endpoint has said that it wants nothing any more: this node tells it nothing until it is started anew. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Looks at once whether something is due, and from then on again and again. */
  wake(): void {
    if (this.#closed || this.#isGone) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
  }

  /** Finishes what is under way, and where nobody else will, what is due; gives back what takes too long. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    const cancel = this.#options.clock.after(patienceMs, () => this.#leaving.abort());
    await this.#looking;
    const isLast = () => !this.#options.isShared && !this.#isGone && !this.#leaving.signal.aborted;
    if (isLast()) await this.#claim();
    while (this.#carrying.size > 0) {
      await Promise.race(this.#carrying);
      if (isLast()) await this.#claim();
    }
    cancel();
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      this.#next();
      const againMs = await this.#claim();
      if (!this.#closed) this.#next = this.#options.clock.after(Math.min(againMs, pollMs), () => this.wake());
    }
  }

  /** Takes what is due and there is room for; gives when to look again. */
  async #claim(): Promise<number> {
    const { queue, url, clock } = this.#options;
    const restMs = this.#restsUntil - clock.elapsed();
    if (restMs > 0) return restMs;
    const room = (this.#failures > 0 ? 1 : mostAtOnce) - this.#carrying.size;
    // The end of the next try wakes it.
    if (room <= 0) return pollMs;
    try {
      const { claims, dueMs } = await queue.claim(url, room, leaseMs);
      for (const claim of claims) this.#carry(claim);
      return dueMs ?? pollMs;
    } catch (fault) {
      this.#unlessOutage(fault);
      return pollMs;
    }
  }

  #carry(claim: Claim): void {
    const carrying = this.#deliver(claim)
      .catch((fault: unknown) => this.#unlessOutage(fault))
      .finally(() => {
        this.#carrying.delete(carrying);
        this.wake();
      });
    this.#carrying.add(carrying);
  }

  async #deliver(claim: Claim): Promise<void> {
    const { queue, url, send, report } = this.#options;
    const { webhookId, attempt } = claim;
    const sent = await send(url, claim, this.#leaving.signal);
    switch (sent.kind) {
      case "delivered":
        this.#failures = 0;
        report({ kind: "delivered", url, webhookId, attempt });
        return queue.settle(url, claim);
      case "gone":
        if (!this.#isGone) report({ kind: "gone", url });
        this.#isGone = true;
        return queue.settle(url, claim);
      case "refused":
        this.#failures = 0;
        return this.#putOff(claim, sent.why, attempt < mostRefusals ? this.#waitMs(attempt) : null);
      case "failed":
        // Another node goes on with it at once.
        if (this.#leaving.signal.aborted) return queue.putOff(url, claim, 0);
        this.#rest(sent.retryAfterMs);
        return this.#putOff(claim, sent.why, this.#waitMs(attempt, sent.retryAfterMs));
      default:
        sent satisfies never;
    }
  }

  /** Until the next try; null when it was the last. */
  #waitMs(attempt: number, askedMs = 0): number | null {
    const usualMs = waitsMs[attempt - 1];
    if (usualMs === undefined) return null;
    const jitter = 0.8 + 0.4 * this.#options.random();
    return Math.round(Math.max(usualMs * jitter, Math.min(askedMs, longestAskedMs)));
  }

  async #putOff(claim: Claim, why: string, waitMs: number | null): Promise<void> {
    const { queue, url, report } = this.#options;
    const { webhookId, attempt } = claim;
    report({ kind: "failed", url, webhookId, attempt, why, waitMs });
    await (waitMs === null ? queue.settle(url, claim) : queue.putOff(url, claim, waitMs));
  }

  #rest(askedMs = 0): void {
    this.#failures++;
    const ownMs = Math.min(secondMs * 2 ** (this.#failures - 1), longestRestMs);
    const restMs = Math.max(ownMs, Math.min(askedMs, longestAskedMs));
    this.#restsUntil = this.#options.clock.elapsed() + restMs;
  }

  #unlessOutage(fault: unknown): void {
    if (!(fault instanceof Outage)) this.#options.onFault(fault, "webhooks");
  }
}
