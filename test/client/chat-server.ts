import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { onTestFinished } from "vitest";
import type { Chat, ChatState } from "../../client/chat/chat.ts";
import { type Clock, wallClock } from "../../client/chat/clock.ts";
import { type ChatOptions, openChat } from "../../client/chat/open.ts";
import { overPolling } from "../../client/chat/polling.ts";
import type { OpenSocket } from "../../client/chat/socket.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";
import { type ErrorCode, type WireError, wireError } from "../../src/contract/errors.ts";
import type { CommandName, CommandPayload, CommandResult, FactName, FactPayload } from "../../src/contract/events.ts";
import type { Message } from "../../src/contract/shapes.ts";

export type Opened = CommandResult<"conversation:open">;
/** What a script does with a command: a result, a refusal, or `silence`. */
type Script<N extends CommandName> = (
  payload: CommandPayload<N>,
  socket: Socket,
) => CommandResult<N> | WireError | typeof silence;
type Scripts = { [N in CommandName]?: Script<N> };

export const silence = Symbol("no acknowledgement");

const emptyConversation: Opened = {
  conversationId: "c1",
  class: "guest",
  responder: { kind: "assistant" },
  tier: "high",
  messages: [],
  turn: null,
  simulated: false,
};

/** A server that speaks the contract and does what the test tells it. Closed when the test ends. `serve` answers the rest. */
export async function scriptedServer(serve?: RequestListener) {
  const http = createServer(serve);
  const io = new Server(http);
  const opened: Opened = { ...emptyConversation };
  const scripts: Scripts = {
    "conversation:open": () => opened,
    "message:send": ({ messageId }) => ({ turnId: `turn-${messageId.slice(0, 8)}` }),
  };
  const commands: { name: CommandName; payload: unknown }[] = [];
  const handshakes: { token?: string; guestToken?: string }[] = [];
  const door: { refuse: (auth: { token?: string; guestToken?: string }) => WireError | null } = { refuse: () => null };
  const waiting = new Set<() => void>();
  const moved = () => {
    for (const look of waiting) look();
  };

  io.use((socket, next) => {
    handshakes.push(socket.handshake.auth);
    const refusal = door.refuse(socket.handshake.auth);
    moved();
    next(refusal ? Object.assign(new Error(refusal.code), { data: refusal }) : undefined);
  });
  io.on("connection", (socket) => {
    socket.onAny((name: CommandName, payload: unknown, reply: (answer: unknown) => void) => {
      commands.push({ name, payload });
      const script = scripts[name] as ((payload: unknown, socket: Socket) => unknown) | undefined;
      const result = script ? script(payload, socket) : {};
      if (result !== silence) reply(isError(result) ? { ok: false, error: result } : { ok: true, result });
      moved();
    });
  });
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  onTestFinished(() => io.close());

  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    io,
    opened,
    scripts,
    door,
    handshakes,
    /** The payloads of all commands of that name so far. */
    told: <N extends CommandName>(name: N) =>
      commands.filter((command) => command.name === name).map(({ payload }) => payload as CommandPayload<N>),
    until,
    async commandsOf(name: CommandName, count: number) {
      await until(() => commands.filter((command) => command.name === name).length >= count);
    },
    emit<N extends FactName>(name: N, fact: FactPayload<N>) {
      io.emit(name, fact);
    },
    /** Breaks the connections as a network does, without a word. */
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
  };
}

const isError = (result: unknown): result is WireError =>
  typeof result === "object" && result !== null && "retryable" in result;

export const refusal = (code: ErrorCode, retryAfterMs?: number) => wireError(code, undefined, retryAfterMs);

/** Real time, twenty times as fast. */
export const hasty: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms / 20);
    return () => clearTimeout(timer);
  },
};

/** Time that stands still until it is moved. */
export function movedClock() {
  let now = 1_000_000;
  const due = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      due.add(timer);
      return () => void due.delete(timer);
    },
  };
  const move = (ms: number) => {
    now += ms;
    for (const timer of [...due]) {
      if (timer.at > now || !due.delete(timer)) continue;
      timer.run();
    }
  };
  return { clock, move };
}

export function memoryStorage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

/** Chats in a hurry on sockets that are not: the server's pings come at their own pace. */
export const chatOver =
  (openSocket: OpenSocket) =>
  (options: ChatOptions): Chat => {
    const chat = openChat({ clock: hasty, openSocket, ...options });
    onTestFinished(() => chat.close());
    return chat;
  };

export const chatWith = chatOver(overWebSocket(wallClock));

/** The same chat on every kind of socket. */
export const everyWay: [way: string, open: typeof chatWith][] = [
  ["a WebSocket", chatWith],
  ["polling", chatOver(overPolling)],
];

/** Resolves with the first state, from now on, that fulfils the condition. */
export function stateOf(chat: Chat, condition: (state: ChatState) => boolean): Promise<ChatState> {
  return new Promise((resolve) => {
    const look = (state: ChatState) => {
      if (!condition(state)) return false;
      resolve(state);
      return true;
    };
    if (look(chat.state)) return;
    const stop = chat.subscribe((state) => {
      if (look(state)) stop();
    });
  });
}

export const online = (chat: Chat) => stateOf(chat, ({ link }) => link === "online");

/** Resolves when the text of an answer is `text`. */
export function textIs(chat: Chat, turnId: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    let shown = "";
    const look = () => {
      if (shown === text) resolve();
    };
    chat.watchText(turnId, {
      reset(whole) {
        shown = whole;
        look();
      },
      append(piece) {
        shown += piece;
        look();
      },
    });
  });
}

let clockTime = 0;
/** Later than everything before. */
export const nextTime = () => ++clockTime;
export const asked = (messageId: string, turnId?: string, text = messageId): Message => ({
  messageId,
  author: "customer",
  text,
  at: nextTime(),
  ...(turnId !== undefined && { turnId }),
});

export const answered = (turnId: string, text: string): Message => ({
  messageId: `answer-${turnId}`,
  author: "assistant",
  text,
  at: nextTime(),
  turnId,
  outcome: "completed",
});

export const kinds = ({ entries }: ChatState) =>
  entries.map((entry) =>
    entry.kind === "answer"
      ? `answer ${entry.turnId} ${entry.state}`
      : entry.kind === "question"
        ? `${entry.waiting ? "chip" : "question"} ${entry.text} ${entry.status}`
        : `${entry.kind} ${entry.text}`,
  );
