import type { Socket } from "socket.io";

/** The first bytes of an unmasked text message that is whole, and how lengths beyond the first byte are told (RFC 6455, 5.2). */
const finalText = 0x81;
const inTwoBytes = 126;
const inEightBytes = 127;
const mostInOneByte = 125;
const mostInTwoBytes = 0xffff;

/** Engine.IO's mark of a message, before what Socket.IO says. */
const message = "4";
/** Socket.IO's mark of an event. */
const event = "2";

/** What Engine.IO takes beside a packet: a frame that is ready to be written, as Socket.IO's own rooms prepare it. */
interface PreparedOptions {
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

/**
 * Emits an event to one socket, as its own `emit` does for data without bytes: encoded once, and for a WebSocket written as one
 * piece, without searching it for bytes.
 */
export function emitText({ conn, nsp: { name } }: Pick<Socket, "conn" | "nsp">, fact: string, payload: object): void {
  const said = `${event}${name === "/" ? "" : `${name},`}${JSON.stringify([fact, payload])}`;
  const isFramed = conn.transport.name === "websocket";
  const options: PreparedOptions = isFramed ? { wsPreEncodedFrame: [frameOf(message + said)] } : {};
  // CAST: Engine.IO's types name only some of the options.
  conn.write(said, options as Parameters<typeof conn.write>[1]);
}

/** The WebSocket frame of a text, as a server sends it. */
export function frameOf(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length <= mostInOneByte ? 2 : length <= mostInTwoBytes ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = finalText;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = inTwoBytes;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = inEightBytes;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}
