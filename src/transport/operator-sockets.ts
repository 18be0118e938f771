import type { Namespace, Socket } from "socket.io";
import { TidegateError } from "../contract/errors.ts";
import { type OperatorToServer, operatorCommands, type ServerToOperator } from "../contract/operator-events.ts";
import type { Caller } from "../domain/identity.ts";
import type { Overview } from "../domain/overview.ts";
import { Door } from "./door.ts";
import { forgetRequest } from "./handshaking.ts";
import { Engaged } from "./limits.ts";
import { departOperator, type OperatorSession, operatorHandlers } from "./operators.ts";
import { admitter, closeAt, type Guarded, guard, takeCommands } from "./socket-commands.ts";
import { SocketViewer } from "./socket-viewer.ts";
import { handshakeError, identify, operatorNamespace, type SocketOptions, type SocketServer } from "./sockets.ts";

export interface OperatorSocketOptions
  extends Pick<SocketOptions, "identity" | "origins" | "commands" | "refused" | "onFault"> {
  readonly overview: Overview;
}

interface OperatorData {
  caller: Caller;
}

interface Session extends OperatorSession, Guarded {}

type OperatorSocket = Socket<OperatorToServer, ServerToOperator, Record<string, never>, OperatorData>;
type OperatorNamespace = Namespace<OperatorToServer, ServerToOperator, Record<string, never>, OperatorData>;

/**
 * Operators' sockets on namespace `/operators`: only with a token that says so (X1). They are served while this node is
 * fenced, for that is when they look.
 */
export function openOperatorSockets(io: SocketServer, options: OperatorSocketOptions): void {
  // CAST: the server is typed by its customers' namespace.
  const operators = io.of(operatorNamespace) as unknown as OperatorNamespace;
  const engaged = new Engaged();
  operators.use((socket, next) => {
    if (!engaged.enter(socket)) return next(handshakeError(TidegateError.often("too-many-connections")));
    identify(options, socket).then(
      ({ caller }) => {
        socket.data.caller = caller;
        next(caller.role === "operator" ? undefined : handshakeError(forOperators));
      },
      (fault: unknown) => {
        engaged.leave(socket);
        next(handshakeError(fault));
      },
    );
  });
  const door = new Door<typeof operatorCommands, Session>({
    commands: operatorCommands,
    handlers: operatorHandlers(options.overview),
    guard,
    onFault: options.onFault,
  });
  operators.on("connection", (socket) => {
    forgetRequest(socket);
    receive(socket, door, options);
  });
}

const forOperators = new TidegateError("forbidden", "This namespace is for operators: the token has no such role.");

function receive(
  socket: OperatorSocket,
  door: Door<typeof operatorCommands, Session>,
  options: OperatorSocketOptions,
): void {
  const viewer = new SocketViewer(socket);
  const { caller } = socket.data;
  const session: Session = {
    caller,
    name: caller.name ?? caller.customerId,
    leave: () => {},
    gone: false,
    send(fact, payload) {
      // The next one tells all of it: a slow page skips some, and its memory here does not grow (S9).
      if (!viewer.clogged) viewer.tell(fact, payload);
    },
    admit: admitter(socket, options),
  };
  takeCommands(socket, viewer, (...command) => door.enter(session, ...command));
  const stay = closeAt(socket, caller);
  socket.on("disconnect", () => {
    stay();
    departOperator(session);
  });
}
