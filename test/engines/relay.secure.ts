import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { makeCertificate } from "./relay.certificate.ts";

/** A certificate for 127.0.0.1 that this process trusts from here on. */
export function trustedCertificate(): ReturnType<typeof makeCertificate> {
  const made = makeCertificate();
  setDefaultCACertificates([...getCACertificates("default"), made.cert]);
  return made;
}

export const certificate = trustedCertificate();

export interface Http2RelayOptions {
  readonly settings?: Settings;
  readonly port?: number;
  /** Answers requests over HTTP/1.1; without it, that is not spoken. */
  readonly http1?: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface Http2Relay extends AsyncDisposable {
  readonly baseUrl: string;
  readonly port: number;
  /** Connections that reached it, in order; those that are closed too. */
  readonly sessions: readonly ServerHttp2Session[];
  readonly sockets: readonly Socket[];
  /** Requests that reached it, as `METHOD path`. */
  readonly requests: readonly string[];
}

/** A relay over TLS that speaks HTTP/2: `handle` gets each stream once its request is complete. */
export async function openHttp2Relay(
  handle: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  { settings = {}, port = 0, http1 }: Http2RelayOptions = {},
): Promise<Http2Relay> {
  const sessions: ServerHttp2Session[] = [];
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const server = createSecureServer({ ...certificate, settings, allowHTTP1: http1 !== undefined });
  server.on("request", (request, response) => {
    // CAST: what is no stream of HTTP/2 comes as the objects of HTTP/1.1.
    if (request.httpVersionMajor === 1)
      http1?.(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  server.on("session", (session) => void sessions.push(session.on("error", () => {})));
  server.on("connection", (socket: Socket) => void sockets.push(socket));
  server.on("stream", (stream, headers) => {
    requests.push(`${headers[":method"]} ${headers[":path"]}`);
    stream.on("error", () => {}).resume();
    stream.once("end", () => stream.destroyed || handle(stream, headers));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address of this kind.
  const at = (server.address() as AddressInfo).port;
  return {
    baseUrl: `https://127.0.0.1:${at}`,
    port: at,
    sessions,
    sockets,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export const eventStream = { "content-type": "text/event-stream" };

/** Begins a stream of events. */
export function begin(stream: ServerHttp2Stream, ...events: readonly string[]): void {
  stream.respond({ ":status": 200, ...eventStream });
  stream.write(events.join(""));
}

/** A relay over TLS that speaks HTTP/1.1 alone. */
export async function openHttp1Relay(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
): Promise<AsyncDisposable> {
  const server = createHttpsServer(certificate, (request, response) => {
    request.resume();
    request.once("end", () => handle(request, response));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export interface Gate extends AsyncDisposable {
  readonly baseUrl: string;
  /** Connections that nobody has closed. */
  readonly open: number;
  /** Connections that were made and are carried nowhere. */
  readonly held: number;
  /** New connections are held, for good. */
  hold(): void;
  /** New connections are good again. */
  pass(): void;
  /** Those that are open are not read from any more. */
  freeze(): void;
  /** They are read from again, though what comes is dropped. */
  thaw(): void;
}

/** A way to a relay's port on which connections hang. */
export async function openGate(targetPort: number): Promise<Gate> {
  const near = new Set<Socket>();
  let [isHolding, isDeaf] = [false, false];
  let held = 0;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    near.add(socket.on("error", () => {}).on("close", () => near.delete(socket)));
    if (isHolding) return void held++;
    const far = connect(targetPort, "127.0.0.1", () => {
      socket.on("data", (bytes) => isDeaf || far.write(bytes)).resume();
      socket.on("end", () => isDeaf || socket.end());
      far.on("data", (bytes) => isDeaf || socket.write(bytes));
    });
    far.on("error", () => {}).on("close", () => isDeaf || socket.destroy());
    socket.on("close", () => far.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `https://127.0.0.1:${port}`,
    get open() {
      return near.size;
    },
    get held() {
      return held;
    },
    hold() {
      isHolding = true;
    },
    pass() {
      isHolding = false;
    },
    freeze() {
      isDeaf = true;
      for (const socket of near) socket.pause();
    },
    thaw() {
      for (const socket of near) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of near) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
