import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { expect, onTestFinished, test } from "vitest";
import { wallClock } from "../../client/chat/clock.ts";
import { overPollingIn } from "../../client/chat/polling.ts";
import type { OpenSocket } from "../../client/chat/socket.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";

const ways: [way: string, open: OpenSocket][] = [
  ["a WebSocket", overWebSocket(wallClock, "/agents,")],
  ["polling", overPollingIn("/agents")],
];

async function serve() {
  const http = createServer();
  const io = new Server(http);
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  onTestFinished(() => io.close());
  return { agents: io.of("/agents"), url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

test.for(ways)("over %s: a command is acknowledged and a fact is told in the agents' namespace", async ([, open]) => {
  const { agents, url } = await serve();
  agents.on("connection", (socket) => {
    socket.on("ask", (payload, reply) => {
      socket.emit("fact", { text: `/agents,${payload.text}` });
      reply({ auth: socket.handshake.auth });
    });
  });
  const heard: unknown[] = [];
  await new Promise<void>((resolve) => {
    const close = open(url, async () => ({ token: "t" }), {
      connected: (emit) =>
        emit("ask", { text: "hello" }, (reply) => {
          heard.push(reply);
          resolve();
        }),
      event: (name, payload) => heard.push([name, payload]),
      ended() {},
    });
    onTestFinished(close);
  });
  expect(heard).toEqual([["fact", { text: "/agents,hello" }], { auth: { token: "t" } }]);
});

test.for(ways)("over %s: a refusal says why", async ([, open]) => {
  const { agents, url } = await serve();
  agents.use((_, next) => next(Object.assign(new Error("no"), { data: { code: "forbidden" } })));
  const ended = await new Promise((resolve) => {
    const close = open(url, async () => ({}), {
      connected() {},
      event() {},
      ended: (how, refusal) => resolve([how, refusal]),
    });
    onTestFinished(close);
  });
  expect(ended).toEqual(["refused", { code: "forbidden" }]);
});
