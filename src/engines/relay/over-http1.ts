import type { Dispatcher } from "undici";
import type { Abortable, Exchange, RawHeaders } from "./exchange.ts";
import { coded, codeOf } from "./faults.ts";

const code = "SPOKE_HTTP2";

/** An exchange over HTTP/1.1 that begins anew where the connection for it turns out to speak HTTP/2. */
export class OverHttp1 implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #anew: () => void;

  constructor(exchange: Exchange, anew: () => void) {
    this.#exchange = exchange;
    this.#anew = anew;
  }

  /** What such a connection fails with. */
  static spokeHttp2(): Error {
    return coded("The relay has changed to HTTP/2.", code);
  }

  onRequestStart(controller: Abortable): void {
    this.#exchange.onRequestStart(controller);
  }

  onResponseStart(controller: Abortable, status: number, headers: RawHeaders): void {
    this.#exchange.onResponseStart(controller, status, headers);
  }

  onResponseData(controller: Abortable, chunk: Buffer): void {
    this.#exchange.onResponseData(controller, chunk);
  }

  onResponseEnd(): void {
    this.#exchange.onResponseEnd();
  }

  onResponseError(controller: Abortable, error: Error): void {
    if (codeOf(error) === code) this.#anew();
    else this.#exchange.onResponseError(controller, error);
  }
}
