import type { WebhookEventName } from "../contract/webhooks.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { Outage } from "./outage.ts";
import type { Listener, Step } from "./steps.ts";
import { type Happening, happeningOf, payloadOf } from "./webhook-events.ts";

/** Where the shop's own server wants to be told what happens. */
export interface Endpoint {
  readonly url: string;
  /** All of them, where none are named. */
  readonly events?: readonly WebhookEventName[] | undefined;
  /** What customers write is told too (X5). */
  readonly includeTexts: boolean;
}

/** One event on its way to one endpoint. */
export interface Delivery {
  /** Names the event: the same for every repetition of it, whichever node tells of it. */
  readonly webhookId: string;
  /** JSON, as it is signed and sent. */
  readonly body: string;
}

/** A delivery that was given to somebody to be sent. */
export interface Claim extends Delivery {
  /** Counts the times that it was given to somebody, from 1. */
  readonly attempt: number;
}

export interface Claimed {
  readonly claims: readonly Claim[];
  /** Until something more may be claimed; null where nothing is left. */
  readonly dueMs: number | null;
}

/**
 * What is on its way, for each endpoint apart. Every call is safe to repeat.
 *
 * - **W1** What was put is given out until it is settled, at least once, whatever becomes of the node that put it or of
 *   the one that claimed it: a claim lasts for its lease.
 * - **W2** The same `webhookId` put again, by whichever node, while it is on its way or within {@link rememberedMs}, is one delivery.
 * - **W3** At most {@link mostWaiting} wait for an endpoint; the oldest go first, and it is told how many.
 * - **W4** A claim that was given out anew can no longer settle the delivery or put it off.
 */
export interface WebhookQueue {
  /** Gives how many others were dropped for want of room. */
  put(url: string, deliveries: readonly Delivery[]): Promise<number>;
  /** Gives out at most so many that are due. */
  claim(url: string, most: number, leaseMs: number): Promise<Claimed>;
  /** It was delivered, or is given up. */
  settle(url: string, claim: Claim): Promise<void>;
  /** It is due again after `waitMs`. */
  putOff(url: string, claim: Claim, waitMs: number): Promise<void>;
}

export const mostWaiting = 100_000;
export const rememberedMs = 3_600_000;

/** What happened to deliveries, for the log. */
export type WebhookReport =
  | { readonly kind: "delivered"; readonly url: string; readonly webhookId: string; readonly attempt: number }
  | {
      readonly kind: "failed";
      readonly url: string;
      readonly webhookId: string;
      readonly attempt: number;
      readonly why: string;
      /** Until it is tried again; null when it is given up. */
      readonly waitMs: number | null;
    }
  /** The endpoint is gone for good, as it says. */
  | { readonly kind: "gone"; readonly url: string }
  | { readonly kind: "dropped"; readonly url: string; readonly count: number };

export interface WebhooksOptions {
  readonly endpoints: readonly Endpoint[];
  readonly queue: WebhookQueue;
  readonly conversations: Pick<Conversations, "read">;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The endpoint is gone: nothing is put for it. */
  readonly isGone: (url: string) => boolean;
  /** Something was put for that endpoint. */
  readonly queued: (url: string) => void;
  readonly report: (event: WebhookReport) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

interface Told {
  readonly happening: Happening;
  readonly conversation: Conversation;
}

/** So many happenings are put into the queue together. */
const batchSize = 50;
/** So many are held here while the queue cannot be reached. */
const mostHeld = 20_000;
/** Between two tries to reach the queue. */
const retryMs = 1_000;

/**
 * Hears what happens on this node and puts what the shop wants to know into the queue. While the queue cannot be reached
 * it is held here, and put when it can (N4).
 */
export class Webhooks implements Listener {
  readonly #options: WebhooksOptions;
  /** Oldest first. */
  readonly #held = new Set<Happening>();
  readonly #leaving = new AbortController();
  #putting: Promise<void> | null = null;

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  text(): void {}

  step(step: Step): void {
    const happening = happeningOf(step, this.#options);
    if (happening === null || !this.#isWanted(happening)) return;
    this.#held.add(happening);
    this.#bound();
    this.#putting ??= this.#putAll().finally(() => {
      this.#putting = null;
    });
  }

  /** What is held is put once more; what cannot be put then is lost, and reported. */
  async close(): Promise<void> {
    this.#leaving.abort();
    await this.#putting;
    if (this.#held.size > 0) this.#dropped([...this.#held]);
    this.#held.clear();
  }

  #isWanted({ type }: Happening): boolean {
    return this.#options.endpoints.some((endpoint) => wants(endpoint, type) && !this.#options.isGone(endpoint.url));
  }

  #bound(): void {
    const extra = firstOf(this.#held, this.#held.size - mostHeld);
    for (const happening of extra) this.#held.delete(happening);
    if (extra.length > 0) this.#dropped(extra);
  }

  #dropped(happenings: readonly Happening[]): void {
    for (const endpoint of this.#options.endpoints) {
      const count = happenings.filter(({ type }) => wants(endpoint, type)).length;
      if (count > 0) this.#options.report({ kind: "dropped", url: endpoint.url, count });
    }
  }

  async #putAll(): Promise<void> {
    while (this.#held.size > 0) {
      const batch = firstOf(this.#held, batchSize);
      const isPut = await this.#put(batch);
      if (isPut) for (const happening of batch) this.#held.delete(happening);
      else if (this.#leaving.signal.aborted) return;
      else await sleep(this.#options.clock, retryMs, this.#leaving.signal);
    }
  }

  /** False when the queue cannot be reached. */
  async #put(batch: readonly Happening[]): Promise<boolean> {
    const { endpoints, onFault } = this.#options;
    try {
      const told = (await Promise.all(batch.map((happening) => this.#told(happening)))).filter((one) => one !== null);
      for (const endpoint of endpoints) await this.#putFor(endpoint, told);
      return true;
    } catch (fault) {
      if (fault instanceof Outage) return false;
      onFault(fault, "webhooks");
      return true;
    }
  }

  /** With whose conversation it is; null where that is gone. */
  async #told(happening: Happening): Promise<Told | null> {
    const conversation = await this.#options.conversations.read(happening.conversationId);
    if (conversation === null) this.#dropped([happening]);
    return conversation && { happening, conversation };
  }

  async #putFor(endpoint: Endpoint, told: readonly Told[]) {
    const { url, includeTexts } = endpoint;
    const { queue, isGone, queued, report } = this.#options;
    if (isGone(url)) return;
    const deliveries = told
      .filter(({ happening }) => wants(endpoint, happening.type))
      .map(({ happening, conversation }) => {
        const body = JSON.stringify(payloadOf(happening, conversation, includeTexts));
        return { webhookId: happening.webhookId, body };
      });
    if (deliveries.length === 0) return;
    const count = await queue.put(url, deliveries);
    if (count > 0) report({ kind: "dropped", url, count });
    queued(url);
  }
}

function wants({ events }: Endpoint, type: WebhookEventName): boolean {
  return events === undefined || events.includes(type);
}

/** At most so many, from the beginning. */
export function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length >= most) break;
    first.push(one);
  }
  return first;
}
