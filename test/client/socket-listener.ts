import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { type WebSocket as Client, type ServerOptions, WebSocketServer } from "ws";
import type { Emit, End, OpenSocket } from "../../client/chat/socket.ts";

/** Opens one connection and keeps what it tells. Closed when the test ends. */
export function listenTo(open: OpenSocket, url: string, auth: () => Promise<object> = async () => ({})) {
  const connected = Promise.withResolvers<Emit>();
  const event = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<[how: End, refusal: unknown]>();
  const events: [name: string, payload: unknown][] = [];
  const told: string[] = [];
  const close = open(url, auth, {
    connected(emit) {
      told.push("connected");
      connected.resolve(emit);
    },
    event(name, payload) {
      told.push("event");
      events.push([name, payload]);
      event.resolve();
    },
    ended(how, refusal) {
      told.push(how);
      ended.resolve([how, refusal]);
    },
  });
  onTestFinished(close);
  return { connected: connected.promise, event: event.promise, ended: ended.promise, events, told, close };
}

/** Resolves with the acknowledgement of a command. */
export const ask = (emit: Emit, name: string, payload: unknown) =>
  new Promise<unknown>((resolve) => emit(name, payload, resolve));

export async function listen(http: HttpServer): Promise<string> {
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** An address at which nobody listens. */
export async function nowhere(): Promise<string> {
  const http = createServer();
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  const { port } = http.address() as AddressInfo;
  await new Promise((done) => http.close(done));
  return `http://127.0.0.1:${port}`;
}

export const handshake = '0{"sid":"e1","upgrades":[],"pingInterval":300,"pingTimeout":200}';

/** A server that accepts WebSockets, knows no protocol, and does what the test tells it. */
export async function rawServer(meet: (client: Client) => void, options: ServerOptions = {}) {
  const http = createServer();
  const server = new WebSocketServer({ ...options, server: http });
  const inbox: string[] = [];
  const waiting = new Map<number, () => void>();
  server.on("connection", (client) => {
    client.on("error", () => {});
    client.on("message", (data) => {
      inbox.push(`${data}`);
      waiting.get(inbox.length)?.();
    });
    meet(client);
  });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
  });
  return {
    url: await listen(http),
    inbox,
    /** Resolves when so many messages have come. */
    async heard(count: number) {
      if (inbox.length < count) await new Promise<void>((resolve) => waiting.set(count, resolve));
    },
    send(text: string) {
      for (const client of server.clients) client.send(text);
    },
  };
}

/** A server, or a proxy before it, that turns everybody away, and what kind of connection was asked for, in order. */
export async function closedDoor() {
  const asked: string[] = [];
  const http = createServer((_, response) => {
    asked.push("polling");
    response.writeHead(503).end();
  });
  http.on("upgrade", (_, socket: Duplex) => {
    asked.push("websocket");
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  return { url: await listen(http), asked };
}
