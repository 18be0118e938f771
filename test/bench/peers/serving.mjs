// What all servers of the comparison share: where they listen, where the relay is, and what they ask it.
import http from "node:http";

export const relayUrl = process.env.ANTHROPIC_BASE_URL;
export const model = "claude-sonnet-4-6";

/** The request of one question, as each of them sends it. */
export const asked = (text) => ({
  model,
  max_tokens: 64_000,
  system: "You answer the customers of a shop.",
  messages: [{ role: "user", content: text }],
  stream: true,
});

/** Listens on a free port of loopback, and says where; collects garbage when asked, so that memory can be compared. */
export function serve(listener) {
  const server = http.createServer((request, response) => {
    if (request.url !== "/collect") return listener(request, response);
    globalThis.gc?.();
    response.end();
  });
  server.listen(0, "127.0.0.1", 16_384, () => console.log(`listening at http://127.0.0.1:${server.address().port}`));
  return server;
}

export const notFound = (_, response) => response.writeHead(404).end();
