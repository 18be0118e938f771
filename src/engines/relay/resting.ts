import type { Socket } from "node:net";
import { buildConnector } from "undici";

/**
 * Never read ahead: a socket asks the system for more only when its reader asks the socket. Of both directions, `highWaterMark`
 * would go first, and what is written has its usual room.
 */
const neverAhead = { highWaterMark: undefined, readableHighWaterMark: 0 };

/** A connection that is not read for so long once what it has brought is parsed. */
interface Rest {
  ms: number;
}

/**
 * Connections over plain TCP that rest between two reads where their reader asks for it. What comes meanwhile waits with the
 * system, and one read brings all of it: reading costs about as much for one piece of text as for five.
 */
export class RestingConnections {
  readonly #connect: buildConnector.connector;
  /** Of the connection whose bytes are being parsed. */
  #parsed: Rest | null = null;

  constructor(connectMs: number) {
    this.#connect = buildConnector({ timeout: connectMs, allowH2: false, ...neverAhead });
  }

  readonly connect: buildConnector.connector = (target, connected) => {
    this.#connect(target, (fault, socket) => {
      if (fault !== null) return connected(fault, null);
      this.#letRest(socket);
      connected(null, socket);
    });
  };

  /**
   * To be called while bytes are being parsed: the connection that brought them is not read again for `ms` milliseconds. The
   * last word before all is parsed counts; 0 takes it back. Called at any other time it does nothing.
   */
  readonly rest = (ms: number): void => {
    if (this.#parsed !== null) this.#parsed.ms = ms;
  };

  /** The parser takes what is there until `read` gives null, and asks the system for more, by `_read`, in that last call. */
  #letRest(socket: Socket): void {
    const rest: Rest = { ms: 0 };
    const take = socket.read.bind(socket);
    const readOn = socket._read.bind(socket);
    socket.read = (size) => {
      const chunk: unknown = take(size);
      this.#parsed = chunk === null ? null : rest;
      return chunk;
    };
    socket._read = (size) => {
      const { ms } = rest;
      rest.ms = 0;
      if (ms <= 0) return readOn(size);
      setTimeout(() => {
        if (!socket.destroyed) readOn(size);
      }, ms);
    };
  }
}
