import { TokenBucket } from "limiter";
import { TidegateError } from "../contract/errors.ts";
import type { Clock } from "../domain/clock.ts";

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket that begins full: the library's begins empty. Local to this process. */
export function openBucket({ perSecond, burst }: Rate): TokenBucket {
  const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: "second" });
  bucket.content = burst;
  return bucket;
}

/** Until `bucket` has another token. */
export function waitMs(bucket: TokenBucket, { perSecond }: Rate): number {
  return Math.ceil((Math.max(0, 1 - bucket.content) / perSecond) * 1_000);
}

/**
 * One bucket for each key (a customer, an address), local to this process. A key that was silent for a while is
 * forgotten; its bucket would be full again by then.
 */
export class Rates {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #refused: () => void;
  readonly #turnoverMs: number;
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();
  #turnedAt: number;

  /** @param refused told each time that somebody has to wait */
  constructor(rate: Rate, clock: Clock, refused: () => void = () => {}) {
    this.#rate = rate;
    this.#clock = clock;
    this.#refused = refused;
    this.#turnoverMs = Math.max(10_000, (rate.burst / rate.perSecond) * 1_000);
    this.#turnedAt = clock.elapsed();
  }

  /** True when `key` may go on, at the price of one token. */
  take(key: string): boolean {
    const isTaken = this.#bucket(key).tryRemoveTokens(1);
    if (!isTaken) this.#refused();
    return isTaken;
  }

  /** Like {@link take}, but @throws {TidegateError} `rate-limited` with the time to wait. */
  demand(key: string): void {
    const bucket = this.#bucket(key);
    if (bucket.tryRemoveTokens(1)) return;
    this.#refused();
    throw TidegateError.often("rate-limited", { retryAfterMs: waitMs(bucket, this.#rate) });
  }

  #bucket(key: string): TokenBucket {
    this.#turnOver();
    const known = this.#young.get(key) ?? this.#old.get(key) ?? openBucket(this.#rate);
    this.#young.set(key, known);
    return known;
  }

  #turnOver(): void {
    const now = this.#clock.elapsed();
    if (now - this.#turnedAt < this.#turnoverMs) return;
    this.#turnedAt = now;
    this.#old = this.#young;
    this.#young = new Map();
  }
}

/** One connection is one caller of a namespace, however often it asks to be let in (X2). */
export class Engaged {
  readonly #connections = new WeakSet<object>();

  /** False for a connection that stands there, or is about to. */
  enter(socket: Joining): boolean {
    if (this.#connections.has(socket.conn)) return false;
    this.#connections.add(socket.conn);
    socket.once("disconnect", () => this.leave(socket));
    return true;
  }

  leave({ conn }: Joining): void {
    this.#connections.delete(conn);
  }
}

interface Joining {
  readonly conn: object;
  once(event: "disconnect", done: () => void): unknown;
}

/** How many of each key are here at the same time, local to this process. */
export class Crowd {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  isFull(key: string): boolean {
    return (this.#counts.get(key) ?? 0) >= this.#most;
  }

  /** Gives the function that leaves again. */
  enter(key: string): () => void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}
