import type { Clock } from "../../domain/clock.ts";
import {
  type Claim,
  type Claimed,
  type Delivery,
  firstOf,
  mostWaiting,
  rememberedMs,
  type WebhookQueue,
} from "../../domain/webhooks.ts";

interface Entry {
  readonly body: string;
  attempts: number;
  /** In the clock's `elapsed` milliseconds. */
  dueAt: number;
}

interface Waiting {
  /** Oldest first. */
  readonly entries: Map<string, Entry>;
  /** When each was put, also of what has been settled. Oldest first. */
  readonly seenAt: Map<string, number>;
}

/** {@link WebhookQueue} of one process; what waits in it ends with the process. */
export class MemoryWebhooks implements WebhookQueue {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #endpoints = new Map<string, Waiting>();

  constructor(clock: Clock, most = mostWaiting) {
    this.#clock = clock;
    this.#most = most;
  }

  async put(url: string, deliveries: readonly Delivery[]): Promise<number> {
    const { entries, seenAt } = this.#of(url);
    const now = this.#clock.elapsed();
    for (const [webhookId, at] of seenAt) {
      if (now - at < rememberedMs && seenAt.size <= this.#most) break;
      seenAt.delete(webhookId);
    }
    for (const { webhookId, body } of deliveries) {
      if (seenAt.has(webhookId) || entries.has(webhookId)) continue;
      seenAt.set(webhookId, now);
      entries.set(webhookId, { body, attempts: 0, dueAt: now });
    }
    const extra = firstOf(entries.keys(), entries.size - this.#most);
    for (const webhookId of extra) entries.delete(webhookId);
    return extra.length;
  }

  async claim(url: string, most: number, leaseMs: number): Promise<Claimed> {
    const { entries } = this.#of(url);
    const now = this.#clock.elapsed();
    const claims: Claim[] = [];
    for (const [webhookId, entry] of entries) {
      // Mostly the first ones are due: not all are looked at then.
      if (claims.length >= most) return { claims, dueMs: 0 };
      if (entry.dueAt > now) continue;
      entry.attempts++;
      entry.dueAt = now + leaseMs;
      claims.push({ webhookId, body: entry.body, attempt: entry.attempts });
    }
    return { claims, dueMs: entries.size === 0 ? null : Math.max(0, nextOf(entries) - now) };
  }

  async settle(url: string, claim: Claim): Promise<void> {
    if (this.#held(url, claim)) this.#of(url).entries.delete(claim.webhookId);
  }

  async putOff(url: string, claim: Claim, waitMs: number): Promise<void> {
    const entry = this.#held(url, claim);
    if (entry) entry.dueAt = this.#clock.elapsed() + waitMs;
  }

  /** What was claimed, unless it has been given out anew. */
  #held(url: string, { webhookId, attempt }: Claim): Entry | undefined {
    const entry = this.#of(url).entries.get(webhookId);
    return entry?.attempts === attempt ? entry : undefined;
  }

  #of(url: string): Waiting {
    const known = this.#endpoints.get(url) ?? { entries: new Map(), seenAt: new Map() };
    this.#endpoints.set(url, known);
    return known;
  }
}

function nextOf(entries: ReadonlyMap<string, Entry>): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { dueAt } of entries.values()) next = Math.min(next, dueAt);
  return next;
}
