import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "./until.ts";

type Value = string | number | boolean | readonly (string | number | boolean)[];

/** A span as a collector has it; times in epoch milliseconds. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  /** As the protocol numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startAt: number;
  readonly endAt: number;
  readonly isError: boolean;
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
}

export interface Export {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
}

/** A collector of traces: takes what is sent by OTLP over HTTP, and reads it where it is JSON. */
export class Collector implements AsyncDisposable {
  readonly exports: Export[] = [];
  readonly spans: CollectedSpan[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      await this.#take(request);
      response.writeHead(200, { "content-type": request.headers["content-type"] }).end();
    });
  }

  static async open(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get url(): string {
    // CAST: a server that listens on TCP has an address of that kind.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** The whole trace of that turn: each span before those under it, and these in the order in which they began. */
  async traceOf(turnId: string): Promise<readonly CollectedSpan[]> {
    const turn = await until("the trace of the turn", () =>
      this.spans.find(({ attributes }) => attributes["tidegate.turn.id"] === turnId),
    );
    return this.#below(turn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #below(span: CollectedSpan): readonly CollectedSpan[] {
    const children = this.spans.filter(({ traceId, parentId }) => traceId === span.traceId && parentId === span.spanId);
    return [span, ...children.toSorted((a, b) => a.startAt - b.startAt).flatMap((child) => this.#below(child))];
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const contentType = request.headers["content-type"] ?? "";
    this.exports.push({ path: request.url ?? "", contentType, bytes: body.length });
    if (contentType.includes("json")) this.spans.push(...spansIn(JSON.parse(body.toString())));
  }
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly links: readonly { readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

const errorStatus = 2;

function spansIn({ resourceSpans }: OtlpRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => read(span, readAll(resource.attributes)))),
  );
}

function read(span: OtlpSpan, resource: CollectedSpan["resource"]): CollectedSpan {
  return {
    ...{ traceId: span.traceId, spanId: span.spanId, parentId: span.parentSpanId || undefined },
    ...{ name: span.name, kind: span.kind, resource, attributes: readAll(span.attributes) },
    startAt: Number(span.startTimeUnixNano) / 1e6,
    endAt: Number(span.endTimeUnixNano) / 1e6,
    isError: span.status.code === errorStatus,
    links: span.links.map(({ spanId }) => spanId),
  };
}

function readAll(attributes: readonly OtlpAttribute[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]));
}

/** A number of 64 bits comes as text. */
function readValue(value: OtlpAttribute["value"]): Value {
  const [[kind, given] = ["", ""]] = Object.entries(value);
  if (kind === "intValue") return Number(given);
  // CAST: what the protocol's names say.
  if (kind !== "arrayValue") return given as Value;
  const { values = [] } = given as { values?: OtlpAttribute["value"][] };
  return values.map((each) => readValue(each) as string);
}
