import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server, type ServerOptions, type Socket } from "socket.io";
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
import type { Caller } from "../domain/identity.ts";
import { type CustomerSession, type CustomerWorld, customerHandlers } from "./customers.ts";
import { Door } from "./door.ts";
import type { Identified, Identity } from "./identity.ts";
import { Crowd, openBucket, type Rate, type Rates, waitMs } from "./limits.ts";
import { addressOf, type Origins } from "./origins.ts";
import type { Connection } from "./outbox.ts";
import { patrol } from "./patrol.ts";
import { SocketViewer } from "./socket-viewer.ts";

export interface SocketOptions {
  readonly identity: Identity;
  readonly origins: Origins;
  readonly trustedProxies: number;
  /** New connections of one address. */
  readonly connections: Rates;
  /** Commands of one socket. */
  readonly commands: Rate;
  /** Sockets of one customer at the same time. */
  readonly socketsPerCustomer: number;
  readonly world: CustomerWorld;
  /** Shares rooms with the other nodes, where there are any. */
  readonly adapter?: ServerOptions["adapter"] | undefined;
  readonly onFault: (fault: unknown, where: string) => void;
}

interface SocketData {
  identified: Identified;
  /** Set once connected. */
  session?: CustomerSession;
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
    ...(options.adapter && { adapter: options.adapter }),
    allowRequest: (request, decide) => {
      const refusal = refuse(request, options);
      decide(refusal, refusal === undefined);
    },
    cors: { origin: (origin, decide) => decide(null, options.origins.allows(origin, undefined)) },
  });
  io.engine.on("connection", (connection: Connection) => patrol(connection, packetRate(options.commands)));
  const engaged = new WeakSet<Connection>();
  const crowd = new Crowd(options.socketsPerCustomer);
  io.use((socket, next) => {
    if (engaged.has(socket.conn)) return next(handshakeError(new TidegateError("too-many-connections")));
    engaged.add(socket.conn);
    socket.once("disconnect", () => engaged.delete(socket.conn));
    identify(options, socket.request, socket.handshake.auth).then(
      (identified) => {
        socket.data.identified = identified;
        next(
          crowd.isFull(identified.caller.customerId)
            ? handshakeError(new TidegateError("too-many-connections"))
            : undefined,
        );
      },
      (fault: unknown) => {
        engaged.delete(socket.conn);
        next(handshakeError(fault));
      },
    );
  });
  const door = openDoor(options);
  io.on("connection", (socket) => {
    const leave = crowd.enter(socket.data.identified.caller.customerId);
    socket.once("disconnect", leave);
    if (options.adapter) void socket.join(ownRoom);
    receive(socket, door, options);
  });
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
  return new Door({
    commands: customerCommands,
    handlers: customerHandlers(world),
    guard,
    ready: world.ready,
    onFault,
  });
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
  { commands, world, adapter }: SocketOptions,
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
    ...(adapter && { enter: (conversationId: string) => enterRoom(socket, conversationId) }),
    admit: () => {
      const taken = bucket.tryRemoveTokens(1);
      refusals = taken ? 0 : refusals + 1;
      // A moment later, so that it hears of the refusals first.
      if (refusals > patience) setImmediate(() => socket.conn.close());
      return taken ? null : waitMs(bucket, commands);
    },
  };
  socket.data.session = session;
  socket.onAny((name: string, ...rest: unknown[]) => {
    const last = rest.pop();
    // CAST: the one function that can stand there is Socket.IO's acknowledgement. Without it nobody hears of a refusal,
    // so nothing is done.
    const acknowledge = typeof last === "function" ? (last as (reply: Reply<unknown>) => void) : null;
    const payload = acknowledge === null ? undefined : rest[0];
    door.enter(session, name, payload).then((reply) => acknowledge && viewer.answer(acknowledge, reply));
  });
  const expire = closeAt(socket, session.caller);
  const undo = viewer.onceDrained(() => {
    if (session.conversationId !== null) world.audience.catchUp(session.conversationId, viewer);
  });
  socket.on("disconnect", () => {
    session.gone = true;
    clearTimeout(expire);
    undo();
    session.unwatch();
  });
}

/** All sockets of this node: they hear of everything without the detour, in order with the text. */
const ownRoom = `node:${randomUUID()}`;

const roomOf = (conversationId: string) => `conversation:${conversationId}`;

/** The room of one conversation, and of no other. */
function enterRoom(socket: CustomerSocket, conversationId: string): void {
  const room = roomOf(conversationId);
  for (const joined of socket.rooms)
    if (joined.startsWith("conversation:") && joined !== room) void socket.leave(joined);
  void socket.join(room);
}

/** Tells the sockets in a conversation's room on all other nodes: at most once, in no order with what they are told otherwise. */
export function tellElsewhere<N extends FactName>(
  io: SocketServer,
  conversationId: string,
  fact: N,
  payload: FactPayload<N>,
): void {
  const others = io.to(roomOf(conversationId)).except(ownRoom);
  // CAST: the fact table ties name and payload together; Socket.IO's types cannot follow a generic name.
  (others.emit as (name: string, payload: unknown) => boolean).call(others, fact, payload);
}

/** A command sent in time is still answered, and one sent too late is told why, before the connection ends. */
const expiryGraceMs = 5_000;
/** Timers count no further: about 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Whoever's token has ended hears no more either (X1); a page with a fresh one connects again by itself. */
function closeAt(socket: CustomerSocket, { expiresAt }: Caller): NodeJS.Timeout | undefined {
  if (expiresAt === undefined) return undefined;
  const lifeMs = expiresAt - Date.now() + expiryGraceMs;
  if (lifeMs > longestTimerMs) return undefined;
  return setTimeout(() => socket.conn.close(), Math.max(0, lifeMs)).unref();
}
