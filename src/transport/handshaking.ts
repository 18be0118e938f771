import type { IncomingMessage } from "node:http";
import type { Socket } from "socket.io";

/** A socket that asks to be let into a namespace. */
export interface Handshaking {
  readonly handshake: Pick<Socket["handshake"], "auth">;
  /** What its connection began with; null once that is forgotten. */
  readonly request: IncomingMessage | null;
}

const none = Object.freeze({});
const noLines: string[] = [];

/**
 * Lets go of what a connection began with, once a namespace has let it in: the request with its headers, and the token. Nobody
 * reads them again, and they are a sixth of what an idle connection holds.
 */
export function forgetRequest({ conn, handshake }: Pick<Socket, "conn" | "handshake">): void {
  Object.assign(handshake, { headers: none, auth: none, query: none, url: "", time: "" });
  // CAST: Engine.IO's own field; Socket.IO takes it for gone where it is null, as over WebTransport, which has no request.
  const own = conn as { request: IncomingMessage | null };
  const { request } = own;
  if (request === null) return;
  own.request = null;
  // Engine.IO keeps what a WebSocket began with for as long as that lasts.
  if (conn.transport.name === "websocket") empty(request);
}

function empty(request: IncomingMessage & { _query?: object | undefined }): void {
  request.headers = none;
  request.rawHeaders = noLines;
  request.url = "";
  request._query = undefined;
}
