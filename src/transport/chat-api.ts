import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { TidegateError, wireError } from "../contract/errors.ts";
import type { FactName, FactPayload } from "../contract/events.ts";
import * as shape from "../contract/shapes.ts";
import type { Viewer } from "../domain/audience.ts";
import type { Question } from "../domain/conversations.ts";
import type { CustomerWorld } from "./customers.ts";
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
}

const body = z.object({
  text: shape.messageText,
  messageId: shape.messageId.optional(),
  page: shape.page.optional(),
});

/** How long an event stream may be silent before a comment keeps proxies from closing it. */
const keepAliveMs = 15_000;

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
  const question = parse(request.body);
  const { caller, guestToken } = await admit(request, options);
  const { conversationId } = await world.conversations.open(caller);
  const viewer = request.headers.accept?.includes("text/event-stream") ? new EventStream(reply) : new Ear();
  // Watching begins before the question is asked, so that no fact of its turn is missed.
  const unwatch = world.audience.watch(conversationId, viewer);
  try {
    const { turnId, repeated } = await world.assistant.ask(conversationId, question);
    const accepted = { conversationId, turnId, ...(guestToken !== undefined && { guestToken }) };
    viewer.begin(accepted, () => world.audience.catchUp(conversationId, viewer));
    if (repeated) await repeatEnd(world, viewer, conversationId, turnId);
    const ended = turnId === null ? undefined : await viewer.endOf(turnId);
    return viewer instanceof EventStream ? reply : reply.send({ ok: true, result: { ...accepted, ...ended } });
  } finally {
    unwatch();
    viewer.close();
  }
}

/** Everything that may refuse a question before it is looked at. */
async function admit(request: FastifyRequest, options: ChatApiOptions): Promise<Identified> {
  const { world, identity, connections, trustedProxies } = options;
  if (world.draining()) throw new TidegateError("draining");
  if (!connections.take(addressOf(request.raw, trustedProxies))) throw new TidegateError("too-many-connections");
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

/** A question sent again may have been answered already: then its end comes from the store (S5). */
async function repeatEnd(
  world: CustomerWorld,
  viewer: Ear,
  conversationId: string,
  turnId: string | null,
): Promise<void> {
  const turn = turnId === null ? null : await world.turns.read({ conversationId, turnId });
  if (!turn?.answer) return;
  const { answer, epoch } = turn;
  const { outcome = "completed", error } = answer;
  viewer.send("turn:ended", { turnId: turn.turnId, epoch, outcome, message: answer, ...(error && { error }) });
}

type Ended = FactPayload<"turn:ended">;

/** A viewer that waits for the ends of turns and keeps nothing else. */
class Ear implements Viewer {
  readonly #ends = new Map<string, Ended>();
  #wake: () => void = () => {};
  #closed = false;

  get clogged(): boolean {
    return false;
  }

  begin(_accepted: object, _catchUp: () => void): void {}

  send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    if (fact !== "turn:ended") return;
    // CAST: the name says which payload it is; TypeScript does not narrow one generic by the other.
    const ended = payload as Ended;
    this.#ends.set(ended.turnId, ended);
    this.#wake();
  }

  /** Resolves with the end of `turnId`, or with undefined when nobody waits for it any more. */
  async endOf(turnId: string): Promise<Ended | undefined> {
    while (!this.#closed && !this.#ends.has(turnId)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#ends.get(turnId);
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }
}

/** The same facts as on a socket, as server-sent events; the first event is `message:accepted`. */
class EventStream extends Ear {
  readonly #raw: ServerResponse;
  #early: string | null = "";
  #passedOver = false;

  constructor(reply: FastifyReply) {
    super();
    this.#raw = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) this.#raw.setHeader(name, value);
  }

  override get clogged(): boolean {
    const clogged = this.#raw.writableNeedDrain;
    this.#passedOver ||= clogged;
    return clogged;
  }

  override begin(accepted: object, catchUp: () => void): void {
    this.#raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    this.#raw.write(toEvent("message:accepted", accepted) + (this.#early ?? ""));
    this.#early = null;
    const alive = setInterval(() => this.#raw.write(": still here\n\n"), keepAliveMs);
    this.#raw.on("close", () => {
      clearInterval(alive);
      this.close();
    });
    this.#raw.on("drain", () => {
      if (this.#passedOver) catchUp();
      this.#passedOver = false;
    });
  }

  override send<N extends FactName>(fact: N, payload: FactPayload<N>): void {
    const event = toEvent(fact, payload);
    if (this.#early === null) this.#raw.write(event);
    else this.#early += event;
    super.send(fact, payload);
  }

  override close(): void {
    super.close();
    if (this.#early === null) this.#raw.end();
  }
}

function toEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
