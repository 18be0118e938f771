import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server, type Socket } from "socket.io";
import { TidegateError, toWireError, type WireError } from "../contract/errors.ts";
import {
  type ClientToServer,
  customerCommands,
  type FactName,
  type FactPayload,
  handshakeAuth,
  type Reply,
  type ServerToClient,
} from "../contract/events.ts";
import type { Audience, Viewer } from "../domain/audience.ts";
import type { Undo } from "../domain/clock.ts";
import type { Caller } from "../domain/identity.ts";
import { type CustomerSession, type CustomerWorld, customerHandlers } from "./customers.ts";
import { Door } from "./door.ts";
import type { Identified, Identity } from "./identity.ts";
import { openBucket, type Rate, type Rates, waitMs } from "./limits.ts";
import { addressOf, type Origins } from "./origins.ts";
import { type Connection, Outbox } from "./outbox.ts";
import { patrol } from "./patrol.ts";

export interface SocketOptions {
  readonly identity: Identity;
  readonly origins: Origins;
  readonly trustedProxies: number;
  /** New connections of one address. */
  readonly connections: Rates;
  /** Commands of one socket. */
  readonly commands: Rate;
  readonly world: CustomerWorld;
  readonly onFault: (fault: unknown, where: string) => void;
}

interface SocketData {
  identified: Identified;
}

type CustomerSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;
export type SocketServer = Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

/** Refusals in a row after which a socket is closed: it does not listen. */
const patience = 100;

/** Frames of any kind that one connection may send: pongs and acknowledgements beside the commands. */
const packetRate = ({ perSecond, burst }: Rate): Rate => ({ perSecond: 2 * perSecond, burst: burst + 3 * patience });

/** Customers' sockets on namespace `/`: who may connect, what they may send, what they see. */
export function openSockets(http: HttpServer, options: SocketOptions): SocketServer {
  const io: SocketServer = new Server(http, {
    transports: ["websocket", "polling"],
    serveClient: false,
    maxHttpBufferSize: 64 * 1_024,
    connectTimeout: 10_000,
    allowRequest: (request, decide) => {
      const refusal = refuse(request, options);
      decide(refusal, refusal === undefined);
    },
    cors: { origin: (origin, decide) => decide(null, options.origins.allows(origin, undefined)) },
  });
  io.engine.on("connection", (connection: Connection) => patrol(connection, packetRate(options.commands)));
  const engaged = new WeakSet<Connection>();
  io.use((socket, next) => {
    if (engaged.has(socket.conn)) return next(handshakeError(new TidegateError("too-many-connections")));
    engaged.add(socket.conn);
    socket.once("disconnect", () => engaged.delete(socket.conn));
    identify(options, socket.request, socket.handshake.auth).then(
      (identified) => {
        socket.data.identified = identified;
        next();
      },
      (fault: unknown) => {
        engaged.delete(socket.conn);
        next(handshakeError(fault));
      },
    );
  });
  const door = openDoor(options);
  io.on("connection", (socket) => receive(socket, door, options));
  return io;
}

/** Turned away before anything is spent on it: Engine.IO asks at new connections only, and answers 403 with this word. */
function refuse(request: IncomingMessage, options: SocketOptions): string | undefined {
  if (options.world.draining()) return "draining";
  return options.connections.take(addressOf(request, options.trustedProxies)) ? undefined : "too-many-connections";
}

async function identify(
  { identity, origins }: SocketOptions,
  request: IncomingMessage,
  auth: unknown,
): Promise<Identified> {
  if (!origins.allowsRequest(request)) throw new TidegateError("origin-refused");
  const parsed = handshakeAuth.safeParse(auth);
  if (!parsed.success) throw new TidegateError("bad-request");
  const identified = await identity.identify(parsed.data);
  if (identified.caller.role !== "customer") throw new TidegateError("forbidden", "This namespace is for customers.");
  return identified;
}

/** Socket.IO sends `data` of the error with `connect_error`. */
function handshakeError(fault: unknown): Error & { data: WireError } {
  const data = toWireError(fault);
  return Object.assign(new Error(data.message), { data });
}

interface SocketSession extends CustomerSession {
  /** Takes one token or says how long to wait. */
  readonly admit: () => number | null;
}

