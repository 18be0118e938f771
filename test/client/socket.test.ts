import { createServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { describe, expect, onTestFinished, test } from "vitest";
import { wallClock } from "../../client/chat/clock.ts";
import { overPolling } from "../../client/chat/polling.ts";
import type { OpenSocket } from "../../client/chat/socket.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";
import { ask, closedDoor, listen, listenTo, nowhere } from "./socket-listener.ts";

/** What every kind of socket does with the server that we run. */
const kinds: [kind: string, open: OpenSocket][] = [
  ["a WebSocket", overWebSocket(wallClock)],
  ["polling", overPolling],
];

async function realServer(meet: (socket: Socket) => void = () => {}) {
  const http = createServer();
  const io = new Server(http);
  io.on("connection", meet);
  onTestFinished(() => io.close());
  return { url: await listen(http), io };
}

describe.each(kinds)("over %s", (_, open) => {
  test("the server hears who we are and answers each command with its own acknowledgement", async () => {
    const { url, io } = await realServer((socket) => {
      socket.on("double", (n: number, reply: (answer: unknown) => void) => reply({ doubled: 2 * n }));
      socket.on("who", (_nothing: unknown, reply: (answer: unknown) => void) => reply(socket.handshake.auth));
    });
    const emit = await listenTo(open, url, async () => ({ token: "token-1" })).connected;
    expect(await Promise.all([ask(emit, "who", {}), ask(emit, "double", 1), ask(emit, "double", 2)])).toEqual([
      { token: "token-1" },
      { doubled: 2 },
      { doubled: 4 },
    ]);
    expect(io.sockets.sockets.size).toBe(1);
  });

  test("five thousand events come in order, whatever text is in them", async () => {
    const sent = Array.from({ length: 5_000 }, (_nothing, n) => ({ n, text: `“${n}”\n\u2028🚀 42["x"]` }));
    const { url } = await realServer((socket) => {
      for (const piece of sent) socket.emit("piece", piece);
      socket.emit("large", "好".repeat(500_000));
      socket.disconnect();
    });
    const heard = listenTo(open, url);
    await heard.ended;
    expect(heard.events.slice(0, -1)).toEqual(sent.map((piece) => ["piece", piece]));
    expect(heard.events.at(-1)).toEqual(["large", "好".repeat(500_000)]);
  });

  test("a refused handshake tells why", async () => {
    const { url, io } = await realServer();
    const refusal = { code: "token-expired", message: "Too old.", retryable: true };
    io.use((_socket, next) => next(Object.assign(new Error("refused"), { data: refusal })));
    const heard = listenTo(open, url);
    expect(await heard.ended).toEqual(["refused", refusal]);
    expect(heard.told).toEqual(["refused"]);
  });

  test("a server that says good-bye has dismissed us, one that just hangs up is lost", async () => {
    const { url } = await realServer((socket) => {
      if (socket.handshake.auth["polite"]) socket.disconnect(true);
      else socket.conn.close();
    });
    expect(await listenTo(open, url, async () => ({ polite: true })).ended).toEqual(["dismissed", undefined]);
    expect(await listenTo(open, url).ended).toEqual(["lost", undefined]);
  });

  test("nobody there, and somebody who does not let us in, are unreachable", async () => {
    expect(await listenTo(open, await nowhere()).ended).toEqual(["unreachable", undefined]);
    expect(await listenTo(open, (await closedDoor()).url).ended).toEqual(["unreachable", undefined]);
  });

  test("without anything to say about ourselves the connection is given up", async () => {
    const { url, io } = await realServer();
    const heard = listenTo(open, url, () => Promise.reject(new Error("The shop is down.")));
    expect(await heard.ended).toEqual(["lost", undefined]);
    expect(io.sockets.sockets.size).toBe(0);
  });

  test("after closing, nothing is told and the server knows", async () => {
    const left = Promise.withResolvers<void>();
    const { url } = await realServer((socket) => {
      socket.on("disconnect", () => left.resolve());
      socket.on("late", (_nothing: unknown, reply: () => void) => {
        reply();
        socket.emit("late");
      });
    });
    const heard = listenTo(open, url);
    const emit = await heard.connected;
    emit("late", {}, () => heard.told.push("acknowledged"));
    heard.close();
    await left.promise;
    expect(heard.told).toEqual(["connected"]);
  });

  test("a connection closed while it opens never was", async () => {
    const { url } = await realServer();
    const early = listenTo(open, url);
    early.close();
    await listenTo(open, url).connected;
    expect(early.told).toEqual([]);
  });
});
