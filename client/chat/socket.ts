/** Sends a command; `acknowledged` is told what the server gives back, unchecked, or never. */
export type Emit = (name: string, payload: unknown, acknowledged: (reply: unknown) => void) => void;

/**
 * How a connection came to its end: nobody was reached, the wire broke, the server said good-bye, or it refused to let
 * us in.
 */
export type End = "unreachable" | "lost" | "dismissed" | "refused";

/** Told by one connection, never before {@link OpenSocket} has returned. */
export interface SocketListener {
  connected(emit: Emit): void;
  /** Whatever came, unchecked. */
  event(name: string, payload: unknown): void;
  /** The last thing told. `refusal` is what the server says about it, unchecked. */
  ended(how: End, refusal?: unknown): void;
}

/**
 * Opens one connection to namespace `/` of the Socket.IO server at `url`, which does not come back by itself. `auth` is
 * asked once the server has been reached. The function given back closes it: after that nothing is told any more.
 */
export type OpenSocket = (url: string, auth: () => Promise<object>, tell: SocketListener) => () => void;
