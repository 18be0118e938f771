/** What one of the relay's limits leaves for a model. */
export interface RelayLimit {
  readonly kind: "requests" | "tokens" | "input-tokens" | "output-tokens";
  readonly limit: number;
  readonly remaining: number;
  /** Until all of it is there again, in milliseconds. */
  readonly resetMs: number;
}

/** Below this share nothing more is begun, until so much has grown back. */
const lowShare = 0.05;
const enoughShare = 0.1;
const longestRestMs = 5_000;

/** For how long nothing more should be begun (A10): a relay's hint, since it may round what it says or count for others too. */
export function restMs(limits: readonly RelayLimit[]): number {
  return Math.max(0, ...limits.map(restOf));
}

function restOf({ limit, remaining, resetMs }: RelayLimit): number {
  if (remaining >= lowShare * limit) return 0;
  const perMs = (limit - remaining) / Math.max(1, resetMs);
  return Math.min(longestRestMs, Math.ceil((enoughShare * limit - remaining) / perMs));
}
