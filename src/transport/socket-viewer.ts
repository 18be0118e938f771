import type { Socket } from "socket.io";
import type { FactName, FactPayload, Reply } from "../contract/events.ts";
import type { Viewer } from "../domain/audience.ts";
import type { Undo } from "../domain/clock.ts";
import { emitText } from "./frames.ts";
import { Outbox } from "./outbox.ts";

/** A socket as the audience sees it. */
export class SocketViewer implements Viewer {
  readonly #socket: Pick<Socket, "conn" | "nsp">;
  readonly #outbox: Outbox;
  #passedOver = false;

  constructor(socket: Pick<Socket, "conn" | "nsp">) {
    this.#socket = socket;
    this.#outbox = new Outbox(socket.conn);
  }

  get clogged(): boolean {
    const clogged = this.#outbox.isClogged;
    this.#passedOver ||= clogged;
    return clogged;
  }

  get pending(): boolean {
    return !this.#outbox.isEmpty;
  }

  withhold(turnId: string): void {
    this.#outbox.withhold(turnId);
  }

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    this.tell(fact, payload);
  }

  /** Any fact of the socket's namespace. */
  tell(fact: string, payload: object): void {
    if (this.#outbox.isHopeless) return this.close();
    emitText(this.#socket, fact, payload);
  }

  answer(acknowledge: (reply: Reply<unknown>) => void, reply: Reply<unknown>): void {
    if (this.#outbox.isHopeless) return this.close();
    acknowledge(reply);
  }

  /** Runs `task` each time everything has left after this viewer was passed over. */
  onceDrained(task: () => void): Undo {
    const look = () => {
      if (!this.#passedOver || !this.#outbox.isEmpty) return;
      this.#passedOver = false;
      task();
    };
    const { conn } = this.#socket;
    conn.on("drain", look);
    return () => conn.off("drain", look);
  }

  /** Drops what waits. The client will connect again by itself: `socket.disconnect` would keep it from that. */
  close(): void {
    this.#socket.conn.close(true);
  }
}
