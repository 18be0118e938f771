import { WebSocket } from "ws";

/** A WebSocket that speaks Engine.IO and Socket.IO by hand: what it sends is the test's own affair. */
export class BareSocket implements AsyncDisposable {
  readonly ws: WebSocket;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.ws = new WebSocket(`${url.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`, { headers });
    this.ws.on("error", () => {});
    this.closed = new Promise((resolve) => this.ws.once("close", () => resolve()));
  }

  /** The first text frame that begins with `start`, from now on; rejects when the connection ends before it. */
  frame(start: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (data: unknown) => {
        const text = String(data);
        if (!text.startsWith(start)) return;
        this.ws.off("message", look);
        resolve(text);
      };
      this.ws.on("message", look);
      this.closed.then(() => reject(new Error(`closed before ${start}`)));
    });
  }

  send(frame: string | Buffer): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

/** A bare socket that stands in namespace `/`. */
export async function openBare(url: string, auth: object = {}): Promise<BareSocket> {
  const bare = new BareSocket(url);
  await bare.frame("0{");
  const welcome = bare.frame("40{");
  bare.send(`40${JSON.stringify(auth)}`);
  await welcome;
  return bare;
}

/** The frame of a command whose reply will begin with `43` and the same number. */
export function commandFrame(ackId: number, name: string, payload: unknown): string {
  return `42${ackId}${JSON.stringify([name, payload])}`;
}