function openDoor({ world, onFault }: SocketOptions): Door<typeof customerCommands, SocketSession> {
  return new Door({ commands: customerCommands, handlers: customerHandlers(world), guard, onFault });
}

function guard({ admit, caller }: SocketSession): void {
  const retryAfterMs = admit();
  if (retryAfterMs !== null) throw new TidegateError("rate-limited", undefined, { retryAfterMs });
  if (isExpired(caller)) throw new TidegateError("token-expired");
}

function isExpired({ expiresAt }: Caller): boolean {
  return expiresAt !== undefined && expiresAt < Date.now();
}

function receive(
  socket: CustomerSocket,
  door: Door<typeof customerCommands, SocketSession>,
  { commands, world }: SocketOptions,
): void {
  const viewer = new SocketViewer(socket);
  const bucket = openBucket(commands);
  let refusals = 0;
  const session: SocketSession = {
    ...socket.data.identified,
    guestToken: socket.data.identified.guestToken,
    viewer,
    conversationId: null,
    unwatch: () => {},
    gone: false,
    admit: () => {
      const taken = bucket.tryRemoveTokens(1);
      refusals = taken ? 0 : refusals + 1;
      // A moment later, so that it hears of the refusals first.
      if (refusals > patience) setImmediate(() => socket.conn.close());
      return taken ? null : waitMs(bucket, commands);
    },
  };
  socket.onAny((name: string, ...rest: unknown[]) => {
    const last = rest.pop();
    // CAST: the one function that can stand there is Socket.IO's acknowledgement. Without it nobody hears of a refusal,
    // so nothing is done.
    const acknowledge = typeof last === "function" ? (last as (reply: Reply<unknown>) => void) : null;
    const payload = acknowledge === null ? undefined : rest[0];
    door.enter(session, name, payload).then((reply) => acknowledge && viewer.answer(acknowledge, reply));
  });
  const undo = viewer.onceDrained(() => {
    if (session.conversationId !== null) world.audience.catchUp(session.conversationId, viewer);
  });
  socket.on("disconnect", () => {
    session.gone = true;
    undo();
    session.unwatch();
  });
}

/** A socket as the audience sees it. */
class SocketViewer implements Viewer {
  readonly #socket: CustomerSocket;
  readonly #outbox: Outbox;
  #passedOver = false;

  constructor(socket: CustomerSocket) {
    this.#socket = socket;
    this.#outbox = new Outbox(socket.conn);
  }

  get clogged(): boolean {
    const clogged = this.#outbox.isClogged;
    this.#passedOver ||= clogged;
    return clogged;
  }

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    if (this.#outbox.isHopeless) return this.close();
    // CAST: the fact table ties name and payload together; Socket.IO's types cannot follow a generic name.
    (this.#socket.emit as (name: string, payload: unknown) => boolean).call(this.#socket, fact, payload);
  }

  answer(acknowledge: (reply: Reply<unknown>) => void, reply: Reply<unknown>): void {
    if (this.#outbox.isHopeless) return this.close();
    acknowledge(reply);
  }

  /** Runs `task` each time everything has left after this viewer was passed over. */
  onceDrained(task: () => void): Undo {
    const look = () => {
      if (!this.#passedOver || !this.#outbox.isEmpty) return;
      this.#passedOver = false;
      task();
    };
    const { conn } = this.#socket;
    conn.on("drain", look);
    return () => conn.off("drain", look);
  }

  /** Drops what waits. The client will connect again by itself: `socket.disconnect` would keep it from that. */
  close(): void {
    this.#socket.conn.close(true);
  }
}

/** How long a socket may take to receive what was written to it before. */
const farewellMs = 2_000;

/**
 * Tells every socket to come back later and lets them go at a pace, so that they do not all come at once. Resolves when
 * they have received everything and are gone.
 */
export async function releaseSockets(
  io: SocketServer,
  audience: Audience,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  audience.tellAll("node:draining", { reconnectInMs: 1_000 });
  const gone: Promise<unknown>[] = [];
  for (const { conn } of io.of("/").sockets.values()) {
    gone.push(new Promise((resolve) => conn.once("close", resolve)));
    conn.close();
    if (gone.length % 50 === 0) await pause(20);
  }
  await Promise.race([Promise.all(gone), pause(farewellMs)]);
}
