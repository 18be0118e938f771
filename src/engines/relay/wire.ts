import { Pool } from "undici";
import { Exchange } from "./exchange.ts";

export interface WireOptions {
  readonly baseUrl: string;
  /** Sent with every request; nothing that the SDK adds from the environment is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connectMs: number;
  readonly maxConnections: number | null;
}

/** The SDK's way to the relay: `fetch` reaches the relay's origin and no other, and never follows a redirect. */
export interface Wire extends AsyncDisposable {
  readonly fetch: typeof fetch;
}

/** How long an unused connection is kept. A relay that says less by `keep-alive` is obeyed. */
const keepAliveMs = 20_000;

/** Opens connections as requests need them, each kept for the next one (U2: no clocks here but that of connecting). */
export function openWire(options: WireOptions): Wire {
  const { origin } = new URL(options.baseUrl);
  const pool = new Pool(origin, {
    connections: options.maxConnections,
    connect: { timeout: options.connectMs },
    keepAliveTimeout: keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  const send: typeof fetch = (input, init) => {
    const url = String(input);
    if (!url.startsWith(`${origin}/`)) return Promise.reject(new Error("The SDK asked for another host."));
    const exchange = new Exchange(url, init?.signal ?? null);
    const method = init?.method === "GET" ? "GET" : "POST";
    const body = typeof init?.body === "string" ? init.body : null;
    pool.dispatch({ path: url.slice(origin.length), method, headers: options.headers, body }, exchange);
    return exchange.answer;
  };
  return { fetch: send, [Symbol.asyncDispose]: () => pool.destroy() };
}
