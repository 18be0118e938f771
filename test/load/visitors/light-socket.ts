import { WebSocket } from "ws";
import { nowMs } from "../clock.ts";
import { commandFrame, enterFrame, type Frame, pongFrame, readFrame } from "./frames.ts";

export interface Place {
  readonly url: string;
  /** The address to come from; without it the system chooses. */
  readonly localAddress?: string | undefined;
}

export interface SocketEar {
  connected(): void;
  fact(name: string, payload: unknown): void;
  /** Once, when the connection is no more or never was. */
  lost(why: string): void;
}

const patienceMs = 15_000;

/**
 * A customer's socket on namespace `/`, by the public contract: Engine.IO 4 and Socket.IO 5 spoken over a plain WebSocket.
 * `socket.io-client` costs about three times the memory and, for each piece of text, twice the CPU; with tens of thousands
 * of sockets in one process that would be the load that is measured.
 */
export class LightSocket {
  readonly #ws: WebSocket;
  readonly #ear: SocketEar;
  readonly #auth: object;
  readonly #replies = new Map<number, (reply: unknown) => void>();
  #lastId = 0;
  #silenceMs = patienceMs;
  #heardAt = nowMs();
  #isOver = false;

  constructor({ url, localAddress }: Place, auth: object, ear: SocketEar) {
    this.#ear = ear;
    this.#auth = auth;
    this.#ws = new WebSocket(`${url.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
      handshakeTimeout: patienceMs,
      skipUTF8Validation: true,
      ...(localAddress && { localAddress }),
    });
    this.#ws.on("message", (data) => this.#hear(readFrame(String(data))));
    this.#ws.on("unexpected-response", (_, response) => this.#refused(response));
    this.#ws.on("error", (fault) => this.#end(fault.message));
    this.#ws.on("close", (code) => this.#end(`closed (${code})`));
  }

  /** Sends a command; `told` is called with its reply unless the connection ends before. */
  send(name: string, payload: object, told: (reply: unknown) => void): void {
    const id = this.#lastId++;
    this.#replies.set(id, told);
    this.#say(commandFrame(id, name, payload));
  }

  /** Gives up a connection on which nothing has been heard for longer than the server promised. */
  checkPulse(now: number): void {
    if (now - this.#heardAt > this.#silenceMs) this.#end("silent for too long");
  }

  /** Gives it up for a reason of the caller's, which the ear is told. */
  drop(why: string): void {
    this.#end(why);
  }

  /** Ends it without a word to the ear. */
  close(): void {
    this.#isOver = true;
    this.#ws.terminate();
  }

  #hear(frame: Frame): void {
    if (this.#isOver) return;
    this.#heardAt = nowMs();
    switch (frame.kind) {
      case "open":
        this.#silenceMs = frame.silenceMs;
        return this.#say(enterFrame(this.#auth));
      case "ping":
        return this.#say(pongFrame);
      case "connected":
        return this.#ear.connected();
      case "fact":
        return this.#ear.fact(frame.name, frame.payload);
      case "reply":
        return this.#reply(frame.id, frame.reply);
      case "refused":
        return this.#end(`refused: ${JSON.stringify(frame.error).slice(0, 200)}`);
      case "closed":
        return this.#end("closed by the server");
      case "broken":
        return this.#end(frame.why);
      case "noise":
        return;
      default:
        frame satisfies never;
    }
  }

  #reply(id: number, reply: unknown): void {
    const told = this.#replies.get(id);
    this.#replies.delete(id);
    told?.(reply);
  }

  #say(frame: string): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(frame);
  }

  #refused(response: { readonly statusCode?: number | undefined; on: NodeJS.ReadableStream["on"] }): void {
    let body = "";
    response.on("data", (piece) => {
      body = `${body}${piece}`.slice(0, 200);
    });
    response.on("end", () => this.#end(`refused with ${response.statusCode}: ${body}`));
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.close();
    this.#ear.lost(why);
  }
}
