import { setMaxListeners } from "node:events";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { Carrier, WireRequest } from "./carrier.ts";
import type { Exchange } from "./exchange.ts";
import { coded, codeOf } from "./faults.ts";
import { Http1Carrier, keepAliveMs } from "./http1-carrier.ts";
import { Http2Connection } from "./http2-connection.ts";
import { OverHttp1 } from "./over-http1.ts";

/** Answers on one connection at most: what is lost with it, or held up by one lost packet (docs/relay.md). */
const answersPerConnection = 8;
/** How often a request that the relay did not look at is made again: a relay that is being restarted refuses some. */
const mostTries = 3;
/** A connection that takes longer to be made is not waited for alone. */
const slowMs = 500;

interface Waiting {
  readonly request: WireRequest;
  readonly exchange: Exchange;
  readonly tries: number;
  readonly since: number;
}

/** A connection that is being made. */
interface Opening {
  isSlow: boolean;
}

/**
 * HTTP/2 where the relay offers it (ALPN, RFC 7301): then a few answers share a connection, and one read brings the text of
 * several. Else HTTP/1.1. Each new connection asks for the protocol, so that a relay may change it. What waits for a
 * connection takes the first that has room, whether it is a new one or not.
 */
export class HttpsCarrier implements Carrier {
  readonly #origin: string;
  readonly #connectMs: number;
  readonly #most: number;
  readonly #target: buildConnector.Options;
  /** Aborted, it closes every connection, those too that are being made. */
  readonly #closing = new AbortController();
  readonly #connect: buildConnector.connector;
  readonly #http1: Http1Carrier;
  /** For requests that the relay wants by HTTP/1.1 though it speaks HTTP/2. */
  readonly #http1Alone: Http1Carrier;
  readonly #connections: Http2Connection[] = [];
  readonly #openings = new Set<Opening>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  /** Connected to ask for the protocol, and open for HTTP/1.1. */
  readonly #spare = new Set<Socket>();
  /** As the latest connection chose; null before the first. */
  #protocol: Carrier["protocol"] | null = null;
  /** How many answers a connection may carry, as the relay told last; null before. */
  #allowed: number | null = null;

  constructor(origin: string, connectMs: number, most = answersPerConnection) {
    const { host, hostname, port, protocol } = new URL(origin);
    const { signal } = this.#closing;
    setMaxListeners(0, signal);
    this.#origin = origin;
    this.#connectMs = connectMs;
    this.#most = most;
    this.#target = { host, hostname: hostname.replace(/^\[|\]$/g, ""), port, protocol };
    this.#connect = buildConnector({ timeout: connectMs, allowH2: true, preferH2: true, signal });
    this.#http1 = new Http1Carrier(origin, (_, connected) => this.#connectHttp1(connected));
    this.#http1Alone = new Http1Carrier(origin, buildConnector({ timeout: connectMs, allowH2: false, signal }));
  }

  get protocol(): Carrier["protocol"] {
    return this.#protocol ?? "HTTP/1.1";
  }

  dispatch(request: WireRequest, exchange: Exchange): void {
    this.#dispatch({ request, exchange, tries: 1, since: performance.now() });
  }

  /** What is being parsed came by one of them, or by HTTP/2. */
  readonly rest: Carrier["rest"] = (ms, over) => this.#http1.rest(ms, over) || this.#http1Alone.rest(ms, over);

