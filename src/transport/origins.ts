import type { IncomingMessage } from "node:http";

export interface OriginOptions {
  /** As configured: origins, or `*`. */
  readonly allowed: readonly string[];
  /** A demonstration also serves pages of the developer's own machine. */
  readonly demonstration: boolean;
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Which pages may connect (X2). Programs send no origin and are known by their token alone. */
export class Origins {
  readonly #options: OriginOptions;

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  /** @param host the `Host` header: a page of the server itself is always allowed */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    if (this.#options.allowed.includes("*") || this.#options.allowed.includes(origin)) return true;
    const parsed = URL.parse(origin);
    if (parsed === null) return false;
    return parsed.host === host || (this.#options.demonstration && loopbackHost.test(parsed.hostname));
  }

  allowsRequest(request: IncomingMessage): boolean {
    return this.allows(request.headers.origin, request.headers.host);
  }
}

/** The client's address, read where the last trusted proxy wrote it. */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const own = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return own;
  const named = String(request.headers["x-forwarded-for"] ?? "").split(",");
  return named.at(-trustedProxies)?.trim() || own;
}
