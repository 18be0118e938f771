import { Webhook } from "standardwebhooks";
import { Agent, type Dispatcher, request } from "undici";
import type { Clock } from "../../domain/clock.ts";
import type { Send, Sent } from "../../domain/courier.ts";
import type { Delivery } from "../../domain/webhooks.ts";
import { readRetryAfterMs } from "../retry-after.ts";

export interface SenderOptions {
  /** `whsec_` and base64. All of them sign, so that either end may change first. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  /** For one try, from the first byte of the connection to the last of the answer's head. */
  readonly timeoutMs?: number;
}

/** The way to the endpoints, by the rules of Standard Webhooks. */
export interface Sender extends AsyncDisposable {
  readonly send: Send;
}

const usualTimeoutMs = 10_000;
/** So much of an answer is read, and thrown away, to keep the connection for the next delivery. */
const mostBodyBytes = 16_384;
/** Answers that ask for patience, whatever the event. */
const passing = new Set([408, 425, 429]);

/** Redirects are not followed, and nothing of an answer but its status and `retry-after` is looked at. */
export function openSender({ secrets, clock, timeoutMs = usualTimeoutMs }: SenderOptions): Sender {
  const signers = secrets.map((secret) => new Webhook(secret));
  const dispatcher = new Agent({ allowH2: false });
  const send: Send = async (url, delivery, leaving) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([leaving, timeout]);
    const headers = headersOf(delivery, signers, clock.now());
    try {
      const answer = await request(url, { method: "POST", body: delivery.body, headers, signal, dispatcher });
      // What it says does not matter, not even that it breaks off.
      answer.body.dump({ limit: mostBodyBytes, signal }).catch(() => {});
      return judge(answer, clock.now());
    } catch (fault) {
      return { kind: "failed", why: timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(fault) };
    }
  };
  return { send, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}

function headersOf({ webhookId, body }: Delivery, signers: readonly Webhook[], nowAt: number): Record<string, string> {
  const signedAt = new Date(nowAt);
  return {
    "content-type": "application/json",
    "user-agent": "Tidegate",
    "webhook-id": webhookId,
    "webhook-timestamp": String(Math.floor(nowAt / 1_000)),
    "webhook-signature": signers.map((signer) => signer.sign(webhookId, signedAt, body)).join(" "),
  };
}

function judge({ statusCode: status, headers }: Dispatcher.ResponseData, nowAt: number): Sent {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) return { kind: "gone" };
  const why = `status ${status}`;
  if (status < 500 && !passing.has(status)) return { kind: "refused", why };
  const asked = headers["retry-after"];
  const given = new Headers(typeof asked === "string" ? { "retry-after": asked } : {});
  return { kind: "failed", why, retryAfterMs: readRetryAfterMs(given, nowAt) };
}

/** The code alone: messages may tell what is in the address. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return "unknown";
  return "code" in fault && typeof fault.code === "string" ? fault.code : fault.name;
}
