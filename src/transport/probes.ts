import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Connection } from "./outbox.ts";
import { socketUnder, type WebSocketLike } from "./patrol.ts";

/** A polling connection has so long to take over its WebSocket: the library gives it up after ten seconds, and then listens on. */
const patienceMs = 11_000;
/** Two frames of six characters are all that it takes. */
const mostBytes = 4 * 1_024;
const mostPings = 10;
const lookEveryMs = 250;

/** A WebSocket that is no connection's own yet. */
interface Probe {
  readonly request: IncomingMessage & { readonly websocket?: WebSocketLike };
  readonly socket: Socket;
  readonly readBefore: number;
  readonly since: number;
}

/** What is used of Engine.IO's server. */
interface Engine {
  on(event: "connection", come: (connection: Connection) => void): unknown;
}

/**
 * Ends WebSockets on which a polling connection could go on (an upgrade) when they say more than that takes, or do not take
 * over in time: until then nobody else bounds them (X2). When `http` closes, those that are left are ended, for it waits for all
 * of them.
 */
export function watchProbes(http: HttpServer, engine: Engine): void {
  const own = new WeakSet<object>();
  const probes = new Set<Probe>();
  let timer: NodeJS.Timeout | undefined;

  engine.on("connection", (connection) => {
    const begun = socketUnder(connection);
    if (begun !== undefined) {
      own.add(begun);
      return;
    }
    connection.on("upgrade", (transport) => own.add(socketUnder({ transport }) ?? transport));
    let pings = 0;
    connection.on("upgrading", (transport) => {
      if (++pings > mostPings) socketUnder({ transport })?.terminate();
    });
  });

  http.on("upgrade", (request, socket) => {
    const { bytesRead } = socket as Socket; // CAST: this server has no other.
    probes.add({ request, socket: socket as Socket, readBefore: bytesRead, since: performance.now() });
    timer ??= setInterval(look, lookEveryMs).unref();
  });

  const isOwn = ({ websocket }: Probe["request"]) => websocket !== undefined && own.has(websocket);

  function look(): void {
    for (const probe of probes) {
      const { request, socket, readBefore, since } = probe;
      if (socket.destroyed || isOwn(request)) probes.delete(probe);
      else if (!http.listening || socket.bytesRead - readBefore > mostBytes || performance.now() - since > patienceMs)
        socket.destroy();
    }
    if (probes.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }
}
