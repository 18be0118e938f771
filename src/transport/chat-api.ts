import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { TidegateError, wireError } from "../contract/errors.ts";
import * as shape from "../contract/shapes.ts";
import type { Viewer } from "../domain/audience.ts";
import type { Question } from "../domain/conversations.ts";
import type { CustomerWorld } from "./customers.ts";
import { destroyUnlessRead, EventStream, TurnEnds } from "./event-stream.ts";
import { refuse } from "./http.ts";
import type { Identified, Identity } from "./identity.ts";
import type { Rates } from "./limits.ts";
import { addressOf, type Origins } from "./origins.ts";

export interface ChatApiOptions {
  readonly identity: Identity;
  readonly origins: Origins;
  readonly trustedProxies: number;
  readonly connections: Rates;
  readonly world: CustomerWorld;
  /** Aborted when this node closes and nothing is written here any more: whoever still waits is sent to another one (N3). */
  readonly leaving: AbortSignal;
}

/** When a client that is sent away finds another node. */
const reconnectMs = 1_000;

const body = z.object({
  text: shape.messageText,
  messageId: shape.messageId.optional(),
  page: shape.page.optional(),
});

/**
 * `POST /api/chat`: a question over plain HTTP, with the same identity, limits and facts as a socket. Answers with JSON
 * when the answer has ended, or with an event stream while it is written. A client that goes away stops nothing (S10).
 */
export function openChatApi(app: FastifyInstance, options: ChatApiOptions): void {
  app.options("/api/chat", async (request, reply) => {
    allowOrigin(request, reply, options.origins);
    return reply
      .header("access-control-allow-methods", "POST")
      .header("access-control-allow-headers", "authorization, content-type")
      .header("access-control-max-age", "600")
      .code(204)
      .send();
  });
  app.route({
    method: ["GET", "PUT", "PATCH", "DELETE"],
    url: "/api/chat",
    handler: (_request, reply) => refuse(reply.header("allow", "POST"), wireError("bad-request", "Send a POST."), 405),
  });
  app.post("/api/chat", async (request, reply) => {
    allowOrigin(request, reply, options.origins);
    return chat(request, reply, options);
  });
}

function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: Origins): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (!origins.allowsRequest(request.raw)) throw new TidegateError("origin-refused");
  reply.header("access-control-allow-origin", origin).header("vary", "Origin");
}

async function chat(request: FastifyRequest, reply: FastifyReply, options: ChatApiOptions): Promise<FastifyReply> {
  const { world } = options;
  const arrival = { way: "http", at: world.clock.now(), traceparent: traceparentOf(request) } as const;
  const question: Question = { ...parse(request.body), arrival };
  const { caller, guestToken } = await admit(request, options);
  await world.ready();
  const conversation = await world.conversations.open(caller);
  const { conversationId } = conversation;
  const ends = new TurnEnds();
  const stream = request.headers.accept?.includes("text/event-stream") ? openStream(reply, ends) : null;
  const viewer = stream ?? ends;
  // A client that goes away waits no more, and the server does not wait for it.
  reply.raw.once("close", () => ends.close());
  const leave = () => ends.close();
  options.leaving.addEventListener("abort", leave);
  world.show(conversation);
  // Watching begins before the question is asked, so that no fact of its turn is missed.
  const unwatch = world.audience.watch(conversationId, viewer);
  world.seated(conversation);
  try {
    const { turnId, repeated } = await world.assistant.ask(conversationId, question, caller.class);
    const accepted = { conversationId, turnId, ...(guestToken !== undefined && { guestToken }) };
    stream?.begin(accepted, () => world.audience.catchUp(conversationId, stream));
    if (repeated) await repeatEnd(world, viewer, conversationId, turnId);
    const ended = turnId === null ? undefined : await ends.of(turnId);
    if (turnId !== null && ended === undefined && options.leaving.aborted) sendAway(stream);
    if (ended) stream?.end(ended);
    return stream ? reply : sendWhole(reply, { ...accepted, ...ended });
  } finally {
    options.leaving.removeEventListener("abort", leave);
    unwatch();
    stream?.close();
  }
}

/** This node closes, and another one writes on: the same question, sent again to that one, is answered with the same answer. */
function sendAway(stream: EventStream | null): void {
  if (stream === null) throw new TidegateError("draining", undefined, { retryAfterMs: reconnectMs });
  stream.send("node:draining", { reconnectInMs: reconnectMs });
}

/** A stream that carries the headers set so far; until it begins, a refusal can still be sent instead. */
function openStream(reply: FastifyReply, ends: TurnEnds): EventStream {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  return new EventStream(reply.raw, ends);
}

function sendWhole(reply: FastifyReply, result: object): FastifyReply {
  reply.send({ ok: true, result });
  destroyUnlessRead(reply.raw);
  return reply;
}

/** Everything that may refuse a question before it is looked at. */
async function admit(request: FastifyRequest, options: ChatApiOptions): Promise<Identified> {
  const { world, identity, connections, trustedProxies } = options;
  if (world.draining()) throw new TidegateError("draining", undefined, { retryAfterMs: 1_000 });
  if (!connections.take(addressOf(request.raw, trustedProxies))) throw TidegateError.often("too-many-connections");
  const identified = await identity.identify({ token: bearerOf(request) });
  if (identified.caller.role !== "customer") throw new TidegateError("forbidden");
  world.questions.demand(identified.caller.customerId);
  return identified;
}

function parse(given: unknown): Question {
  const parsed = body.safeParse(given ?? {});
  if (parsed.success) return { ...parsed.data, messageId: parsed.data.messageId ?? randomUUID() };
  const [issue] = parsed.error.issues;
  throw new TidegateError("bad-request", `${issue?.path.join(".") || "body"}: ${issue?.message ?? "malformed"}`);
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new TidegateError("unauthenticated", "Send `Authorization: Bearer <token>`.");
  return token;
}

function traceparentOf({ headers }: FastifyRequest): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === "string" ? traceparent : undefined;
}

/** A question sent again may have been answered already: then its end comes from the store (S5). */
async function repeatEnd(
  world: CustomerWorld,
  viewer: Viewer,
  conversationId: string,
  turnId: string | null,
): Promise<void> {
  const turn = turnId === null ? null : await world.turns.read({ conversationId, turnId });
  if (!turn?.answer) return;
  const { answer, epoch } = turn;
  const { outcome = "completed", error } = answer;
  viewer.send("turn:ended", { turnId: turn.turnId, epoch, outcome, message: answer, ...(error && { error }) });
}
