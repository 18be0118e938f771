// CPU per delta of the ways from the relay's socket to the token loop, all through the SDK, all in one run:
//   npx node test/bench/relay.bench.ts
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { Readable } from "node:stream";
import { setDefaultCACertificates } from "node:tls";
import Anthropic from "@anthropic-ai/sdk";
import { buildConnector, request, fetch as undiciFetch } from "undici";
import type { RelayBody } from "../../src/engines/relay/body.ts";
import type { Carrier } from "../../src/engines/relay/carrier.ts";
import { readEvents } from "../../src/engines/relay/events.ts";
import { Exchange } from "../../src/engines/relay/exchange.ts";
import { Http1Carrier } from "../../src/engines/relay/http1-carrier.ts";
import { HttpsCarrier } from "../../src/engines/relay/https-carrier.ts";
import { openRelay } from "../../src/engines/relay/relay.ts";
import { makeCertificate } from "../engines/relay.certificate.ts";

const streams = 200;
const deltas = 100;
const gapMs = 20;
const rounds = 5;
const ask = { model: "m", max_tokens: 9, messages: [{ role: "user" as const, content: "x" }], stream: true as const };

const { key, cert } = makeCertificate();
setDefaultCACertificates([cert]);
const child = fork(new URL("./relay.server.ts", import.meta.url), [
  JSON.stringify([streams, deltas, gapMs, key, cert]),
]);
const [ports] = (await once(child, "message")) as [[number, number]];
const plain = `http://127.0.0.1:${ports[0]}`;
const secure = `https://127.0.0.1:${ports[1]}`;

type Run = () => Promise<number>;
const cases: Record<string, Run> = {
  "built-in fetch": throughSdk(plain, fetch),
  "undici.fetch": throughSdk(plain, undiciFetch as unknown as typeof fetch),
  "undici.request": throughSdk(plain, requestFetch),
  "node:http": throughSdk(plain, nodeFetch()),
  "events as their bytes come (ours)": throughOurs(plain, http1(plain)),
  "the whole engine": throughEngine(0),
  "the whole engine, read every 40 ms": throughEngine(40),
  "the whole engine, read every 90 ms": throughEngine(90),
  "ours over TLS, HTTP/1.1": throughOurs(secure, http1(secure)),
  ...Object.fromEntries(
    [1, 2, 4, 8, 16, 200].map((most) => [`ours over TLS, HTTP/2, ${most} on a connection`, http2Of(most)]),
  ),
  "node:http2 over TLS": throughSdk(secure, http2Fetch()),
};

const measured = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(cases)) {
    const before = process.cpuUsage();
    const count = await run();
    const { user, system } = process.cpuUsage(before);
    if (count !== streams * deltas) throw new Error(`${name}: ${count} deltas`);
    if (round > 0) measured.get(name)?.push((user + system) / count);
  }
}
for (const [name, samples] of measured) {
  const sorted = samples.toSorted((a, b) => a - b).map((value) => value.toFixed(1));
  console.log(name.padEnd(44), `median ${sorted[Math.floor(rounds / 2)]} µs per delta`, `(${sorted.join(", ")})`);
}
child.disconnect();
process.exit(0);

function throughSdk(baseURL: string, fetch: typeof globalThis.fetch): Run {
  const client = new Anthropic({ apiKey: "key", baseURL, fetch, maxRetries: 0, logLevel: "off", openTelemetry: false });
  const one = async () => {
    let count = 0;
    for await (const event of await client.messages.create(ask)) if (event.type === "content_block_delta") count++;
    return count;
  };
  return () => all(one);
}

/** The SDK asks, and the engine's own reader reads. */
function throughOurs(baseURL: string, carrier: Carrier): Run {
  const fetch = dispatchFetch(carrier);
  const client = new Anthropic({ apiKey: "key", baseURL, fetch, maxRetries: 0, logLevel: "off", openTelemetry: false });
  const one = async () => {
    let count = 0;
    const { body, headers } = await client.post("/v1/messages", { body: ask, stream: true }).asResponse();
    // CAST: what the exchange has put there.
    await readEvents(body as unknown as RelayBody, headers, (event) => {
      const { type } = event as { readonly type?: unknown };
      if (type === "content_block_delta") count++;
      return type !== "message_stop";
    });
    return count;
  };
  return () => all(one);
}

function throughEngine(paceMs: number): Run {
  const relay = openRelay({ baseUrl: plain, apiKey: "key", paceMs: () => paceMs });
  const asked = { model: "m", maxTokens: 9, system: "s", messages: [{ role: "user" as const, text: "x" }] };
  const one = async () => {
    let count = 0;
    const end = await relay.attempt(asked, () => count++, new AbortController().signal);
    if (end.kind !== "complete") throw new Error(JSON.stringify(end));
    return count;
  };
  return () => all(one);
}

async function all(one: () => Promise<number>): Promise<number> {
  const counts = await Promise.all(Array.from({ length: streams }, one));
  return counts.reduce((sum, count) => sum + count, 0);
}

function shim(url: string, status: number, body: unknown): Response {
  const headers = new Headers({ "content-type": "text/event-stream" });
  return { ok: status < 300, status, url, headers, body } as unknown as Response;
}

function dispatchFetch(carrier: Carrier): typeof fetch {
  return (input, init) => {
    const { origin, pathname } = new URL(String(input));
    const exchange = new Exchange(origin, init?.signal ?? null);
    const headers = Object.fromEntries(new Headers(init?.headers));
    carrier.dispatch({ path: pathname, method: "POST", headers, body: init?.body as string }, exchange);
    return exchange.answer;
  };
}

async function requestFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init?.headers));
  const body = init?.body as string;
  const answer = await request(String(input), { method: "POST", headers, body, signal: init?.signal ?? null });
  return shim(String(input), answer.statusCode, answer.body);
}

function nodeFetch(): typeof fetch {
  const agent = new http.Agent({ keepAlive: true });
  return async (input, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers));
    const signal = init?.signal ?? undefined;
    const asked = http.request(String(input), { method: "POST", headers, agent, ...(signal && { signal }) });
    asked.end(init?.body);
    const [answer] = (await once(asked, "response")) as [http.IncomingMessage];
    return shim(String(input), answer.statusCode ?? 0, answer);
  };
}

function http2Fetch(): typeof fetch {
  let session: http2.ClientHttp2Session | undefined;
  return async (input, init) => {
    session ??= http2.connect(secure);
    const headers = Object.fromEntries(new Headers(init?.headers));
    const stream = session.request({ ...headers, ":method": "POST", ":path": new URL(String(input)).pathname });
    stream.end(init?.body);
    const [answer] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    return shim(String(input), Number(answer[":status"]), stream satisfies Readable);
  };
}

function http1(origin: string): Carrier {
  return new Http1Carrier(origin, buildConnector({ allowH2: false }));
}

function http2Of(most: number): Run {
  return throughOurs(secure, new HttpsCarrier(secure, 10_000, most));
}
