import { Manager, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { WireError } from "../../src/contract/errors.ts";
import type { ClientToServer, ServerToClient } from "../../src/contract/events.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import { openRequests, type Request } from "./requests.ts";

/** Told by the link; `fact` gets whatever came, unchecked. */
export interface LinkListener {
  connected(): void;
  lost(): void;
  /** Final: the link does not try again. */
  refused(error: WireError): void;
  fact(name: string, payload: unknown): void;
}

/** A connection that comes back by itself until it is refused or closed. */
export interface Connection {
  readonly up: boolean;
  /** True between the start of an attempt and its success or failure. */
  readonly trying: boolean;
  readonly request: Request;
  /** Everything is well: the next failure is tried again soon. */
  settled(): void;
  /** Gives up the present connection, if any, and opens another now. */
  renew(): void;
  /** The same after `ms`, or by default after the back-off. */
  renewLater(ms?: number): void;
  refuse(error: WireError): void;
  close(): void;
}

export interface LinkOptions {
  readonly url: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly socketOptions?: Partial<ManagerOptions & SocketOptions>;
}

const backoffMs = { first: 500, most: 20_000 };
/** Everybody who was turned away at one moment must not come back at one moment. */
const spreadMs = 4_000;
/** After a disconnection for sending too much. */
const penaltyMs = 5_000;

export function openLink(options: LinkOptions, tell: LinkListener): Connection {
  const { clock, random, credentials } = options;
  let failures = 0;
  let attempt = 0;
  let trying = false;
  let limited = false;
  let over = false;
  let cancelNext = () => {};

  // Reconnecting is done here: Socket.IO itself does not come back after a refused handshake or a server's disconnect.
  const manager = new Manager(options.url, {
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnection: false,
    autoConnect: false,
    timeout: 10_000,
    ...options.socketOptions,
  });
  const socket: Socket<ServerToClient, ClientToServer> = manager.socket("/", { auth: giveAuth });

  const requests = openRequests(socket, clock, ({ code }) => {
    limited ||= code === "rate-limited";
    // With a fresh token the command can be sent again, as after any other loss of the connection.
    const renewable = code === "token-expired" && credentials.renew(code);
    if (renewable) renew();
    return renewable;
  });

  function giveAuth(give: (auth: object) => void): void {
    const mine = ++attempt;
    credentials.read().then(
      (auth) => mine === attempt && trying && give(auth),
      () => mine === attempt && fail(),
    );
  }

  function fail(waitMs?: number): void {
    trying = false;
    attempt++;
    credentials.release();
    requests.lose();
    tell.lost();
    renewLater(waitMs);
  }

  function renewLater(ms = Math.min(backoffMs.first * 2 ** failures++, backoffMs.most) * (0.5 + random())): void {
    cancelNext();
    if (!over) cancelNext = clock.after(ms, renew);
  }

  function renew(): void {
    if (over) return;
    socket.disconnect();
    cancelNext();
    trying = true;
    socket.connect();
  }

  function end(): void {
    over = true;
    socket.disconnect();
    cancelNext();
    credentials.release();
  }

  function refuse(error: WireError): void {
    end();
    tell.refused(error);
  }

  socket.on("connect", () => {
    trying = false;
    tell.connected();
  });
  socket.on("disconnect", (reason) => {
    fail(limited && reason === "io server disconnect" ? penaltyMs : undefined);
    limited = false;
  });
  socket.on("connect_error", (failure: Error & { data?: WireError }) => {
    const refusal = failure.data;
    if (!refusal?.code) fail();
    else if (credentials.renew(refusal.code)) fail(0);
    else if (refusal.retryable) fail((refusal.retryAfterMs ?? 1_000) + spreadMs * random());
    else refuse(refusal);
  });
  socket.onAny((name: string, payload: unknown) => tell.fact(name, payload));

  return {
    get up() {
      return socket.connected;
    },
    get trying() {
      return trying;
    },

    request: requests.request,
    settled: () => {
      failures = 0;
    },
    renew,
    renewLater,
    refuse,
    close: end,
  };
}
