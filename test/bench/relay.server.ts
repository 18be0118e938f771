// The server of relay.bench.ts, a process of its own: it waits until all streams are open, then feeds each at its own moments.
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";

const [streams, deltas, gapMs, key, cert] = JSON.parse(process.argv[2] ?? "") as [
  number,
  number,
  number,
  string,
  string,
];
const event = (data: { type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const head = event({ type: "message_start", ...{ message: { usage: { input_tokens: 1, output_tokens: 1 } } } });
const delta = event({ type: "content_block_delta", ...{ index: 0, delta: { type: "text_delta", text: " token" } } });
const tail =
  event({ type: "message_delta", ...{ delta: { stop_reason: "end_turn" }, usage: { output_tokens: deltas } } }) +
  event({ type: "message_stop" });

const open: http.ServerResponse[] = [];

function take(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(head);
    if (open.push(response) === streams) feed(open.splice(0));
  });
}

function feed(outs: readonly http.ServerResponse[]): void {
  for (const [at, out] of outs.entries()) setTimeout(() => play(out), (gapMs * at) / outs.length);
}

function play(out: http.ServerResponse): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent++ < deltas) return void out.write(delta);
    clearInterval(timer);
    out.end(tail);
  }, gapMs);
}

const plain = http.createServer(take).listen(0, "127.0.0.1");
// CAST: the compatibility objects of HTTP/2 have everything that is used of those of HTTP/1.1.
const takeAny = take as unknown as (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void;
const secure = http2.createSecureServer(
  { key, cert, allowHTTP1: true, settings: { maxConcurrentStreams: 10_000 } },
  takeAny,
);
secure.listen(0, "127.0.0.1", () => {
  const ports = [plain, secure].map((server) => (server.address() as AddressInfo).port);
  process.send?.(ports);
});
process.on("disconnect", () => process.exit(0));
