import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { WireRequest } from "./carrier.ts";
import type { Exchange } from "./exchange.ts";
import { coded, codeOf, streamCode } from "./faults.ts";

/** No new answers after so long: a relay that has grown, or moved, gets its share of them. */
const maxAgeMs = 300_000;
/** How often a connection is looked at, and how many looks without an answer it is kept for the next one. */
const lookMs = 1_000;
const keptLooks = 20;
/** Enough for what comes while this process does something else; without it, the relay waits for each 64 kB to be read. */
const windowBytes = 1_048_576;

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

/** What becomes of a request that the relay has not looked at: it can be made again without asking for anything twice. */
export interface Unserved {
  readonly refused: () => void;
  readonly wantsHttp1: () => void;
}

/**
 * One connection that carries several answers at a time. It takes no more of them once the relay wants to close it, it is
 * old, or the relay does not even answer a ping; those it carries live and die by their own clocks (U2), as they would on
 * connections of their own.
 */
export class Http2Connection {
  readonly #authority: string;
  readonly #session: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #most: number;
  readonly #bornAt = performance.now();
  readonly #looking: NodeJS.Timeout;
  #answers = 0;
  #idleLooks = 0;
  #readBytes = 0;
  /** A ping is on its way. */
  #isAsked = false;
  /** Not even the ping was answered. */
  #isSilent = false;

  /** `most` answers at a time, or as many as the relay allows. */
  constructor(origin: string, socket: TLSSocket, most: number, closed: (connection: Http2Connection) => void) {
    this.#most = most;
    this.#authority = new URL(origin).host;
    this.#socket = socket;
    const settings = { enablePush: false, initialWindowSize: windowBytes };
    this.#session = connect(origin, { createConnection: () => socket, settings });
    this.#session.setLocalWindowSize(windowBytes);
    this.#looking = setInterval(this.#look, lookMs).unref();
    // What breaks the connection is told by each of its streams.
    this.#session.on("error", () => {});
    this.#session.once("close", () => {
      clearInterval(this.#looking);
      closed(this);
    });
  }

  get hasRoom(): boolean {
    const { maxConcurrentStreams = this.#most } = this.#session.remoteSettings;
    return this.#answers < Math.min(this.#most, maxConcurrentStreams) && this.#isWelcome;
  }

  send(request: WireRequest, exchange: Exchange, unserved: Unserved): void {
    const stream = this.#open(request);
    if (stream === null) return unserved.refused();
    this.#answers++;
    this.#idleLooks = 0;
    carry(stream, exchange, unserved, () => this.#answers--);
  }

  destroy(): void {
    this.#session.destroy();
  }

  get #isWelcome(): boolean {
    const { closed, destroyed } = this.#session;
    return !closed && !destroyed && !this.#isSilent && performance.now() - this.#bornAt < maxAgeMs;
  }

  /** Null once the relay has said that it takes no more. */
  #open({ method, path, headers, body }: WireRequest): ClientHttp2Stream | null {
    if (this.#session.closed || this.#session.destroyed) return null;
    const pseudo = { ":method": method, ":path": path, ":scheme": "https", ":authority": this.#authority };
    const length = body === null ? {} : { "content-length": Buffer.byteLength(body) };
    const stream = this.#session.request({ ...pseudo, ...headers, ...length }, { endStream: body === null });
    if (body !== null) stream.end(body);
    return stream;
  }

  readonly #look = (): void => {
    const isHeard = this.#socket.bytesRead !== this.#readBytes;
    this.#readBytes = this.#socket.bytesRead;
    if (this.#answers === 0) return this.#lookIdle();
    if (isHeard) this.#isSilent = false;
    else if (this.#isAsked) this.#isSilent = true;
    else this.#ask();
  };

  #lookIdle(): void {
    if (this.#isSilent) this.#session.destroy();
    else if (++this.#idleLooks >= keptLooks || !this.#isWelcome) this.#session.close();
  }

  #ask(): void {
    if (this.#session.destroyed) return;
    this.#isAsked = this.#session.ping(() => {
      this.#isAsked = false;
    });
  }
}

/** Brings the request's answer from its stream to the exchange. */
function carry(stream: ClientHttp2Stream, exchange: Exchange, unserved: Unserved, closed: () => void): void {
  let isAnswered = false;
  let isUnsent = false;
  let fault: Error | null = null;
  stream.on("response", ({ ":status": status = 0, ...headers }) => {
    isAnswered = true;
    exchange.onResponseStart(null, status, headers);
  });
  stream.on("data", (chunk: Buffer) => exchange.onResponseData(null, chunk));
  stream.on("frameError", (type) => {
    isUnsent ||= type === 1;
  });
  stream.on("error", (error) => {
    fault = error;
  });
  stream.on("close", () => {
    closed();
    const { rstCode = NGHTTP2_NO_ERROR } = stream;
    if (!isAnswered && (isUnsent || rstCode === NGHTTP2_REFUSED_STREAM)) unserved.refused();
    else if (!isAnswered && rstCode === NGHTTP2_HTTP_1_1_REQUIRED) unserved.wantsHttp1();
    else if (isAnswered && fault === null && rstCode === NGHTTP2_NO_ERROR) exchange.onResponseEnd();
    else exchange.onResponseError(null, toldFault(rstCode, fault));
  });
  exchange.onRequestStart({ abort: () => stream.close(NGHTTP2_CANCEL) });
}

/** A code that the relay gave says more than what is made of it here; that of a stream that was lost says nothing. */
function toldFault(rstCode: number, fault: Error | null): Error {
  if (rstCode === NGHTTP2_NO_ERROR || rstCode === NGHTTP2_CANCEL) return fault ?? coded("It was closed.", "ECONNRESET");
  if (fault !== null && !codeOf(fault).startsWith("ERR_HTTP2_STREAM")) return fault;
  return coded("The relay ended the stream.", streamCode(rstCode));
}
