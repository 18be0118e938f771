import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Server, type Socket } from "socket.io";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { forgetRequest, watchRequests } from "../../src/transport/handshaking.ts";
import { tokenOf } from "../support/agent.ts";
import { BareSocket } from "../support/bare.ts";
import { openTestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

const page = "https://shop.example";
const env = { ALLOWED_ORIGINS: page };
const agent = JSON.stringify({ token: await tokenOf({ sub: "mei", role: "agent", name: "Mei" }) });

async function open(url: string, origin: string): Promise<BareSocket> {
  const bare = new BareSocket(url, { origin });
  await bare.frame("0{");
  return bare;
}

test("X1 X2 a connection that stands in one namespace enters another one, with a token of its own", async () => {
  await using server = await openTestServer({ env });
  await using bare = await open(server.url, page);
  const welcome = bare.frame("40{");
  bare.send("40{}");
  await welcome;
  const entered = bare.frame("40/agents,{");
  bare.send(`40/agents,${agent}`);
  await entered;
});

test("X2 a page that may not connect is refused at each namespace in turn", async () => {
  await using server = await openTestServer({ env });
  await using bare = await open(server.url, "https://evil.example");
  for (const [name, auth] of [
    ["", "{}"],
    ["/agents,", agent],
    ["", "{}"],
  ]) {
    const refused = bare.frame(`44${name}`);
    bare.send(`40${name}${auth}`);
    expect(await refused).toContain("origin-refused");
  }
});

test.each(["websocket", "polling"])(
  "what a connection by %s began with is let go, and it goes on",
  async (transport) => {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = new Server(http);
    watchRequests(server.engine);
    const requests: WeakRef<IncomingMessage>[] = [];
    server.use((socket, next) => {
      requests.push(new WeakRef(socket.request));
      next();
    });
    server.on("connection", (socket) => {
      forgetRequest(socket);
      forgetRequest(socket);
      socket.on("say", (word: string) => socket.emit("said", word));
    });
    const entered = once(server, "connection");
    const { port } = http.address() as AddressInfo; // CAST: it listens on a port
    const auth = { token: "the shop's token" };
    const client = io(`http://127.0.0.1:${port}`, {
      auth,
      transports: [transport],
      query: { page: "p1" },
      reconnection: false,
    });
    const [socket] = (await entered) as [Socket]; // CAST: what the event tells
    expect([socket.request, socket.handshake.auth, socket.handshake.query, socket.handshake.headers]).toEqual([
      null,
      {},
      {},
      {},
    ]);
    expect(socket.handshake.address).toBe("127.0.0.1");
    const said = once(client as unknown as NodeJS.EventEmitter, "said"); // CAST: an emitter all the same
    client.emit("say", "hello");
    expect(await said).toEqual(["hello"]);
    if (transport === "websocket") {
      await until("the request is gone", () => {
        gc();
        return requests[0]?.deref() === undefined;
      });
    }
    client.close();
    await server.close();
  },
);
