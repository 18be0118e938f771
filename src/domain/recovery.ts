import type { ErrorCode } from "../contract/errors.ts";
import type { FailureReason, RelayFailure } from "./relay.ts";

/** What may be tried again (U4). All times in milliseconds. */
export interface RecoverySettings {
  /** Attempts with one model before the first text. */
  readonly triesPerModel: number;
  /** Times a broken answer is taken up again. */
  readonly continuations: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly backoffMs: number;
  /** From the start of the turn; no wait may go beyond it. */
  readonly startDeadlineMs: number;
}

export const defaultRecovery: RecoverySettings = {
  triesPerModel: 3,
  continuations: 2,
  backoffMs: 1_000,
  startDeadlineMs: 30_000,
};

/** How far a turn has come when an attempt fails. */
export interface Progress {
  /** Attempts with the present model that brought no text, this one included. */
  readonly tries: number;
  readonly continuations: number;
  readonly hasText: boolean;
  readonly hasNextModel: boolean;
  /** Since the turn started. */
  readonly elapsedMs: number;
}

export type Recovery =
  | { readonly kind: "retry"; readonly waitMs: number }
  | { readonly kind: "next-model" }
  | { readonly kind: "continue"; readonly waitMs: number }
  | { readonly kind: "give-up" };

const giveUp: Recovery = { kind: "give-up" };

/** No other attempt can go better until a person has mended something. */
const hopeless: ReadonlySet<FailureReason> = new Set(["bad-key", "bad-request", "spend-limit", "declined"]);

/** A customer in the middle of reading is not kept waiting longer, whatever the relay asks for. */
const longestPauseMs = 10_000;

/**
 * What to do after a failed attempt (U4): before the first text try again with growing, jittered waits, obeying the
 * relay's `retry-after` within the deadline, then the next model; after it take the answer up again, at most twice.
 *
 * @param random gives numbers from 0 to below 1
 */
export function recover(
  failure: RelayFailure,
  progress: Progress,
  settings: RecoverySettings,
  random: () => number,
): Recovery {
  if (hopeless.has(failure.reason)) return giveUp;
  if (progress.hasText) {
    if (progress.continuations >= settings.continuations || failure.reason === "too-long") return giveUp;
    const pauseMs = waitMs(failure, progress.continuations, settings, random);
    return pauseMs > longestPauseMs ? giveUp : { kind: "continue", waitMs: pauseMs };
  }
  // An answer without a word comes again without a word, from any model: one repeat is enough.
  if (failure.reason === "empty" && progress.tries > 1) return giveUp;
  const another: Recovery = progress.hasNextModel ? { kind: "next-model" } : giveUp;
  if (failure.reason === "unknown-model" || progress.tries >= settings.triesPerModel) return another;
  const wait = waitMs(failure, progress.tries, settings, random);
  return progress.elapsedMs + wait > settings.startDeadlineMs ? another : { kind: "retry", waitMs: wait };
}

/** The first continuation starts at once: the customer is reading. Otherwise 1 s, 2 s, 4 s, up to a fifth longer. */
function waitMs(failure: RelayFailure, failures: number, settings: RecoverySettings, random: () => number): number {
  const backoff = failures === 0 ? 0 : settings.backoffMs * 2 ** (failures - 1);
  return Math.max(backoff * (1 + random() / 5), failure.retryAfterMs ?? 0);
}

/**
 * The share of upstream calls that may be repeats (U4: calls ≤ 1.1 × turns): each turn earns a tenth of a repeat. The
 * reserve lets a quiet server repeat at all, and is the most that can be saved up.
 */
export class RetryBudget {
  readonly #share: number;
  readonly #reserve: number;
  #saved: number;

  constructor(share = 0.1, reserve = 20) {
    this.#share = share;
    this.#reserve = reserve;
    this.#saved = reserve;
  }

  earn(): void {
    this.#saved = Math.min(this.#reserve, this.#saved + this.#share);
  }

  /** True when a repeat may be made now. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}

const codes: Record<FailureReason, ErrorCode> = {
  "bad-key": "assistant-unavailable",
  "unknown-model": "assistant-unavailable",
  "bad-request": "assistant-unavailable",
  "spend-limit": "assistant-unavailable",
  "rate-limit": "assistant-busy",
  overloaded: "assistant-busy",
  "server-error": "assistant-unreachable",
  unreachable: "assistant-unreachable",
  "slow-start": "assistant-slow",
  stall: "assistant-slow",
  "too-long": "assistant-cut",
  cut: "assistant-cut",
  broken: "assistant-cut",
  empty: "assistant-unreachable",
  declined: "assistant-declined",
};

/** What the customer is told of a failure. A half-written answer broke off, whatever the reason. */
export function customerError(failure: RelayFailure, hasText: boolean): ErrorCode {
  return hasText ? "assistant-cut" : codes[failure.reason];
}
