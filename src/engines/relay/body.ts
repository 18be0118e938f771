import { BrokenAnswer } from "./faults.ts";

/** More bytes than this without one event are no stream of events any more. */
const maxEventBytes = 1_048_576;
/** How long the connection may stay open after the relay's end mark before it is closed instead of kept for reuse. */
const lingerMs = 1_000;

type Result = IteratorResult<Uint8Array, undefined>;
type End = { readonly error: unknown } | "clean";

const over: Result = { value: undefined, done: true };

/**
 * The bytes of one answer, as the async iterator that the SDK reads: nothing stands between the socket and the parser.
 * A failure drops what was not read yet. Memory stays bounded as long as the reader reports events by `eventSeen`.
 */
export class RelayBody implements AsyncIterableIterator<Uint8Array> {
  /** When the last bytes came, pings too, on the clock of `performance.now()`. */
  lastByteAt = performance.now();
  receivedBytes = 0;
  /** The reader has what it wants; its leaving does not mean that the connection is to be closed. */
  released = false;
  readonly #close: (reason: Error) => void;
  #queue: Uint8Array[] = [];
  #waiter: PromiseWithResolvers<Result> | null = null;
  #end: End | null = null;
  #eventBytes = 0;
  #linger: NodeJS.Timeout | undefined;

  /** `close` ends the exchange with the relay; calling it after the exchange ended must do nothing. */
  constructor(close: (reason: Error) => void) {
    this.#close = close;
  }

  push(chunk: Uint8Array): void {
    if (this.#end !== null) return;
    this.lastByteAt = performance.now();
    this.receivedBytes += chunk.length;
    this.#eventBytes += chunk.length;
    if (this.#eventBytes > maxEventBytes)
      return this.#close(new BrokenAnswer(`${maxEventBytes} bytes without an event`));
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter === null) this.#queue.push(chunk);
    else waiter.resolve({ value: chunk, done: false });
  }

  finish(): void {
    this.#settle("clean");
  }

  fail(error: unknown): void {
    this.#queue = [];
    this.#settle({ error });
  }

  /** To be called for each event read. */
  eventSeen(): void {
    this.#eventBytes = 0;
  }

  /** The reader has what it wants: the rest is dropped, and the connection is kept if the relay ends soon. */
  release(): void {
    if (this.#end !== null) return;
    this.released = true;
    this.#linger = setTimeout(() => this.#close(new BrokenAnswer("kept open after its end")), lingerMs);
    this.#linger.unref();
    this.#queue = [];
    this.#end = "clean";
  }

  next(): Promise<Result> {
    const queue = this.#queue;
    if (queue.length > 0) {
      this.#queue = [];
      const [first] = queue;
      return Promise.resolve({ value: queue.length === 1 && first ? first : Buffer.concat(queue), done: false });
    }
    if (this.#end === "clean") return Promise.resolve(over);
    if (this.#end !== null) return Promise.reject(this.#end.error);
    this.#waiter = Promise.withResolvers();
    return this.#waiter.promise;
  }

  return(): Promise<Result> {
    if (this.#end === null) this.#close(new Error("The reader left."));
    return Promise.resolve(over);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #settle(end: End): void {
    clearTimeout(this.#linger);
    if (this.#end !== null) return;
    this.#end = end;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (end === "clean") waiter?.resolve(over);
    else waiter?.reject(end.error);
  }
}
