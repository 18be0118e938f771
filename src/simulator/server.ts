import { createServer, type Server } from "node:http";
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
  const server = createServer({ keepAliveTimeout: idleConnectionMs }, (request, response) => {
    void serve(relay, openExchange(request, response));
  });
  const port = await listen(server, options.port ?? 0, host);
  const close = () => closeAll(server, relay);
  return { baseUrl: `http://${host}:${port}`, close, [Symbol.asyncDispose]: close };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function closeAll(server: Server, relay: Relay): Promise<void> {
  relay.wheel.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
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
