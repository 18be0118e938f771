import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { z } from "zod";
import { wireError } from "../../src/contract/shapes.ts";

const reply = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: wireError }),
]);

/** What became of a command; nobody knows where the connection, or Redis, was lost before the reply. */
export type Outcome =
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unknown"; readonly code?: string };

export interface LineOptions {
  readonly namespace: "" | "/agents";
  /** The nodes; the first is the one to come to. */
  readonly urls: readonly string[];
  readonly auth: () => object;
  /** Run at each connection, before anybody else sends anything. */
  readonly enter: (line: Line) => Promise<void>;
  readonly hear: (name: string, payload: unknown) => void;
}

const patienceMs = 15_000;
const comeBackMs = 150;

/** A page's connection, which comes back at the next of its nodes whenever it is lost. */
export class Line implements Disposable {
  readonly #options: LineOptions;
  #node = 0;
  #socket: Socket | null = null;
  #entered = Promise.withResolvers<void>();
  #lost = Promise.withResolvers<Outcome>();
  #closed = false;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Resolves while it is connected and has been let in. */
  get ready(): Promise<void> {
    return this.#entered.promise;
  }

  /** Leaves its node and comes back at the next one. */
  hop(): void {
    this.#leave();
    this.#comeBack();
  }

  /**
   * Sends it now; where the connection is lost meanwhile, nobody knows.
   *
   * @param heard told of the reply at its place among the facts: a promise would be settled after those that follow it
   */
  async command(name: string, payload: object, heard: (outcome: Outcome) => void = () => {}): Promise<Outcome> {
    const socket = this.#socket;
    if (socket === null) return { kind: "unknown" };
    const answered = new Promise<Outcome>((resolve) => {
      socket.timeout(patienceMs).emit(name, payload, (late: Error | null, raw: unknown) => {
        const outcome: Outcome = late ? { kind: "unknown" } : outcomeOf(raw);
        if (this.#socket === socket) heard(outcome);
        resolve(outcome);
      });
    });
    return Promise.race([answered, this.#lost.promise]);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#leave();
  }

  #connect(): void {
    const { namespace, urls, auth, enter, hear } = this.#options;
    const url = urls[this.#node % urls.length] ?? "";
    const options = { transports: ["websocket"], forceNew: true, reconnection: false, auth: auth() };
    const socket: Socket = io(`${url}${namespace}`, options);
    this.#socket = socket;
    socket.onAny((name: string, payload: unknown) => hear(name, payload));
    const lose = () => {
      if (this.#socket !== socket) return;
      this.#leave();
      this.#comeBack();
    };
    socket.on("disconnect", lose);
    socket.on("connect_error", lose);
    socket.on("connect", () => {
      enter(this).then(() => this.#socket === socket && this.#entered.resolve(), lose);
    });
  }

  #leave(): void {
    this.#socket?.off().offAny().disconnect();
    this.#socket = null;
    this.#lost.resolve({ kind: "unknown" });
    this.#lost = Promise.withResolvers();
    this.#entered.resolve();
    this.#entered = Promise.withResolvers();
  }

  async #comeBack(): Promise<void> {
    this.#node++;
    await pause(comeBackMs * (1 + Math.random()));
    if (!this.#closed && this.#socket === null) this.#connect();
  }
}

/** A node that could not reach Redis, or slept while Redis answered, cannot tell whether it was done. */
function outcomeOf(raw: unknown): Outcome {
  const read = reply.parse(raw);
  if (read.ok) return { kind: "done", result: read.result };
  const { code } = read.error;
  return code === "unavailable" ? { kind: "unknown", code } : { kind: "refused", code };
}
