import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RawRelay extends AsyncDisposable {
  readonly baseUrl: string;
}

/** A relay that does whatever a test wants, for what no simulator of an honest one can do. */
export async function openRawRelay(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<RawRelay> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One server-sent event of the Messages API. */
export function relayEvent(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

export function textEvent(text: string): string {
  return relayEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
}
