import { buildConnector } from "undici";
import type { Carrier } from "./carrier.ts";
import { Exchange } from "./exchange.ts";
import { Http1Carrier } from "./http1-carrier.ts";
import { HttpsCarrier } from "./https-carrier.ts";

export interface WireOptions {
  readonly baseUrl: string;
  /** Sent with every request; nothing that the SDK adds from the environment is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connectMs: number;
  /** Whether HTTP/2 is asked for over TLS. */
  readonly http2: boolean;
}

/** The SDK's way to the relay: `fetch` reaches the relay's origin and no other, and never follows a redirect. */
export interface Wire extends AsyncDisposable {
  readonly fetch: typeof fetch;
  readonly protocol: Carrier["protocol"];
}

/** Opens connections as requests need them, each kept for the next one (U2: no clocks here but that of connecting). */
export function openWire(options: WireOptions): Wire {
  const { origin } = new URL(options.baseUrl);
  const carrier = openCarrier(origin, options);
  const send: typeof fetch = (input, init) => {
    const url = String(input);
    if (!url.startsWith(`${origin}/`)) return Promise.reject(new Error("The SDK asked for another host."));
    const exchange = new Exchange(url, init?.signal ?? null, carrier.rest);
    const method = init?.method === "GET" ? "GET" : "POST";
    const body = typeof init?.body === "string" ? init.body : null;
    carrier.dispatch({ path: url.slice(origin.length), method, headers: options.headers, body }, exchange);
    return exchange.answer;
  };
  return {
    fetch: send,
    get protocol() {
      return carrier.protocol;
    },
    [Symbol.asyncDispose]: () => carrier.destroy(),
  };
}

function openCarrier(origin: string, { http2, connectMs }: WireOptions): Carrier {
  if (http2 && origin.startsWith("https:")) return new HttpsCarrier(origin, connectMs);
  return new Http1Carrier(origin, buildConnector({ timeout: connectMs, allowH2: false }));
}
