import type { Socket } from "node:net";
import type { buildConnector } from "undici";

/** No text is written so fast that so much of it comes within a rest: it had waited, and more of it may. */
const backlogBytes = 4_096;

/** What was asked for while the bytes of one read are parsed. */
interface Wish {
  readonly ms: number;
  readonly over: () => void;
}

/**
 * Connections over HTTP/1.1 that rest between two reads where the reader of an answer asks for it. What comes meanwhile waits with
 * the system, and is read in one go: reading costs about as much for one piece of text as for five.
 *
 * A socket reads on by itself as long as its `push` says that there is room (Node's streams), so that one which is to rest says that
 * there is none, and is asked to read on by `_read` before its bytes are parsed. What is asked then is done when they are.
 */
export class Resting {
  /** The connection whose bytes are being parsed. */
  #parsed: Rest | null = null;

  /** Connections made by `connect`, which may rest. */
  over(connect: buildConnector.connector): buildConnector.connector {
    return (target, connected) =>
      connect(target, (fault, socket) => {
        if (fault !== null) return connected(fault, null);
        this.#let(socket);
        connected(null, socket);
      });
  }

  /**
   * To be called while bytes are being parsed: the connection that brought them is not read for `ms` milliseconds from then on; the
   * last word counts. At any other time nothing is done.
   *
   * @param over called once, when it is read again, or has not rested at all
   * @returns whether it is called
   */
  readonly ask = (ms: number, over: () => void): boolean => {
    this.#parsed?.wish({ ms, over });
    return this.#parsed !== null;
  };

  /** Whoever parses takes what is there by `read`, until that gives null. */
  #let(socket: Socket): void {
    const rest = new Rest(socket, socket._read.bind(socket));
    const push = socket.push.bind(socket);
    const take = socket.read.bind(socket);
    socket.push = (chunk, encoding) => push(chunk, encoding) && !rest.isUsual;
    socket._read = (size) => rest.readOn(size);
    socket.read = (size) => {
      const chunk: Buffer | null = take(size);
      if (chunk !== null) {
        this.#parsed = rest;
        rest.took(chunk.length);
      } else {
        if (this.#parsed === rest) this.#parsed = null;
        rest.parsed();
      }
      return chunk;
    };
  }
}

/** When one connection is read, and when it is not. */
class Rest {
  /** It rested last time, or will: the system is asked for no more before what has come is parsed. */
  isUsual = false;
  readonly #socket: Socket;
  readonly #readOn: (size: number) => void;
  #wish: Wish | null = null;
  /** How much was asked for while it was not decided whether it rests. */
  #held: number | null = null;
  #bytes = 0;

  constructor(socket: Socket, readOn: (size: number) => void) {
    this.#socket = socket;
    this.#readOn = readOn;
  }

  wish(wish: Wish): void {
    this.#wish?.over();
    this.#wish = wish;
  }

  took(bytes: number): void {
    this.#bytes += bytes;
  }

  readOn(size: number): void {
    if (this.isUsual) this.#held = size;
    else this.#readOn(size);
  }

  /** All that has come is parsed. */
  parsed(): void {
    const wish = this.#wish;
    const held = this.#held;
    const isBehind = this.#bytes >= backlogBytes;
    this.#wish = null;
    this.#held = null;
    this.#bytes = 0;
    this.isUsual = wish !== null && wish.ms > 0;
    if (held !== null && wish !== null && this.isUsual && !isBehind) {
      setTimeout(() => this.#wake(held, wish), wish.ms);
      return;
    }
    if (held !== null) this.#readOn(held);
    wish?.over();
  }

  #wake(held: number, { over }: Wish): void {
    if (!this.#socket.destroyed) this.#readOn(held);
    over();
  }
}
