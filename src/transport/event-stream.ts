import type { ServerResponse } from "node:http";
import type { FactName, FactPayload } from "../contract/events.ts";
import type { Message } from "../contract/shapes.ts";
import type { Viewer } from "../domain/audience.ts";

/** How long an event stream may be silent before a comment keeps proxies from closing it. */
export const keepAliveMs = 15_000;
/** How long the rest of an ended response may wait for a client that does not read it. */
export const lingerMs = 10_000;
/** A client that takes nothing of so much will not come back. */
const hopelessChars = 128 * 1_024;

type Ended = FactPayload<"turn:ended">;

/**
 * A viewer that waits for the ends of turns and keeps nothing else.
 *
 * - **S5** An answer that is told as a message has ended, though its end was never told: that may be lost with a node.
 */
export class TurnEnds implements Viewer {
  readonly clogged = false;
  readonly #ends = new Map<string, Ended>();
  #wake: () => void = () => {};
  #closed = false;

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    // CAST: the name says which payload it is; TypeScript does not narrow one generic by the other.
    if (fact === "turn:ended") this.#note(payload as Ended);
    else if (fact === "message:added") this.#read((payload as FactPayload<"message:added">).message);
  }

  #read(message: Message): void {
    const { author, turnId, outcome = "completed", error } = message;
    if (author !== "assistant" || turnId === undefined || this.#ends.has(turnId)) return;
    this.#note({ turnId, epoch: 0, outcome, message, ...(error && { error }) });
  }

  #note(ended: Ended): void {
    this.#ends.set(ended.turnId, ended);
    this.#wake();
  }

  /** Resolves with the end of `turnId`, or with undefined once closed without it. For one waiting caller at a time. */
  async of(turnId: string): Promise<Ended | undefined> {
    while (!this.#closed && !this.#ends.has(turnId)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#ends.get(turnId);
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }
}

/**
 * The facts of a socket as server-sent events; the first event is `message:accepted`. Owns the response once begun.
 *
 * - **S9** A client that reads slowly holds up its own text only; one that reads nothing is given up, during the stream
 *   when more than 128 Ki characters were sent after it stopped reading, after its end when they have not left within `lingerMs`.
 * - **S10** A client that goes away closes the stream and `ends`, whenever that happens, and nothing else.
 */
export class EventStream implements Viewer {
  readonly #response: ServerResponse;
  readonly #ends: TurnEnds;
  /** What came before the beginning; null from then on. */
  #early: string | null = "";
  /** Turns of whose end it was told. */
  readonly #ended = new Set<string>();
  /** Characters sent since the client stopped taking any. */
  #pressed = 0;
  #alive: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, ends: TurnEnds) {
    this.#response = response;
    this.#ends = ends;
    const close = () => this.close();
    response.on("close", close).on("error", close);
  }

  get clogged(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** Sends the headers and what came so far. `catchUp` is run each time everything has left after a clog. */
  begin(accepted: object, catchUp: () => void): void {
    if (this.#response.destroyed) return this.close();
    this.#response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    const early = this.#early ?? "";
    this.#early = null;
    this.#write(toEvent("message:accepted", accepted) + early);
    this.#response.on("drain", () => {
      this.#pressed = 0;
      catchUp();
    });
    this.#alive = setInterval(() => this.#keepAlive(), keepAliveMs);
  }

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    const event = toEvent(fact, payload);
    if (this.#early === null) this.#write(event);
    else this.#early += event;
    // CAST: the name says which payload it is; TypeScript does not narrow one generic by the other.
    if (fact === "turn:ended") this.#ended.add((payload as Ended).turnId);
    this.#ends.send(fact, payload);
  }

  /** The last event of a stream whose turn has ended without a word of it, so that there is one in every stream, and one alone. */
  end(ended: Ended): void {
    if (!this.#ended.has(ended.turnId)) this.#write(toEvent("turn:ended", ended));
  }

  /** Ends the stream if it has begun; a response that was not begun stays as it is. Closing again changes nothing. */
  close(): void {
    this.#ends.close();
    clearInterval(this.#alive);
    if (this.#early !== null || this.#isOver) return;
    this.#response.end();
    destroyUnlessRead(this.#response);
  }

  get #isOver(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  #write(text: string): void {
    if (this.#isOver) return;
    // Looked at before it grows: one event alone may be a whole answer on its way to a slow but willing reader.
    if (this.#pressed > hopelessChars) {
      this.#response.destroy();
      return;
    }
    if (this.clogged) this.#pressed += text.length;
    this.#response.write(text);
  }

  #keepAlive(): void {
    if (!this.clogged) this.#write(": still here\n\n");
  }
}

/** Destroys an ended response whose client has not taken all of it within `afterMs`. */
export function destroyUnlessRead(response: ServerResponse, afterMs = lingerMs): void {
  if (response.closed) return;
  const timer = setTimeout(() => response.destroy(), afterMs).unref();
  response.once("close", () => clearTimeout(timer));
}

function toEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
