import { type buildConnector, Pool } from "undici";
import type { Carrier, WireRequest } from "./carrier.ts";
import type { Exchange } from "./exchange.ts";

/** How long an unused connection is kept. A relay that says less by `keep-alive` is obeyed. */
const keepAliveMs = 20_000;

/** HTTP/1.1: a connection for each open answer. */
export class Http1Carrier implements Carrier {
  readonly protocol = "HTTP/1.1";
  readonly #pool: Pool;

  constructor(origin: string, connect: buildConnector.connector) {
    const noClocks = { headersTimeout: 0, bodyTimeout: 0 };
    this.#pool = new Pool(origin, { connect, keepAliveTimeout: keepAliveMs, allowH2: false, ...noClocks });
  }

  dispatch(request: WireRequest, exchange: Exchange): void {
    this.#pool.dispatch(request, exchange);
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}
