import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type Namespace, Server, type Socket } from "socket.io";
import { type ErrorCode, TidegateError, toWireError, type WireError, wireError } from "../../src/contract/errors.ts";
import {
  type AgentCommandName,
  type AgentFactName,
  type AgentFactPayload,
  agentCommands,
} from "../../src/contract/events.ts";
import { Floor } from "./floor.ts";
import { type AgentScripts, agentScripts } from "./floor-scripts.ts";

/** What a script gives when a command shall not be acknowledged. */
export const silence = Symbol("no acknowledgement");

/** A real Socket.IO server that speaks namespace `/agents` as far as a script says; an agent's token is their id. */
export interface AgentsServer extends AsyncDisposable {
  readonly url: string;
  readonly floor: Floor;
  /** What becomes of each command: replaced by tests. */
  readonly scripts: AgentScripts;
  /** Lets nobody in for whom it gives an error. */
  readonly door: { refuse: (token: string | undefined) => WireError | null };
  readonly agents: Namespace;
  /** The payloads of all commands of that name so far. */
  told<N extends AgentCommandName>(name: N): unknown[];
  /** Resolves once so many commands of that name have come. */
  commandsOf(name: AgentCommandName, count: number): Promise<void>;
  /** Tells every console, whatever it has joined. */
  tell<N extends AgentFactName>(name: N, fact: AgentFactPayload<N>): void;
  /** The same for what no contract allows. */
  tellRaw(name: string, fact: unknown): void;
  /** Breaks the connections as a network does, without a word. */
  cut(): void;
}

const joinedOnly = /^(message|turn|responder|typing|note|viewers):/;
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** What the page runs under is told by the caller, so that a looser policy can never hide a violation. */
export async function openAgentsServer(pages?: { path: string; policy: string }): Promise<AgentsServer> {
  const http = createServer((request, response) => void servePage(request, response, pages));
  const io = new Server(http, { serveClient: false });
  const agents = io.of("/agents");
  const commands: { name: string; payload: unknown }[] = [];
  const waiting = new Set<() => void>();
  const door: AgentsServer["door"] = { refuse: () => null };

  const floor = new Floor((name, fact) => {
    const room = "conversationId" in fact && joinedOnly.test(name) ? `conversation:${fact.conversationId}` : undefined;
    (room ? agents.to(room) : agents).emit(name, fact);
  });
  const scripts = agentScripts(floor);

  agents.use((socket, next) => {
    const refusal = door.refuse(socket.handshake.auth["token"]);
    next(refusal ? Object.assign(new Error(refusal.code), { data: refusal }) : undefined);
  });
  agents.on("connection", (socket) => {
    socket.onAny((name: string, payload: unknown, reply: (answer: unknown) => void) => {
      commands.push({ name, payload });
      answer(scripts, name, payload, socket, reply);
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));

  const told = (name: AgentCommandName) =>
    commands.filter((command) => command.name === name).map(({ payload }) => payload);
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    floor,
    scripts,
    door,
    agents,
    told,
    commandsOf: (name, count) =>
      new Promise((resolve) => {
        const look = () => {
          if (told(name).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    tell: (name, fact) => void agents.emit(name, fact),
    tellRaw: (name, fact) => void agents.emit(name, fact),
    cut() {
      for (const socket of agents.sockets.values()) socket.conn.close();
    },
    async [Symbol.asyncDispose]() {
      await io.close();
    },
  };
}

function answer(scripts: AgentScripts, name: string, given: unknown, socket: Socket, reply: (sent: unknown) => void) {
  const known = Object.hasOwn(agentCommands, name) ? agentCommands[name as AgentCommandName] : undefined;
  const parsed = known?.payload.safeParse(given);
  if (!parsed?.success) return reply({ ok: false, error: wireError(known ? "bad-request" : "unknown-command") });
  // CAST: the script of a name takes what the schema of that name gives.
  const script = scripts[name as AgentCommandName] as ((payload: unknown, socket: Socket) => unknown) | undefined;
  try {
    const result = script ? script(parsed.data, socket) : {};
    if (result !== silence) reply({ ok: true, result });
  } catch (thrown) {
    reply({ ok: false, error: toWireError(thrown) });
  }
}

/** For scripts: refuses the command. */
export function refuse(code: ErrorCode, retryAfterMs?: number): never {
  throw new TidegateError(code, undefined, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** For scripts that leave a command unanswered. CAST: the server looks for this very value. */
export const unanswered = (): never => silence as never;

async function servePage(
  { url = "/" }: IncomingMessage,
  response: ServerResponse,
  pages: { path: string; policy: string } | undefined,
): Promise<void> {
  const path = url.split("?")[0] === "/console" ? "/console.html" : (url.split("?")[0] ?? "/");
  try {
    if (!pages || path.includes("..")) throw new Error("nothing there");
    const body = await readFile(join(pages.path, path));
    response.setHeader("content-security-policy", pages.policy);
    response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}
