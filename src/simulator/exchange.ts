import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Failure, failureBody, failurePage } from "./failures.ts";

/** One request and its response, with the headers every response carries. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly requestId: string;
  /** The request id, and the mark that no real model answered. */
  readonly headers: Readonly<Record<string, string>>;
}

export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const requestId = `req_sim${randomUUID().replaceAll("-", "").slice(0, 21)}`;
  return {
    request,
    response,
    url: new URL(request.url ?? "/", "http://relay"),
    requestId,
    headers: { "request-id": requestId, "x-simulator": "tidegate" },
  };
}

export const jsonType = { "content-type": "application/json" };

export function sendJson(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(exchange, status, JSON.stringify(body), { ...jsonType, ...headers });
}

/** Sends a failure as the API, or a proxy before it, would. */
export function sendFailure(exchange: Exchange, failure: Failure): void {
  const { status, retryAfter, html } = failure;
  const retry = retryAfter === undefined ? {} : { "retry-after": writtenDelay(retryAfter) };
  if (html) sendPage(exchange, status, retry);
  else sendJson(exchange, status, failureBody(failure, exchange.requestId), retry);
}

/** An HTML page where JSON was expected. */
export function sendPage(exchange: Exchange, status: number, headers: Readonly<Record<string, string>> = {}): void {
  send(exchange, status, failurePage(status), { "content-type": "text/html; charset=utf-8", ...headers });
}

/** Sends one whole body; nothing when the client has gone or headers are out. */
export function send(
  exchange: Exchange,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) return;
  // A body that was refused unread would be taken for the next request on this connection.
  const closing = request.complete ? {} : { connection: "close" };
  response.writeHead(status, {
    ...exchange.headers,
    ...headers,
    ...closing,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** `date:30` becomes the HTTP date in 30 s; anything else stays as it is, however absurd. */
function writtenDelay(retryAfter: string): string {
  const seconds = /^date:(-?\d+)$/.exec(retryAfter)?.[1];
  return seconds === undefined ? retryAfter : new Date(Date.now() + Number(seconds) * 1000).toUTCString();
}
