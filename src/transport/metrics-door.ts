import { timingSafeEqual } from "node:crypto";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { wireError } from "../contract/errors.ts";
import { refuse } from "./http.ts";

export interface MetricsDoor {
  /** What whoever reads them must show as `Authorization: Bearer`; null for no token. */
  readonly token: string | null;
  readonly read: () => Promise<string>;
  readonly contentType: string;
}

const howTo = "Set METRICS_TOKEN to read the metrics here, or METRICS_PORT to read them at a port of their own.";

/** `/metrics` beside everything else: for whoever has the token, or for everybody where `isOpen`. */
export function openMetrics(http: FastifyInstance, door: MetricsDoor, isOpen: boolean): void {
  http.get("/metrics", (request, reply) => {
    if (door.token === null && !isOpen) return refuse(reply, wireError("forbidden", howTo));
    return tell(door, request, reply);
  });
}

/** `/metrics` alone, at a port of its own. */
export async function openMetricsPort(door: MetricsDoor, host: string, port: number): Promise<AsyncDisposable> {
  const http = fastify({ forceCloseConnections: true, requestTimeout: 10_000 });
  http.get("/metrics", (request, reply) => tell(door, request, reply));
  await http.listen({ host, port });
  return { [Symbol.asyncDispose]: () => http.close() };
}

async function tell({ token, read, contentType }: MetricsDoor, request: FastifyRequest, reply: FastifyReply) {
  if (token !== null && !isShown(token, request.headers.authorization)) {
    reply.header("www-authenticate", "Bearer");
    return refuse(reply, wireError("unauthenticated", "Send METRICS_TOKEN as Authorization: Bearer."));
  }
  return reply
    .header("cache-control", "no-store")
    .type(contentType)
    .send(await read());
}

/** In a time that does not tell how much of it was right. */
function isShown(token: string, header = ""): boolean {
  const [given, known] = [Buffer.from(header), Buffer.from(`Bearer ${token}`)];
  return given.length === known.length && timingSafeEqual(given, known);
}
