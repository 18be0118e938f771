import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

let openAnswers = 0;

/**
 * A relay that speaks just enough of the Messages API to tell when it spoke: the first text of each answer is the time
 * at which it was written, in milliseconds of the machine's monotonic clock. A question is `first every count`:
 * milliseconds to the first text and between the others, and how many others follow. Any message
 * to the process is answered with the number of answers that are being written.
 */
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const question: string = JSON.parse(body).messages.at(-1).content;
  const [first = 0, every = 0, count = 0] = question.split(" ").map(Number);
  response.socket?.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream" });
  write(response, { type: "message_start", message: { id: "msg_1", role: "assistant", content: [], usage: {} } });
  write(response, { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
  setTimeout(() => speak(response, every, count), first);
});

function speak(response: ServerResponse, every: number, count: number): void {
  writeText(response, `${Number(process.hrtime.bigint()) / 1e6}\n`);
  let left = count;
  openAnswers++;
  const timer = setInterval(() => {
    if (left-- > 0) return writeText(response, "潮汐商店");
    clearInterval(timer);
    write(response, { type: "content_block_stop", index: 0 });
    write(response, { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: count } });
    write(response, { type: "message_stop" });
    response.end();
  }, every);
  response.on("close", () => {
    clearInterval(timer);
    openAnswers--;
  });
}

function writeText(response: ServerResponse, text: string): void {
  write(response, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
}

function write(response: ServerResponse, event: { type: string; [more: string]: unknown }): void {
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

server.listen(0, "127.0.0.1", () => {
  // CAST: a server that listens on a port has an address with one.
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on("message", () => process.send?.({ openAnswers }));
process.on("disconnect", () => process.exit());
