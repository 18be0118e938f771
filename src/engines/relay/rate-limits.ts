import type { RelayLimit } from "../../domain/relay-limits.ts";

const kinds = ["requests", "tokens", "input-tokens", "output-tokens"] as const;

/** The relay's `anthropic-ratelimit-…` headers, as far as it sends them and they can be read. */
export function readLimits(headers: Headers, nowMs: number): RelayLimit[] {
  return kinds.flatMap((kind) => {
    const read = (part: string) => headers.get(`anthropic-ratelimit-${kind}-${part}`) ?? "";
    const [limit, remaining] = [read("limit"), read("remaining")].map(wholeNumber);
    const resetMs = Date.parse(read("reset")) - nowMs;
    if (limit === undefined || remaining === undefined || Number.isNaN(resetMs)) return [];
    return [{ kind, limit, remaining, resetMs: Math.max(0, resetMs) }];
  });
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
