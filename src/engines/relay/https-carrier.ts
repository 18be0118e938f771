import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { Carrier, WireRequest } from "./carrier.ts";
import type { Exchange } from "./exchange.ts";
import { coded } from "./faults.ts";
import { Http1Carrier } from "./http1-carrier.ts";
import { Http2Connection } from "./http2-connection.ts";

/** Answers on one connection at most: what is lost with it, or held up by one lost packet (docs/relay.md). */
const answersPerConnection = 8;
/** How long a relay that chose HTTP/1.1 is taken at its word. */
const http1Ms = 600_000;
/** How often a request that the relay did not look at is made again: a relay that is being restarted refuses some. */
const mostTries = 3;

interface Waiting {
  readonly request: WireRequest;
  readonly exchange: Exchange;
  readonly tries: number;
}

/** A connection that is being made, and the requests that will go over it. */
type Opening = Waiting[];

/**
 * HTTP/2 where the relay offers it (ALPN, RFC 7301): then a few answers share a connection, and one read brings the text of
 * several. Else HTTP/1.1. Which of the two is asked with the first connection, and for each further one over HTTP/2.
 */
export class HttpsCarrier implements Carrier {
  readonly #origin: string;
  readonly #most: number;
  readonly #target: buildConnector.Options;
  readonly #connect: buildConnector.connector;
  readonly #http1: Http1Carrier;
  readonly #connections: Http2Connection[] = [];
  readonly #openings = new Set<Opening>();
  /** Connected to ask for the protocol, and open for HTTP/1.1. */
  readonly #spare: Socket[] = [];
  #isHttp2 = false;
  #http1Until = 0;
  #isDestroyed = false;

  constructor(origin: string, connectMs: number, most = answersPerConnection) {
    this.#most = most;
    const { host, hostname, port, protocol } = new URL(origin);
    this.#origin = origin;
    this.#target = { host, hostname: hostname.replace(/^\[|\]$/g, ""), port, protocol };
    this.#connect = buildConnector({ timeout: connectMs, allowH2: true, preferH2: true });
    const connectHttp1 = buildConnector({ timeout: connectMs, allowH2: false });
    this.#http1 = new Http1Carrier(origin, (options, connected) => {
      const spare = this.#spare.pop();
      if (spare === undefined || spare.destroyed) connectHttp1(options, connected);
      // The pool does not look for what happens while it asks.
      else queueMicrotask(() => connected(null, spare));
    });
  }

  get protocol(): Carrier["protocol"] {
    return this.#isHttp2 ? "HTTP/2" : "HTTP/1.1";
  }

  dispatch(request: WireRequest, exchange: Exchange): void {
    this.#dispatch({ request, exchange, tries: 1 });
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    for (const opening of this.#openings) this.#fail(opening, closed());
    for (const connection of this.#connections.splice(0)) connection.destroy();
    for (const spare of this.#spare) spare.destroy();
    await this.#http1.destroy();
  }

  #dispatch(waiting: Waiting): void {
    if (waiting.exchange.isGivenUp) return;
    if (this.#isDestroyed) return waiting.exchange.onResponseError(null, closed());
    if (performance.now() < this.#http1Until) return this.#http1.dispatch(waiting.request, waiting.exchange);
    // The first with room: the others grow empty, and are closed.
    const connection = this.#connections.find(({ hasRoom }) => hasRoom);
    if (connection === undefined) this.#opening().push(waiting);
    else this.#send(connection, waiting);
  }

  #send(connection: Http2Connection, waiting: Waiting): void {
    const { request, exchange, tries } = waiting;
    if (exchange.isGivenUp) return;
    connection.send(request, exchange, {
      refused: () => {
        if (tries < mostTries) this.#dispatch({ request, exchange, tries: tries + 1 });
        else exchange.onResponseError(null, coded("The relay refused each try.", "REFUSED_STREAM"));
      },
      wantsHttp1: () => {
        this.#stayWithHttp1();
        this.#dispatch(waiting);
      },
    });
  }

  /** Until the protocol is known, all wait for the same connection. */
  #opening(): Opening {
    for (const opening of this.#openings) if (!this.#isHttp2 || opening.length < this.#most) return opening;
    const opening: Opening = [];
    this.#openings.add(opening);
    this.#connect(this.#target, (fault, socket) => {
      if (fault !== null) this.#fail(opening, fault);
      else if (this.#isDestroyed) socket.destroy();
      else this.#opened(opening, socket);
    });
    return opening;
  }

  #fail(opening: Opening, fault: Error): void {
    this.#openings.delete(opening);
    for (const { exchange } of opening.splice(0)) exchange.onResponseError(null, fault);
  }

  #opened(opening: Opening, socket: Socket | TLSSocket): void {
    this.#openings.delete(opening);
    if (socket instanceof TLSSocket && socket.alpnProtocol === "h2") this.#take(opening, socket);
    else this.#keep(socket);
    for (const waiting of opening.splice(0)) this.#dispatch(waiting);
  }

  /** As many as it may carry, whatever the relay says yet of how many it allows: so each is asked for after one connection. */
  #take(opening: Opening, socket: TLSSocket): void {
    this.#isHttp2 = true;
    const connection = new Http2Connection(this.#origin, socket, this.#most, () => {
      const at = this.#connections.indexOf(connection);
      if (at >= 0) this.#connections.splice(at, 1);
    });
    this.#connections.push(connection);
    for (const waiting of opening.splice(0, this.#most)) this.#send(connection, waiting);
  }

  #keep(socket: Socket): void {
    this.#spare.push(socket);
    this.#stayWithHttp1();
  }

  #stayWithHttp1(): void {
    this.#isHttp2 = false;
    this.#http1Until = performance.now() + http1Ms;
  }
}

function closed(): Error {
  return coded("The way to the relay is closed.", "UND_ERR_DESTROYED");
}
