import type { Carrier } from "./carrier.ts";
import { BrokenAnswer } from "./faults.ts";

/** More bytes than this without one event are no stream of events any more. */
const maxEventBytes = 1_048_576;
/** How long the connection may stay open after the relay's end mark before it is closed instead of kept for reuse. */
const lingerMs = 1_000;
/** Text that comes so many times less often than it is to be read comes alone, as a rule. */
const sparse = 1.5;

/** Who reads a body, in the moment in which it comes. Nothing may throw. */
export interface BodyReader {
  read(chunk: Uint8Array): void;
  /** Nothing more comes; with what broke it off, or null when all has come. Called once, unless the reader leaves before. */
  end(fault: { readonly error: unknown } | null): void;
}

/**
 * The bytes of one answer, handed to the reader by the socket itself: no stream and no promise stands between the two. A
 * failure drops what was not read yet. Memory stays bounded as long as the reader reports events by `eventSeen`.
 */
export class RelayBody {
  receivedBytes = 0;
  /** The reader has what it wants; its leaving does not mean that the connection is to be closed. */
  released = false;
  readonly #close: (reason: Error) => void;
  readonly #rest: Carrier["rest"];
  /** When the last bytes came, or could have, pings too, on the clock of `performance.now()`. */
  #heardAt = performance.now();
  #rests = false;
  #reader: BodyReader | null = null;
  /** What came before there was a reader. */
  #early: Uint8Array[] = [];
  #end: { readonly fault: { readonly error: unknown } | null } | null = null;
  #eventBytes = 0;
  /** When the last text came. */
  #textAt = Number.NEGATIVE_INFINITY;
  #linger: NodeJS.Timeout | undefined;

  /**
   * @param close ends the exchange with the relay; calling it after the exchange ended must do nothing
   * @param rest lets the connection rest, see {@link mayRest}
   */
  constructor(close: (reason: Error) => void, rest: Carrier["rest"]) {
    this.#close = close;
    this.#rest = rest;
  }

  /** Since when the relay is silent, pings and all: while the connection rests, it is not known to be. */
  get silentSince(): number {
    return this.#rests ? performance.now() : this.#heardAt;
  }

  push(chunk: Uint8Array): void {
    if (this.#end !== null) return;
    this.#heardAt = performance.now();
    this.receivedBytes += chunk.length;
    this.#eventBytes += chunk.length;
    if (this.#eventBytes > maxEventBytes)
      return this.#close(new BrokenAnswer(`${maxEventBytes} bytes without an event`));
    if (this.#reader === null) this.#early.push(chunk);
    else this.#reader.read(chunk);
  }

  finish(): void {
    this.#settle(null);
  }

  fail(error: unknown): void {
    this.#early = [];
    this.#settle({ error });
  }

  /** Hands over all that has come and that comes from here on. There is one reader. */
  open(reader: BodyReader): void {
    const early = this.#early;
    this.#early = [];
    this.#reader = reader;
    for (const chunk of early) if (this.#reader === reader) reader.read(chunk);
    if (this.#end !== null && this.#reader === reader) reader.end(this.#end.fault);
  }

  /** To be called for each event read. */
  eventSeen(): void {
    this.#eventBytes = 0;
  }

  /**
   * What comes within the next `ms` milliseconds can be read in one go, if the connection allows for it. To be called for each
   * text: where they come less often than that, nothing is gained by a rest.
   */
  mayRest(ms: number): void {
    const sinceMs = this.#heardAt - this.#textAt;
    this.#textAt = this.#heardAt;
    if (sinceMs < sparse * ms && this.#end === null) this.#rests = this.#rest(ms, this.#restOver);
  }

  /** The reader has what it wants: the rest is dropped, and the connection is kept if the relay ends soon. */
  release(): void {
    this.#reader = null;
    if (this.#end !== null) return;
    this.released = true;
    this.#rest(0, this.#restOver);
    this.#linger = setTimeout(() => this.#close(new BrokenAnswer("kept open after its end")), lingerMs);
    this.#linger.unref();
    this.#end = { fault: null };
  }

  /** The reader wants no more, and the connection is of no use. */
  leave(): void {
    this.#reader = null;
    if (this.#end === null) this.#close(new Error("The reader left."));
  }

  readonly #restOver = (): void => {
    this.#rests = false;
    this.#heardAt = performance.now();
  };

  #settle(fault: { readonly error: unknown } | null): void {
    clearTimeout(this.#linger);
    if (this.#end !== null) return;
    this.#end = { fault };
    this.#rest(0, this.#restOver);
    const reader = this.#reader;
    reader?.end(fault);
  }
}
