import { createHash } from "node:crypto";
import {
  type Claim,
  type Claimed,
  type Delivery,
  mostWaiting,
  rememberedMs,
  type WebhookQueue,
} from "../../domain/webhooks.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { replies } from "./replies.ts";
import type { StepName } from "./scripts.ts";

/** Longer than a delivery is tried. What waits for an endpoint that nobody knows any more goes then. */
const lifeMs = 3 * 86_400_000;
const nameChars = 16;

/** {@link WebhookQueue} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisWebhooks implements WebhookQueue {
  readonly #link: Link;
  readonly #keys: Keys;
  readonly #most: number;

  constructor(link: Link, keys: Keys, most = mostWaiting) {
    this.#link = link;
    this.#keys = keys;
    this.#most = most;
  }

  async put(url: string, deliveries: readonly Delivery[]): Promise<number> {
    if (deliveries.length === 0) return 0;
    const pairs = deliveries.flatMap(({ webhookId, body }) => [webhookId, body]);
    const bounds = [this.#most, rememberedMs, lifeMs].map(String);
    return replies.dropped.parse(await this.#step("webhooks/put", url, ...bounds, ...pairs));
  }

  async claim(url: string, most: number, leaseMs: number): Promise<Claimed> {
    const reply = await this.#step("webhooks/claim", url, String(most), String(leaseMs));
    const [claims, dueMs] = replies.claimed.parse(reply);
    return { claims: claimsOf(claims), dueMs: dueMs < 0 ? null : dueMs };
  }

  async settle(url: string, { webhookId, attempt }: Claim): Promise<void> {
    await this.#step("webhooks/settle", url, webhookId, String(attempt));
  }

  async putOff(url: string, { webhookId, attempt }: Claim, waitMs: number): Promise<void> {
    await this.#step("webhooks/put-off", url, webhookId, String(attempt), String(waitMs));
  }

  /** An address may hold what is nobody's business, and characters that keys had better not. */
  #step(name: StepName, url: string, ...args: readonly string[]): Promise<unknown> {
    const endpoint = createHash("sha256").update(url).digest("base64url").slice(0, nameChars);
    return this.#link.step(name, this.#keys.webhooks(endpoint), args);
  }
}

function claimsOf(list: readonly string[]): Claim[] {
  return Array.from({ length: list.length / 3 }, (_, at) => {
    const [webhookId = "", attempt, body = ""] = list.slice(3 * at, 3 * at + 3);
    return { webhookId, attempt: Number(attempt), body };
  });
}
