import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { WireRequest } from "./carrier.ts";
import type { Exchange } from "./exchange.ts";
import { carry, type Unserved } from "./http2-answer.ts";

export interface Http2ConnectionOptions {
  readonly origin: string;
  readonly socket: TLSSocket;
  /** Answers at a time, or as many as the relay allows. */
  readonly most: number;
  /** So many until the relay has told how many it allows. */
  readonly untilTold: number;
  /** There may be room where there was none, or none where there was some. */
  readonly changed: (connection: Http2Connection) => void;
  readonly closed: (connection: Http2Connection) => void;
}

/** No new answers after so long: a relay that has grown, or moved, gets its share of them. */
const maxAgeMs = 300_000;
/** How often a connection is looked at, and for how many looks it is kept without an answer. */
const lookMs = 1_000;
const keptLooks = 20;
/** By then whatever was given up, or closed, is closed; else nobody is at the other end, or the system does not see it. */
const stuckLooks = 3;
/** Enough for what comes while this process does something else; without it, the relay waits for each 64 kB to be read. */
const windowBytes = 1_048_576;
/** For the largest requests of all its answers at once: with less, Node refuses what the relay sends. */
const maxSessionMemory = 64;

/**
 * One connection that carries several answers at a time. It takes no more of them once the relay wants to close it, it is
 * old, or the relay does not even answer a ping; those it carries live and die by their own clocks (U2), as they would on
 * connections of their own.
 */
export class Http2Connection {
  readonly #options: Http2ConnectionOptions;
  readonly #authority: string;
  readonly #session: ClientHttp2Session;
  readonly #bornAt = performance.now();
  readonly #looking: NodeJS.Timeout;
  /** As the relay has told; null before. */
  #allowed: number | null = null;
  /** Answers that somebody waits for. */
  #wanted = 0;
  /** Streams that are not closed, those too that were given up. */
  #streams = 0;
  /** Looks since somebody waited for an answer. */
  #idleLooks = 0;
  #readBytes = 0;
  /** A ping is on its way. */
  #isAsked = false;
  /** Not even the ping was answered. */
  #isSilent = false;

  constructor(options: Http2ConnectionOptions) {
    const { origin, socket, changed, closed } = options;
    this.#options = options;
    this.#authority = new URL(origin).host;
    const settings = { enablePush: false, initialWindowSize: windowBytes };
    this.#session = connect(origin, { createConnection: () => socket, settings, maxSessionMemory });
    this.#session.setLocalWindowSize(windowBytes);
    this.#looking = setInterval(this.#look, lookMs).unref();
    this.#session.on("remoteSettings", ({ maxConcurrentStreams = Number.POSITIVE_INFINITY }) => {
      this.#allowed = maxConcurrentStreams;
      changed(this);
    });
    // What breaks the connection is told by each of its streams.
    this.#session.on("error", () => {});
    this.#session.once("close", () => {
      clearInterval(this.#looking);
      closed(this);
    });
  }

  /** How many answers at a time the relay allows; null before it has told. */
  get allowed(): number | null {
    return this.#allowed;
  }

  get hasRoom(): boolean {
    const { most, untilTold } = this.#options;
    return this.#wanted < Math.min(most, this.#allowed ?? untilTold) && this.takesAnswers;
  }

  /** New ones, as soon as there is room. */
  get takesAnswers(): boolean {
    const { closed, destroyed } = this.#session;
    return !closed && !destroyed && !this.#isSilent && performance.now() - this.#bornAt < maxAgeMs;
  }

  send(request: WireRequest, exchange: Exchange, unserved: Unserved): void {
    if (this.#session.closed || this.#session.destroyed) return unserved.refused();
    let stream: ClientHttp2Stream;
    try {
      stream = this.#request(request);
    } catch (fault) {
      // CAST: what Node throws is an error. The request cannot be made, on any connection.
      return exchange.onResponseError(null, fault as Error);
    }
    this.#wanted++;
    this.#streams++;
    let isWanted = true;
    const leave = () => {
      if (isWanted) this.#wanted--;
      isWanted = false;
    };
    const closed = () => {
      this.#streams--;
      leave();
      this.#options.changed(this);
    };
    carry(stream, exchange, { ...unserved, givenUp: leave, closed });
  }

  destroy(): void {
    this.#session.destroy();
    // What is being written to one who does not read would keep it open.
    this.#options.socket.destroy();
  }

  #request({ method, path, headers, body }: WireRequest): ClientHttp2Stream {
    const pseudo = { ":method": method, ":path": path, ":scheme": "https", ":authority": this.#authority };
    const length = body === null ? {} : { "content-length": Buffer.byteLength(body) };
    const stream = this.#session.request({ ...pseudo, ...headers, ...length }, { endStream: body === null });
    if (body !== null) stream.end(body);
    return stream;
  }

  readonly #look = (): void => {
    const { bytesRead } = this.#options.socket;
    const isHeard = bytesRead !== this.#readBytes;
    this.#readBytes = bytesRead;
    if (this.#wanted === 0) return this.#lookIdle();
    this.#idleLooks = 0;
    const wasSilent = this.#isSilent;
    if (isHeard) this.#isSilent = false;
    else if (this.#isAsked) this.#isSilent = true;
    else this.#ask();
    if (this.#isSilent !== wasSilent) this.#options.changed(this);
  };

  #lookIdle(): void {
    this.#idleLooks++;
    const isEnding = this.#session.closed || this.#streams > 0;
    if (this.#isSilent || (isEnding && this.#idleLooks >= stuckLooks)) return this.destroy();
    if (isEnding || (this.#idleLooks < keptLooks && this.takesAnswers)) return;
    this.#idleLooks = 0;
    this.#session.close();
  }

  #ask(): void {
    if (this.#session.destroyed) return;
    this.#isAsked = this.#session.ping(() => {
      this.#isAsked = false;
    });
  }
}
