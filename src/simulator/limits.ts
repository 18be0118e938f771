import { failures, Refused } from "./failures.ts";

/** What one key may use of one model in a minute. */
export interface Limits {
  readonly requestsPerMinute: number;
  readonly inputTokensPerMinute: number;
  readonly outputTokensPerMinute: number;
}

/** Wide enough that only tests meet them. */
export const wideLimits: Limits = {
  requestsPerMinute: 600_000,
  inputTokensPerMinute: 2_000_000_000,
  outputTokensPerMinute: 600_000_000,
};

interface Bucket {
  left: number;
  atMs: number;
}

type Kind = "requests" | "input-tokens" | "output-tokens";
type Spend = Readonly<Record<Kind, number>>;

const minuteMs = 60_000;
const kinds: readonly Kind[] = ["requests", "input-tokens", "output-tokens"];

/** Token buckets per key and model, full at the start, refilled all the time. */
export class RateLimits {
  readonly #limit: Spend;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: Limits) {
    this.#limit = {
      requests: limits.requestsPerMinute,
      "input-tokens": limits.inputTokensPerMinute,
      "output-tokens": limits.outputTokensPerMinute,
    };
  }

  /** Takes a request's share and gives the headers. Throws `Refused` (429) and takes nothing when a bucket is empty. */
  spend(account: string, spend: Spend, nowMs: number): Record<string, string> {
    const empty = kinds.find((kind) => this.#bucket(account, kind, nowMs).left < Math.min(spend[kind], 1));
    if (empty !== undefined) this.#refuse(account, empty, nowMs);
    for (const kind of kinds) this.#bucket(account, kind, nowMs).left -= spend[kind];
    return this.headers(account, nowMs);
  }

  headers(account: string, nowMs: number): Record<string, string> {
    const left = (kind: Kind) => Math.max(0, this.#bucket(account, kind, nowMs).left);
    const bothTokens = this.#limit["input-tokens"] + this.#limit["output-tokens"];
    return Object.fromEntries([
      ...kinds.flatMap((kind) => headersOf(kind, this.#limit[kind], left(kind), nowMs)),
      ...headersOf("tokens", bothTokens, left("input-tokens") + left("output-tokens"), nowMs),
    ]);
  }

  #bucket(account: string, kind: Kind, nowMs: number): Bucket {
    const limit = this.#limit[kind];
    const key = `${account}:${kind}`;
    const known = this.#buckets.get(key) ?? { left: limit, atMs: nowMs };
    known.left = Math.min(limit, known.left + ((nowMs - known.atMs) / minuteMs) * limit);
    known.atMs = nowMs;
    this.#buckets.set(key, known);
    return known;
  }

  #refuse(account: string, kind: Kind, nowMs: number): never {
    const missing = 1 - this.#bucket(account, kind, nowMs).left;
    const waitSeconds = Math.max(1, Math.ceil((missing / this.#limit[kind]) * (minuteMs / 1000)));
    const what = kind.replace("-", " ");
    throw new Refused({
      ...failures["rate-limit"],
      message: `This request would exceed your organization's rate limit of ${this.#limit[kind]} ${what} per minute.`,
      retryAfter: String(waitSeconds),
    });
  }
}

function headersOf(kind: string, limit: number, left: number, nowMs: number): [string, string][] {
  const resetMs = nowMs + ((limit - left) / limit) * minuteMs;
  const shown = kind === "requests" ? Math.floor(left) : Math.round(left / 1000) * 1000;
  return [
    [`anthropic-ratelimit-${kind}-limit`, String(limit)],
    [`anthropic-ratelimit-${kind}-remaining`, String(shown)],
    [`anthropic-ratelimit-${kind}-reset`, `${new Date(resetMs).toISOString().slice(0, 19)}Z`],
  ];
}
