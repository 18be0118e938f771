import { type buildConnector, type Dispatcher, Pool } from "undici";
import type { Carrier, WireRequest } from "./carrier.ts";
import { Resting } from "./resting.ts";

/** How long an unused connection is kept. A relay that says less by `keep-alive` is obeyed. */
export const keepAliveMs = 20_000;

/** HTTP/1.1: a connection for each open answer. */
export class Http1Carrier implements Carrier {
  readonly protocol = "HTTP/1.1";
  readonly #resting = new Resting();
  readonly rest = this.#resting.ask;
  readonly #pool: Pool;

  constructor(origin: string, connector: buildConnector.connector) {
    const noClocks = { headersTimeout: 0, bodyTimeout: 0 };
    const connect = this.#resting.over(connector);
    this.#pool = new Pool(origin, { connect, keepAliveTimeout: keepAliveMs, allowH2: false, ...noClocks });
  }

  dispatch(request: WireRequest, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(request, handler);
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}
