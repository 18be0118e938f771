import { openBucket, type Rate } from "./limits.ts";
import { type Connection, Outbox } from "./outbox.ts";

/** How long the other side of a closed WebSocket may take to say that it heard. */
const farewellMs = 2_000;

/**
 * Watches a connection below the commands: it is closed when frames of any kind come faster than `packets` (X2), or when
 * it sends on but takes none of the replies (S9).
 */
export function patrol(connection: Connection, packets: Rate): void {
  const bucket = openBucket(packets);
  const outbox = new Outbox(connection);
  connection.on("packet", () => {
    if (outbox.isHopeless || !bucket.tryRemoveTokens(1)) connection.close(true);
  });
  connection.once("close", () => seeOff(connection));
}

/** One that reads nothing never hears; what was written to it would stay, and a server that closes would wait for it. */
function seeOff({ transport }: Connection): void {
  // CAST: the WebSocket under Engine.IO's transport is not in its types; polling has none.
  const { socket } = transport as unknown as { socket?: WebSocketLike };
  if (socket !== undefined && socket.readyState !== closed) setTimeout(() => socket.terminate(), farewellMs).unref();
}

interface WebSocketLike {
  readonly readyState: number;
  terminate(): void;
}

const closed = 3;
