import type { Namespace, Socket } from "socket.io";
import { TidegateError } from "../contract/errors.ts";
import { type AgentFactName, type AgentToServer, agentCommands, type ServerToAgent } from "../contract/events.ts";
import type { Presence } from "../domain/desk.ts";
import type { Caller } from "../domain/identity.ts";
import { AgentViewer } from "./agent-viewer.ts";
import { type AgentSession, type AgentWorld, agentHandlers, depart } from "./agents.ts";
import { Door } from "./door.ts";
import { forgetRequest } from "./handshaking.ts";
import { Engaged } from "./limits.ts";
import { admitter, closeAt, type Guarded, guard, takeCommands } from "./socket-commands.ts";
import { SocketViewer } from "./socket-viewer.ts";
import {
  agentNamespace,
  handshakeError,
  identify,
  ownRoom,
  roomOf,
  type SocketOptions,
  type SocketServer,
} from "./sockets.ts";

export interface AgentSocketOptions
  extends Pick<SocketOptions, "identity" | "origins" | "commands" | "refused" | "onFault"> {
  readonly world: Omit<AgentWorld, "presenceChanged">;
  /** Waited for before anything is done. */
  readonly ready: () => Promise<void> | undefined;
  /** The agents who are connected here, whenever that changes. */
  readonly present: (present: readonly Presence[]) => void;
}

interface AgentData {
  session?: Session;
  caller: Caller;
}

interface Session extends AgentSession, Guarded {}

type AgentSocket = Socket<AgentToServer, ServerToAgent, Record<string, never>, AgentData>;
export type AgentNamespace = Namespace<AgentToServer, ServerToAgent, Record<string, never>, AgentData>;

/** Agents' sockets on namespace `/agents`: only with a token that says so (X1). */
export function openAgentSockets(io: SocketServer, options: AgentSocketOptions): AgentNamespace {
  // CAST: the server is typed by its customers' namespace.
  const agents = io.of(agentNamespace) as unknown as AgentNamespace;
  const engaged = new Engaged();
  agents.use((socket, next) => {
    if (!engaged.enter(socket)) return next(handshakeError(TidegateError.often("too-many-connections")));
    identify(options, socket).then(
      ({ caller }) => {
        socket.data.caller = caller;
        next(caller.role === "agent" || caller.role === "operator" ? undefined : handshakeError(forAgents));
      },
      (fault: unknown) => {
        engaged.leave(socket);
        next(handshakeError(fault));
      },
    );
  });
  const sessions = new Set<Session>();
  const presenceChanged = () => options.present([...sessions].filter(({ view }) => view !== null).map(presenceOf));
  const world = { ...options.world, presenceChanged };
  const door = new Door<typeof agentCommands, Session>({
    commands: agentCommands,
    handlers: agentHandlers(world),
    guard,
    ready: options.ready,
    onFault: options.onFault,
  });
  agents.on("connection", (socket) => {
    forgetRequest(socket);
    receive(socket, door, world, options, sessions);
  });
  return agents;
}

const forAgents = new TidegateError("forbidden", "This namespace is for agents: the token has no such role.");

function presenceOf({ agent, state, joined }: Session): Presence {
  return { ...agent, state, viewing: [...joined.keys()] };
}

function receive(
  socket: AgentSocket,
  door: Door<typeof agentCommands, Session>,
  world: AgentWorld,
  options: AgentSocketOptions,
  sessions: Set<Session>,
): void {
  const viewer = new SocketViewer(socket);
  const { caller } = socket.data;
  const session: Session = {
    caller,
    agent: { agentId: caller.customerId, name: caller.name ?? caller.customerId },
    state: "available",
    joined: new Map(),
    view: null,
    leaveInbox: () => {},
    gone: false,
    draft: null,
    send: (fact: AgentFactName, payload: object) => viewer.tell(fact, payload),
    viewerOf: (conversationId) => new AgentViewer(viewer, conversationId),
    enter: (conversationId) => void socket.join(roomOf(conversationId)),
    exit: (conversationId) => void socket.leave(roomOf(conversationId)),
    admit: admitter(socket, options),
  };
  sessions.add(session);
  socket.data.session = session;
  void socket.join(ownRoom);
  takeCommands(socket, viewer, (...command) => door.enter(session, ...command));
  const stay = closeAt(socket, caller);
  const undo = viewer.onceDrained(() => {
    for (const [conversationId, joined] of session.joined) world.audience.catchUp(conversationId, joined.viewer);
  });
  socket.on("disconnect", () => {
    stay();
    undo();
    sessions.delete(session);
    depart(world, session);
  });
}
