import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server, type ServerOptions, type Socket } from "socket.io";
import { TidegateError, toWireError, type WireError } from "../contract/errors.ts";
import {
  type AgentFactName,
  type AgentFactPayload,
  type ClientToServer,
  customerCommands,
  type FactName,
  type FactPayload,
  handshakeAuth,
  type ServerToClient,
} from "../contract/events.ts";
import type { Addresses } from "./addresses.ts";
import { type CustomerSession, type CustomerWorld, customerHandlers } from "./customers.ts";
import { Door } from "./door.ts";
import { forgetRequest, type Handshaking, watchRequests } from "./handshaking.ts";
import type { Identified, Identity } from "./identity.ts";
import { Crowd, Engaged, type Rate, type Rates } from "./limits.ts";
import { addressOf, type Origins } from "./origins.ts";
import { type Connection, muteWhile } from "./outbox.ts";
import { patrol } from "./patrol.ts";
import { watchProbes } from "./probes.ts";
import { admitter, closeAt, type Guarded, guard, takeCommands } from "./socket-commands.ts";
import { SocketViewer } from "./socket-viewer.ts";

export interface SocketOptions {
  readonly identity: Identity;
  readonly origins: Origins;
  readonly trustedProxies: number;
  /** New connections of one address. */
  readonly connections: Rates;
  /** Connections of one address at the same time. */
  readonly addresses: Addresses;
  /** Commands of one socket. */
  readonly commands: Rate;
  /** A command is refused because they come too fast. */
  readonly refused?: (() => void) | undefined;
  /** Sockets of one customer at the same time. */
  readonly socketsPerCustomer: number;
  readonly world: CustomerWorld;
  /** Shares rooms with the other nodes, where there are any. */
  readonly adapter?: ServerOptions["adapter"] | undefined;
  /** True while this node may not say what it writes (N1). */
  readonly muted?: (() => boolean) | undefined;
  readonly onFault: (fault: unknown, where: string) => void;
}

interface SocketData {
  identified: Identified;
  /** Set once connected. */
  session?: CustomerSession;
}

type CustomerSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;
export type SocketServer = Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

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
  io.engine.on("connection", (connection: Connection) => {
    patrol(connection, options.commands);
    connection.once("close", options.addresses.enter(connection.request));
    if (options.muted) muteWhile(connection, options.muted);
  });
  watchRequests(io.engine);
  watchProbes(http, io.engine);
  const engaged = new Engaged();
  const crowd = new Crowd(options.socketsPerCustomer);
  io.use((socket, next) => {
    if (!engaged.enter(socket)) return next(handshakeError(TidegateError.often("too-many-connections")));
    identify(options, socket).then(
      (identified) => {
        socket.data.identified = identified;
        if (identified.caller.role !== "customer") return next(handshakeError(forCustomers));
        next(
          crowd.isFull(identified.caller.customerId)
            ? handshakeError(TidegateError.often("too-many-connections"))
            : undefined,
        );
      },
      (fault: unknown) => {
        engaged.leave(socket);
        next(handshakeError(fault));
      },
    );
  });
  const door = openDoor(options);
  io.on("connection", (socket) => {
    forgetRequest(socket);
    const leave = crowd.enter(socket.data.identified.caller.customerId);
    socket.once("disconnect", leave);
    if (options.adapter) void socket.join(ownRoom);
    receive(socket, door, options);
  });
  return io;
}

const forCustomers = new TidegateError("forbidden", "This namespace is for customers.");

/** Turned away before anything is spent on it: Engine.IO asks at new connections only, and answers 403 with this word. */
function refuse(request: IncomingMessage, options: SocketOptions): string | undefined {
  const { world, connections, addresses, trustedProxies } = options;
  if (world.draining()) return "draining";
  const isWelcome = !addresses.isFull(request) && connections.take(addressOf(request, trustedProxies));
  return isWelcome ? undefined : "too-many-connections";
}

/** @throws {TidegateError} what the handshake is refused with */
export async function identify(
  { identity, origins }: Pick<SocketOptions, "identity" | "origins">,
  { request, handshake: { auth } }: Handshaking,
): Promise<Identified> {
  // Without it another namespace has let the connection's page in already.
  if (request && !origins.allowsRequest(request)) throw new TidegateError("origin-refused");
  const parsed = handshakeAuth.safeParse(auth);
  if (!parsed.success) throw new TidegateError("bad-request");
  return identity.identify(parsed.data);
}

