import { connect, type Socket } from "node:net";

const request = [
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
  ...["Host: x", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
].join("\r\n");

/** Where a connection comes from. */
export interface LocalEnd {
  readonly localAddress: string;
  readonly localPort: number;
}

/**
 * A WebSocket that costs its owner next to nothing, so that a flood takes the server's time and not the attacker's: it writes
 * frames as they are and looks at nothing but whether it was let into the customers' namespace.
 */
export class RawSocket {
  /** True once it is in; false when it was turned away. */
  readonly entered: Promise<boolean>;
  readonly ended: Promise<void>;
  readonly #socket: Socket;

  constructor(url: string, from: LocalEnd) {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port: Number(port), ...from }, () => socket.write(`${request}\r\n\r\n`));
    this.#socket = socket;
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => socket.once("close", () => resolve()));
    this.entered = this.#enter();
  }

  /** Whatever does not fit into what the other side has taken so far is not said. */
  say(text: string): void {
    if (!this.#socket.writableNeedDrain) this.#socket.write(frameOf(text));
  }

  leave(): void {
    this.#socket.destroy();
  }

  async #enter(): Promise<boolean> {
    let heard = "";
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#socket.on("data", (data) => {
      if (heard === "in") return;
      heard += data.toString("latin1");
      if (heard.includes('0{"sid"') && !heard.includes("asked")) {
        heard += "asked";
        this.say("40");
      }
      if (!heard.includes('40{"sid"')) return;
      heard = "in";
      resolve(true);
    });
    void this.ended.then(() => resolve(false));
    return promise;
  }
}

/** A text frame under a mask of zeros, which changes nothing. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.alloc(4);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
  if (payload.length < 65_536) {
    const length = Buffer.from([payload.length >> 8, payload.length & 0xff]);
    return Buffer.concat([Buffer.from([0x81, 0xfe]), length, mask, payload]);
  }
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(payload.length));
  return Buffer.concat([Buffer.from([0x81, 0xff]), length, mask, payload]);
}
