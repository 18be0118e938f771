import { openBucket, type Rate } from "./limits.ts";
import { type Connection, Outbox } from "./outbox.ts";

/** How long the other side of a closed WebSocket may take to say that it heard. */
const farewellMs = 2_000;
/** How long what is written to a connection that is cut off may take to leave. */
const momentMs = 500;

/** What frames may hold on average: commands have a few hundred characters, and one alone may be larger by far. */
const meanChars = 1_024;

/**
 * Watches a connection below the commands: it is closed when frames of any kind come faster than `packets`, or more in them
 * (X2), or when it sends on but takes none of the replies (S9).
 */
export function patrol(connection: Connection, packets: Rate): void {
  const bucket = openBucket(packets);
  const chars = openBucket({ perSecond: meanChars * packets.perSecond, burst: meanChars * packets.burst });
  const outbox = new Outbox(connection);
  connection.on("packet", ({ data }: { readonly data?: { readonly length: number } }) => {
    const isWithin = bucket.tryRemoveTokens(1) && chars.tryRemoveTokens(data?.length ?? 0);
    if (outbox.isHopeless || !isWithin) cutOff(connection, true);
  });
  connection.once("close", () => seeOff(connection));
}

/**
 * Closes a connection that does not listen. It is told so, and whatever it goes on to send is not read any more: that would take
 * as much as before.
 *
 * @param discard what was written to it and has not left yet; else that has a moment to leave
 */
export function cutOff(connection: Connection, discard = false): void {
  const socket = socketUnder(connection);
  connection.close(discard);
  socket?.pause();
  const end = () => {
    connection.close(true);
    socket?.terminate();
  };
  setTimeout(end, momentMs).unref();
}

/** One that reads nothing never hears; what was written to it would stay, and a server that closes would wait for it. */
function seeOff(connection: Connection): void {
  const socket = socketUnder(connection);
  if (socket !== undefined && socket.readyState !== closed) setTimeout(() => socket.terminate(), farewellMs).unref();
}

/** The WebSocket under Engine.IO's transport; polling has none. */
function socketUnder({ transport }: Connection): WebSocketLike | undefined {
  return (transport as unknown as { socket?: WebSocketLike }).socket; // CAST: it is not in its types.
}

interface WebSocketLike {
  readonly readyState: number;
  pause(): void;
  terminate(): void;
}

const closed = 3;