/** Socket.IO sends `data` of the error with `connect_error`. */
export function handshakeError(fault: unknown): Error & { data: WireError } {
  const data = toWireError(fault);
  return Object.assign(new Error(data.message), { data });
}

interface SocketSession extends CustomerSession, Guarded {}

function openDoor({ world, onFault }: SocketOptions): Door<typeof customerCommands, SocketSession> {
  return new Door<typeof customerCommands, SocketSession>({
    commands: customerCommands,
    handlers: customerHandlers(world),
    guard,
    ready: world.ready,
    onFault,
  });
}

function receive(
  socket: CustomerSocket,
  door: Door<typeof customerCommands, SocketSession>,
  options: SocketOptions,
): void {
  const { world, adapter } = options;
  const viewer = new SocketViewer(socket);
  const { caller, guestToken } = socket.data.identified;
  const session: SocketSession = {
    caller,
    guestToken,
    viewer,
    conversationId: null,
    unwatch: () => {},
    gone: false,
    ...(adapter && { enter: (conversationId: string) => enterRoom(socket, conversationId) }),
    admit: admitter(socket, options),
  };
  socket.data.session = session;
  takeCommands(socket, viewer, (...command) => door.enter(session, ...command));
  const stay = closeAt(socket, caller);
  const undo = viewer.onceDrained(() => {
    if (session.conversationId !== null) world.audience.catchUp(session.conversationId, viewer);
  });
  socket.on("disconnect", () => {
    session.gone = true;
    stay();
    undo();
    session.unwatch();
  });
}

/** Where agents connect, and operators. */
export const agentNamespace = "/agents";
export const operatorNamespace = "/operators";

/** All sockets of this node: they hear of everything without the detour, in order with the text. */
export const ownRoom = `node:${randomUUID()}`;

export const roomOf = (conversationId: string) => `conversation:${conversationId}`;

/** The room of one conversation, and of no other. */
function enterRoom(socket: CustomerSocket, conversationId: string): void {
  const room = roomOf(conversationId);
  for (const joined of socket.rooms)
    if (joined.startsWith("conversation:") && joined !== room) void socket.leave(joined);
  void socket.join(room);
}

/**
 * Tells the sockets in a conversation's room on all other nodes, customers and agents: at most once, in no order with what
 * they are told otherwise.
 */
export function tellElsewhere<N extends FactName>(
  io: SocketServer,
  conversationId: string,
  fact: N,
  payload: FactPayload<N>,
): void {
  const room = roomOf(conversationId);
  emit(io.to(room).except(ownRoom), fact, payload);
  emit(io.of(agentNamespace).to(room).except(ownRoom), fact, { ...payload, conversationId });
}

/** Tells all agents who look at a conversation, on all nodes. */
export function tellAgents<N extends AgentFactName>(
  io: SocketServer,
  conversationId: string,
  fact: N,
  payload: AgentFactPayload<N>,
): void {
  emit(io.of(agentNamespace).to(roomOf(conversationId)), fact, payload);
}

/** Tells the agents who look at a conversation on this node. */
export function tellAgentsHere<N extends AgentFactName>(
  io: SocketServer,
  conversationId: string,
  fact: N,
  payload: AgentFactPayload<N>,
): void {
  emit(io.of(agentNamespace).local.to(roomOf(conversationId)), fact, payload);
}

/** Tells all agents of this node, whatever they look at. */
export function tellAllAgentsHere<N extends AgentFactName>(
  io: SocketServer,
  fact: N,
  payload: AgentFactPayload<N>,
): void {
  emit(io.of(agentNamespace).local, fact, payload);
}

// CAST: the fact tables tie name and payload together; Socket.IO's types cannot follow a generic name.
function emit(to: { emit: unknown }, fact: string, payload: object): void {
  (to.emit as (fact: string, payload: object) => boolean).call(to, fact, payload);
}

/** The connected sockets of this node. */
export function countSockets(io: SocketServer): { readonly customers: number; readonly agents: number } {
  return { customers: io.sockets.sockets.size, agents: io.of(agentNamespace).sockets.size };
}
