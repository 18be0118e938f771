import fastifyStatic from "@fastify/static";
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { type ErrorCode, TidegateError, toWireError, type WireError, wireError } from "../contract/errors.ts";
import { maxPayloadChars } from "./door.ts";

export interface HttpOptions {
  /** Folder of the built pages. */
  readonly pagesPath: string;
  /** Null when traffic is welcome, else why not (N5). */
  readonly unready: () => string | null;
  /** What an operator should know although traffic is welcome. */
  readonly notes: () => readonly string[];
  /** Connections of all kinds at the same time; undefined for any number. Others are closed before anything is read. */
  readonly mostConnections: number | undefined;
  /** A connection was closed for that. */
  readonly dropped: () => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** What the pages may do: nothing but what they need, no inline code, no markup from strings (X4). */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const statuses: Partial<Record<ErrorCode, number>> = {
  "bad-request": 400,
  "message-conflict": 409,
  unauthenticated: 401,
  "token-expired": 401,
  forbidden: 403,
  "origin-refused": 403,
  "not-found": 404,
  "unknown-command": 404,
  "too-large": 413,
  "rate-limited": 429,
  "too-many-connections": 429,
  internal: 500,
};

/** Whoever has not said what they want by then never will, and is found within the second time (X2). */
const headersMs = 10_000;
const checkingMs = 2_000;

/** Pages, probes, and the one shape of every refusal. */
export async function openHttp(options: HttpOptions): Promise<FastifyInstance> {
  const answerFault = (fault: FastifyError | TidegateError, _request: FastifyRequest, reply: FastifyReply) => {
    const error = translate(fault);
    if (error.code === "internal") options.onFault(fault, "http");
    return refuse(reply, error, fault instanceof TidegateError ? undefined : theirStatus(fault));
  };
  const app = fastify({
    bodyLimit: maxPayloadChars,
    forceCloseConnections: true,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkingMs },
    requestTimeout: 30_000,
    frameworkErrors: answerFault,
  });
  if (options.mostConnections !== undefined) app.server.maxConnections = options.mostConnections;
  app.server.on("drop", options.dropped);
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
  });
  app.setErrorHandler(answerFault);
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, wireError("not-found", "There is nothing at this address.")),
  );
  app.get("/healthz", async (_request, reply) => reply.header("cache-control", "no-store").send({ ok: true }));
  app.get("/readyz", async (_request, reply) => {
    const why = options.unready();
    return reply
      .header("cache-control", "no-store")
      .code(why === null ? 200 : 503)
      .send(why === null ? { ok: true, ...notesOf(options) } : { ok: false, why });
  });
  await openPages(app, options.pagesPath);
  return app;
}

function notesOf({ notes }: HttpOptions): { notes?: readonly string[] } {
  const all = notes();
  return all.length === 0 ? {} : { notes: all };
}

/** The wire form of a refusal, with its status and, where it is known, when to come back. */
export function refuse(reply: FastifyReply, error: WireError, status?: number): FastifyReply {
  if (error.retryAfterMs !== undefined) reply.header("retry-after", Math.ceil(error.retryAfterMs / 1_000));
  return reply.code(status ?? statuses[error.code] ?? 503).send({ ok: false, error });
}

function translate(fault: FastifyError | TidegateError): WireError {
  if (fault instanceof TidegateError) return toWireError(fault);
  const status = theirStatus(fault);
  if (status === 413) return wireError("too-large");
  return status === undefined ? toWireError(fault) : wireError("bad-request", fault.message);
}

/** Fastify's own refusals of what a client sent carry a status below 500. */
function theirStatus({ statusCode }: FastifyError): number | undefined {
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

async function openPages(app: FastifyInstance, pagesPath: string): Promise<void> {
  for (const page of ["console", "dashboard"]) app.get(`/${page}`, (_request, reply) => reply.sendFile(`${page}.html`));
  await app.register(fastifyStatic, {
    root: pagesPath,
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      const immutable = path.includes("/assets/");
      reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "public, max-age=300");
      reply.header("content-security-policy", pagePolicy);
      reply.header("referrer-policy", "strict-origin-when-cross-origin");
      // Any shop's page may load the widget; who may connect is decided at the socket.
      reply.header("access-control-allow-origin", "*");
      reply.header("cross-origin-resource-policy", "cross-origin");
    },
  });
}
