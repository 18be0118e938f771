import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Socket } from "node:net";
import { adminRoutes } from "./admin.ts";
import { apiRoutes } from "./api.ts";
import { readJson } from "./door.ts";
import { type Exchange, openExchange, sendFailure } from "./exchange.ts";
import { failures, Refused } from "./failures.ts";
import { openRelay, type Relay, type RelayOptions } from "./relay.ts";

export interface SimulatorOptions extends RelayOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** PEM texts; with them it is reached over TLS, by HTTP/2 where the client offers that, as public relays are. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

export interface Simulator extends AsyncDisposable {
  /** What an SDK takes as its base URL; without `/v1`. */
  readonly baseUrl: string;
  /** Ends all streams at once, in mid-sentence, and frees the port. */
  close(): Promise<void>;
}

const idleConnectionMs = 65_000;

/** Opens a stand-in relay that speaks the Messages API. Rejects when the port is taken. */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const relay = openRelay(options);
  const host = options.host ?? "127.0.0.1";
  const take = (request: IncomingMessage, response: ServerResponse) =>
    void serve(relay, openExchange(request, response));
  const { server, closeConnections } = options.tls === undefined ? openPlain(take) : openSecure(options.tls, take);
  const port = await listen(server, options.port ?? 0, host);
  const close = () => closeAll(server, closeConnections, relay);
  return { baseUrl: `${options.tls ? "https" : "http"}://${host}:${port}`, close, [Symbol.asyncDispose]: close };
}

type Take = (request: IncomingMessage, response: ServerResponse) => void;

interface Opened {
  readonly server: Server | Http2SecureServer;
  readonly closeConnections: () => void;
}

function openPlain(take: Take): Opened {
  const server = createServer({ keepAliveTimeout: idleConnectionMs }, take);
  return { server, closeConnections: () => server.closeAllConnections() };
}

function openSecure(tls: NonNullable<SimulatorOptions["tls"]>, take: Take): Opened {
  const sockets = new Set<Socket>();
  // CAST: what HTTP/2 gives in place of the objects of HTTP/1.1 has all that is used of those.
  const takeAny = take as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  const server = createSecureServer({ ...tls, allowHTTP1: true }, takeAny);
  server.on("secureConnection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const closeConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return { server, closeConnections };
}

function listen(server: Server | Http2SecureServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function closeAll(server: Opened["server"], closeConnections: () => void, relay: Relay): Promise<void> {
  relay.wheel.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  closeConnections();
  await closed;
}

/** The one door: whatever goes wrong behind it is answered here, once. */
async function serve(relay: Relay, exchange: Exchange): Promise<void> {
  try {
    await route(relay, exchange);
  } catch (error) {
    sendFailure(
      exchange,
      error instanceof Refused ? error.failure : { ...failures["api-error"], message: String(error) },
    );
  }
}

async function route(relay: Relay, exchange: Exchange): Promise<void> {
  const { method = "GET" } = exchange.request;
  const { pathname } = exchange.url;
  const admin = adminRoutes[`${method} ${pathname}`];
  if (admin) return admin(relay, exchange, method === "POST" ? (await readJson(exchange.request)).body : undefined);
  const [name, handle] = Object.entries(apiRoutes).find(([path]) => matches(path, pathname)) ?? [];
  if (name === undefined || handle === undefined)
    throw new Refused({ ...failures["unknown-model"], message: "Not Found" });
  if (!name.startsWith(`${method} `)) throw new Refused(failures["bad-method"]);
  await handle(relay, exchange);
}

function matches(route: string, pathname: string): boolean {
  const path = route.slice(route.indexOf(" ") + 1);
  return path.endsWith("/") ? pathname.startsWith(path) : pathname === path;
}
