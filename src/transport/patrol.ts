import { maxPayloadChars } from "./door.ts";
import { openBucket, type Rate } from "./limits.ts";
import { type Connection, Outbox } from "./outbox.ts";

/** How long the other side of a closed WebSocket may take to say that it heard. */
const farewellMs = 2_000;
/** How long what is written to a connection that is cut off may take to leave. */
const momentMs = 500;

/** Frames of any kind that one connection may send: pongs and acknowledgements beside the commands. */
const packetRate = ({ perSecond, burst }: Rate): Rate => ({ perSecond: 2 * perSecond, burst: burst + 3 * patience });
/** What they may hold together: as much as commands at their largest, and some that are too large. */
const charRate = ({ perSecond, burst }: Rate): Rate => ({
  perSecond: perSecond * largestFrame,
  burst: (burst + 8) * largestFrame,
});
const largestFrame = maxPayloadChars + 1_024;

/**
 * Watches a connection below the commands: it is closed when more frames come, or more in them, than `commands` at their rate
 * take (X2), or when it sends on but takes none of the replies (S9).
 */
export function patrol(connection: Connection, commands: Rate): void {
  const bucket = openBucket(packetRate(commands));
  const chars = openBucket(charRate(commands));
  const outbox = new Outbox(connection);
  connection.on("packet", ({ data }: { readonly data?: { readonly length: number } }) => {
    const isWithin = bucket.tryRemoveTokens(1) && chars.tryRemoveTokens(data?.length ?? 0);
    if (outbox.isHopeless || !isWithin) cutOff(connection, true);
  });
  connection.once("close", () => seeOff(connection));
}

/** A socket is closed after so many refusals beyond its rate of commands: it does not listen. */
export const patience = 100;

/**
 * Closes a connection that does not listen. What its WebSocket goes on to send is not read any more, which would take as much
 * as before, and a moment later it is gone.
 *
 * @param discard what was written to it and has not left yet; else that has a moment to leave
 */
export function cutOff(connection: Connection, discard = false): void {
  if (connection.readyState === "closing" || connection.readyState === "closed") return;
  const socket = socketUnder(connection);
  connection.close(discard);
  socket?.pause();
  const end = () => {
    connection.close(true);
    letGo(connection);
    socket?.terminate();
  };
  setTimeout(end, momentMs).unref();
}

/** One that polls and is closing would wait for another poll. */
function letGo({ transport }: Connection): void {
  // CAST: what ends that wait is not in its types.
  const { shouldClose } = transport as unknown as { shouldClose?: (() => void) | null };
  shouldClose?.();
}

/** One that reads nothing never hears; what was written to it would stay, and a server that closes would wait for it. */
function seeOff(connection: Connection): void {
  const socket = socketUnder(connection);
  if (socket !== undefined && socket.readyState !== closed) setTimeout(() => socket.terminate(), farewellMs).unref();
}

/** The WebSocket under Engine.IO's transport; polling has none. */
export function socketUnder({ transport }: { readonly transport: object }): WebSocketLike | undefined {
  return (transport as unknown as { socket?: WebSocketLike }).socket; // CAST: it is not in its types.
}

export interface WebSocketLike {
  readonly readyState: number;
  pause(): void;
  terminate(): void;
}

const closed = 3;