  async destroy(): Promise<void> {
    this.#closing.abort();
    for (const { exchange } of this.#waiting) exchange.onResponseError(null, closed());
    this.#waiting.clear();
    for (const connection of this.#connections.splice(0)) connection.destroy();
    await Promise.all([this.#http1.destroy(), this.#http1Alone.destroy()]);
  }

  #dispatch(waiting: Waiting): void {
    if (waiting.exchange.isGivenUp) return;
    if (this.#closing.signal.aborted) return waiting.exchange.onResponseError(null, closed());
    if (this.#protocol === "HTTP/1.1") return this.#sendByHttp1(waiting);
    this.#waiting.add(waiting);
    this.#serve();
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      // The first with room: the others grow empty, and are closed.
      const connection = this.#connections.find(({ hasRoom }) => hasRoom);
      const { isGivenUp } = waiting.exchange;
      if (connection === undefined && !isGivenUp) break;
      this.#waiting.delete(waiting);
      if (connection !== undefined && !isGivenUp) this.#send(connection, waiting);
    }
    this.#openEnough();
  }

  #send(connection: Http2Connection, { request, exchange, tries, since }: Waiting): void {
    connection.send(request, exchange, {
      refused: () => {
        if (tries < mostTries) this.#dispatch({ request, exchange, tries: tries + 1, since });
        else exchange.onResponseError(null, coded("The relay refused each try.", "REFUSED_STREAM"));
      },
      wantsHttp1: () => this.#http1Alone.dispatch(request, exchange),
    });
  }

  #sendByHttp1(waiting: Waiting): void {
    const { request, exchange } = waiting;
    this.#http1.dispatch(request, new OverHttp1(exchange, () => this.#dispatch(waiting)));
  }

  /** As many connections are being made as those who wait will need. */
  #openEnough(): void {
    if (this.#waiting.size === 0 || this.#mustWait) return;
    // Before the protocol is known, all wait for one.
    const each = this.#allowed === null ? this.#waiting.size : Math.max(1, Math.min(this.#most, this.#allowed));
    const needed = Math.ceil(this.#waiting.size / each);
    let promising = [...this.#openings].filter(({ isSlow }) => !isSlow).length;
    for (; promising < needed && this.#openings.size < 2 * needed + 2; promising++) this.#open();
  }

  /** A connection that could carry an answer has not said how many, or has said that it may carry none at all. */
  get #mustWait(): boolean {
    return this.#connections.some(
      ({ allowed, takesAnswers }) => takesAnswers && (allowed === 0 || (allowed === null && this.#allowed === null)),
    );
  }

  #open(): void {
    const opening: Opening = { isSlow: false };
    this.#openings.add(opening);
    const slow = setTimeout(() => {
      opening.isSlow = true;
      this.#openEnough();
    }, slowMs);
    this.#connect(this.#target, (fault, socket) => {
      clearTimeout(slow);
      this.#openings.delete(opening);
      if (fault !== null) this.#failed(fault);
      else if (isHttp2(socket)) this.#take(socket);
      else this.#keep(socket);
    });
  }

  /** Where time ran out, those wait on whose own time has not; else as many fail as it would have carried. */
  #failed(fault: Error): void {
    const isTimeOut = codeOf(fault) === "UND_ERR_CONNECT_TIMEOUT";
    const cameBefore = performance.now() - (isTimeOut ? this.#connectMs : 0);
    let left = this.#openings.size === 0 ? this.#waiting.size : (this.#allowed ?? this.#waiting.size);
    for (const waiting of this.#waiting) {
      if (left-- <= 0 || waiting.since > cameBefore) break;
      this.#waiting.delete(waiting);
      waiting.exchange.onResponseError(null, fault);
    }
    this.#openEnough();
  }

  #take(socket: TLSSocket): void {
    if (this.#closing.signal.aborted) return void socket.destroy();
    this.#protocol = "HTTP/2";
    const connection = new Http2Connection({
      origin: this.#origin,
      socket,
      most: this.#most,
      // Others would be refused by one that allows fewer.
      untilTold: this.#allowed ?? 1,
      changed: ({ allowed }) => {
        this.#allowed = allowed ?? this.#allowed;
        this.#serve();
      },
      closed: () => {
        const at = this.#connections.indexOf(connection);
        if (at >= 0) this.#connections.splice(at, 1);
        this.#serve();
      },
    });
    this.#connections.push(connection);
    this.#serve();
  }

  /** The relay chose HTTP/1.1: the connection is for whoever asks next. */
  #keep(socket: Socket): void {
    this.#protocol = "HTTP/1.1";
    this.#spare.add(socket);
    const forget = setTimeout(() => this.#spare.delete(socket) && socket.destroy(), keepAliveMs).unref();
    socket.once("close", () => {
      clearTimeout(forget);
      this.#spare.delete(socket);
    });
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const each of waiting) this.#dispatch(each);
  }

  #connectHttp1(connected: buildConnector.Callback): void {
    for (const spare of this.#spare) {
      this.#spare.delete(spare);
      // The pool does not look for what happens while it asks.
      return queueMicrotask(() => connected(null, spare));
    }
    this.#connect(this.#target, (fault, socket) => {
      if (fault !== null) return connected(fault, null);
      if (!isHttp2(socket)) return connected(null, socket);
      this.#take(socket);
      connected(OverHttp1.spokeHttp2(), null);
    });
  }
}

function isHttp2(socket: Socket | TLSSocket): socket is TLSSocket {
  return socket instanceof TLSSocket && socket.alpnProtocol === "h2";
}

function closed(): Error {
  return coded("The way to the relay is closed.", "UND_ERR_DESTROYED");
}
