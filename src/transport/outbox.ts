import type { Socket } from "socket.io";

/** The Engine.IO connection under a socket. */
export type Connection = Socket["conn"];

/** Packets that may wait for a slow connection before text is held back (S9). */
const clogPackets = 4;
/** A connection that takes nothing of so much will not come back. */
const hopelessPackets = 512;
const hopelessChars = 128 * 1_024;

/** What waits in this process until a connection takes it (S9). */
export class Outbox {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  /** More text would only wait here. */
  get isClogged(): boolean {
    return this.#packets.length >= clogPackets;
  }

  /** Even facts and replies would only wait here: the connection is to be given up. */
  get isHopeless(): boolean {
    const { length } = this.#packets;
    // One packet alone may be a whole conversation on its way to a slow but willing reader.
    return length > hopelessPackets || (length > 1 && this.#chars > hopelessChars);
  }

  /** Takes text back that waits here: of that turn, or of every one. A page that misses it asks for it (S3). */
  withhold(turnId?: string): void {
    withhold(this.#packets, turnId);
  }

  get #chars(): number {
    return this.#packets.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  }

  get #packets(): Packet[] {
    // CAST: Engine.IO keeps what it has not handed to the transport in `writeBuffer`, which its types hide.
    return (this.#connection as unknown as { writeBuffer: Packet[] }).writeBuffer;
  }
}

/** As Engine.IO keeps it. */
interface Packet {
  readonly type: string;
  readonly data?: string;
}

/** The beginning of a piece of text: nothing that somebody says can look like it, for quotes inside of JSON are escaped. */
const pieceOf = (turnId: string) => `["turn:delta",{"turnId":"${turnId}`;

/** Packets are replaced and not removed: Engine.IO waits for the last one to be sent. */
function withhold(packets: Packet[], turnId = ""): void {
  const piece = pieceOf(turnId);
  for (const [at, { data }] of packets.entries()) {
    if (typeof data === "string" && data.includes(piece)) packets[at] = { type: "noop" };
  }
}

/**
 * Lets no text leave while `muted`: what was handed over a moment before the node fell asleep waits to be sent when it wakes
 * (N1).
 */
export function muteWhile(connection: Connection, muted: () => boolean): void {
  connection.on("flush", (packets: Packet[]) => {
    if (muted()) withhold(packets);
  });
}
