import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Crowd, type Rates } from "./limits.ts";
import { addressOf, countedAs } from "./origins.ts";

/**
 * How many connections each address holds at the same time, and how many it makes (X2): all of them, also those on which
 * nothing or half a request was said. Behind proxies, which hold the connections and bound them, it is the sockets of each
 * address they name.
 */
export class Addresses {
  readonly #trustedProxies: number;
  readonly #crowd: Crowd;
  readonly #arrivals: Rates;

  /** @param arrivals of connections of any kind, from each address */
  constructor(trustedProxies: number, most: number, arrivals: Rates) {
    this.#trustedProxies = trustedProxies;
    this.#crowd = new Crowd(most);
    this.#arrivals = arrivals;
  }

  /** Counts what `http` takes; whatever is too much ends without a word, for a word would cost more. */
  watch(http: HttpServer): void {
    if (this.#isProxied) return;
    http.on("connection", (socket) => {
      const address = countedAs(socket.remoteAddress ?? "unknown");
      if (this.#crowd.isFull(address) || !this.#arrivals.take(address)) socket.destroy();
      else socket.once("close", this.#crowd.enter(address));
    });
  }

  isFull(request: IncomingMessage): boolean {
    return this.#isProxied && this.#crowd.isFull(this.#addressOf(request));
  }

  /** A socket that proxies brought; gives the function that leaves again. */
  enter(request: IncomingMessage): () => void {
    return this.#isProxied ? this.#crowd.enter(this.#addressOf(request)) : () => {};
  }

  get #isProxied(): boolean {
    return this.#trustedProxies > 0;
  }

  #addressOf(request: IncomingMessage): string {
    return addressOf(request, this.#trustedProxies);
  }
}
