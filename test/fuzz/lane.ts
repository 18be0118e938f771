import { BareSocket } from "../support/bare.ts";
import type { Table } from "./tables.ts";

/** Within so long every command has its reply. */
export const patienceMs = 15_000;

/** Instead of a reply: the connection ended before it. */
export const cut = Symbol("cut");
/** Instead of a reply: none came in time. */
export const silence = Symbol("silence");

/** Told of every frame that is no reply, and of every one that is. */
export interface Ear {
  fact(name: string, payload: unknown): void;
  /** Anything at all, as it came. */
  frame(text: string): void;
}

const ping = "2";
const pong = "3";
const shape = /^4([0-6])(?:(\/[^,]*),)?(\d*)/;
const [event, acknowledgement] = ["2", "3"];

/** One socket that sends commands as they are written, and hears everything. */
export class Lane implements AsyncDisposable {
  readonly table: Table;
  readonly #bare: BareSocket;
  readonly #ear: Ear;
  readonly #waiting = new Map<number, (reply: unknown) => void>();
  #lastId = 0;
  #isOver = false;

  private constructor(table: Table, bare: BareSocket, ear: Ear) {
    this.table = table;
    this.#bare = bare;
    this.#ear = ear;
    bare.ws.on("message", (data) => this.#hear(String(data)));
    void bare.closed.then(() => this.#end());
  }

  /** Stands in the table's namespace when it resolves. */
  static async open(url: string, table: Table, auth: object, ear: Ear): Promise<Lane> {
    const bare = new BareSocket(url);
    await bare.frame("0{");
    const start = `40${addressOf(table)}`;
    const welcome = bare.frame(`${start}{`);
    bare.send(`${start}${JSON.stringify(auth)}`);
    await welcome;
    return new Lane(table, bare, ear);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param payload as JSON; gives the reply, {@link cut} or {@link silence} */
  send(name: string, payload: string): Promise<unknown> {
    if (this.#isOver) return Promise.resolve(cut);
    const id = this.#lastId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(silence), patienceMs);
      const answer = (reply: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      };
      this.#waiting.set(id, answer);
      this.#bare.send(`42${addressOf(this.table)}${id}[${JSON.stringify(name)},${payload}]`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bare[Symbol.asyncDispose]();
  }

  #hear(frame: string): void {
    if (frame === ping) return this.#bare.send(pong);
    this.#ear.frame(frame);
    const [start = "", kind, , id = ""] = shape.exec(frame) ?? [];
    if (kind !== event && kind !== acknowledgement) return;
    const [first, second] = JSON.parse(frame.slice(start.length));
    if (kind === event) this.#ear.fact(first, second);
    else this.#waiting.get(Number(id))?.(first);
  }

  #end(): void {
    this.#isOver = true;
    for (const answer of this.#waiting.values()) answer(cut);
  }
}

function addressOf({ namespace }: Table): string {
  return namespace === "/" ? "" : `${namespace},`;
}
