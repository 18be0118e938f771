import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { AttemptEnd, RelayFailure, RelayRequest } from "../../src/domain/relay.ts";
import { type AnthropicRelay, openRelay, type RelayOptions } from "../../src/engines/relay/relay.ts";

/** Clocks short enough for a test; each test that is about one of them sets it shorter still. */
export function openTestRelay(baseUrl: string, options: Partial<RelayOptions> = {}): AnthropicRelay {
  return openRelay({
    baseUrl,
    apiKey: "test-key-1234",
    firstTokenMs: 3_000,
    idleMs: 3_000,
    totalMs: 6_000,
    ...options,
  });
}

export function ask(text: string, more: Partial<RelayRequest> = {}): RelayRequest {
  const messages = [{ role: "user", text }] as const;
  return { model: "claude-sonnet-4-5", maxTokens: 1_000, system: "Be brief.", messages, ...more };
}

export interface Played {
  readonly end: AttemptEnd;
  readonly pieces: readonly string[];
  readonly text: string;
}

/** Runs one attempt to its end. `onPiece` sees each piece after it was noted. */
export async function play(
  relay: AnthropicRelay,
  request: RelayRequest,
  options: { readonly signal?: AbortSignal; readonly onPiece?: (piece: string) => void } = {},
): Promise<Played> {
  const pieces: string[] = [];
  const note = (piece: string) => {
    pieces.push(piece);
    options.onPiece?.(piece);
  };
  const end = await relay.attempt(request, note, options.signal ?? new AbortController().signal);
  return { end, pieces, text: pieces.join("") };
}

/** The failure of an attempt, or an error that says how it ended instead. */
export function failureOf({ end }: Played): RelayFailure {
  if (end.kind !== "failed") throw new Error(`The attempt ended as ${end.kind}.`);
  return end.failure;
}

/** One event as it goes over the wire. */
export function sse(data: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export const start = sse({ type: "message_start", message: { usage: { input_tokens: 7, output_tokens: 1 } } });
export const piece = (text: string) =>
  sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
export const stop = sse({ type: "message_stop" });
export const ended = (reason: string) =>
  sse({ type: "message_delta", delta: { stop_reason: reason }, usage: { output_tokens: 3 } }) + stop;
/** A head without a length: the answer ends with the connection. */
export const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

export function answer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { "content-type": "application/json", "content-length": `${Buffer.byteLength(body)}`, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n${body}`;
}

export function refusal(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}

export interface RawRelay extends AsyncDisposable {
  readonly baseUrl: string;
  /** Connections that reached it so far. */
  connections: number;
  /** The next request, as bytes on its connection, is answered by `handle`. */
  readonly requests: string[];
}

/**
 * A relay made of bytes: `handle` gets the connection of each request once the request is complete. With a certificate they go
 * over TLS.
 */
export async function openRaw(
  handle: (socket: Socket, request: string) => void,
  certificate?: { readonly key: string; readonly cert: string },
): Promise<RawRelay> {
  const sockets = new Set<Socket>();
  const welcome = (socket: Socket) => {
    raw.connections++;
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    listen(socket, (request) => {
      raw.requests.push(request);
      handle(socket, request);
    });
  };
  const server = certificate ? createTlsServer(certificate, welcome) : createServer(welcome);
  const raw: RawRelay = {
    baseUrl: `${certificate ? "https" : "http"}://127.0.0.1:${await openPort(server)}`,
    connections: 0,
    requests: [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return raw;
}

function listen(socket: Socket, onRequest: (request: string) => void): void {
  let read = "";
  socket.on("data", (bytes) => {
    read += bytes.toString("latin1");
    const bodyAt = read.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(read)?.[1] ?? 0);
    if (bodyAt < 4 || read.length < bodyAt + length) return;
    const request = read.slice(0, bodyAt + length);
    read = read.slice(bodyAt + length);
    onRequest(request);
  });
}

async function openPort(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address of this kind.
  return (server.address() as AddressInfo).port;
}

/** What was written to a connection is read, and the connection free again, a few turns of the event loop later. */
export async function connectionFreed(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
