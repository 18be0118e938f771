import type { IncomingMessage } from "node:http";
import type { Server, Socket } from "socket.io";

/** A socket that asks to be let into a namespace. */
export interface Handshaking {
  readonly handshake: Pick<Socket["handshake"], "auth">;
  /** What its connection began with; null once that is forgotten. */
  readonly request: IncomingMessage | null;
}

const none = Object.freeze({});

/** What Engine.IO answers the request of a WebSocket with: it is kept, with the request, for as long as the connection lasts. */
interface UpgradeResponse {
  req: IncomingMessage | null;
}

const responses = new WeakMap<IncomingMessage, UpgradeResponse>();

/** Sees what is to be let go of with {@link forgetRequest}. */
export function watchRequests(engine: Pick<Server["engine"], "use">): void {
  engine.use((request: IncomingMessage, response: object, next: () => void) => {
    // CAST: Engine.IO's own class, which it does not name in its types.
    if (request.headers.upgrade !== undefined) responses.set(request, response as UpgradeResponse);
    next();
  });
}

/**
 * Lets go of what a connection began with, once a namespace has let it in: the request with its headers, and the token. Nobody
 * reads them again, and they are a quarter of what an idle connection holds.
 */
export function forgetRequest({ conn, handshake }: Pick<Socket, "conn" | "handshake">): void {
  Object.assign(handshake, { headers: none, auth: none, query: none, url: "", time: "" });
  // CAST: Engine.IO's own field; Socket.IO takes it for gone where it is null, as over WebTransport, which has no request.
  const own = conn as { request: IncomingMessage | null };
  const { request } = own;
  if (request === null) return;
  own.request = null;
  const response = responses.get(request);
  if (response) response.req = null;
}
