// The server of relay.bench.ts, a process of its own: it waits until all streams are open, then feeds them in step.
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

type Out = http.ServerResponse | http2.Http2ServerResponse;
const open: Out[] = [];

function take(request: http.IncomingMessage | http2.Http2ServerRequest, response: Out): void {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    write(response, head);
    if (open.push(response) === streams) feed(open.splice(0));
  });
}

function feed(outs: Out[]): void {
  let sent = 0;
  const timer = setInterval(() => {
    for (const out of outs) write(out, sent < deltas ? delta : tail);
    if (sent === deltas) for (const out of outs) end(out);
    if (sent++ === deltas) clearInterval(timer);
  }, gapMs);
}

function write(out: Out, text: string): void {
  (out as http.ServerResponse).write(text);
}

function end(out: Out): void {
  (out as http.ServerResponse).end();
}

const plain = http.createServer(take).listen(0, "127.0.0.1");
const secure = http2.createSecureServer(
  { key, cert, allowHTTP1: true, settings: { maxConcurrentStreams: 10_000 } },
  take,
);
secure.listen(0, "127.0.0.1", () => {
  const ports = [plain, secure].map((server) => (server.address() as AddressInfo).port);
  process.send?.(ports);
});
process.on("disconnect", () => process.exit(0));
