import { createServer } from "node:http";
import { Server, type ServerOptions } from "socket.io";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { wallClock } from "../../client/chat/clock.ts";
import { withDetour } from "../../client/chat/detour.ts";
import { overPolling } from "../../client/chat/polling.ts";
import { closedDoor, handshake, listen, listenTo, nowhere, rawServer } from "./socket-listener.ts";

afterEach(() => vi.unstubAllGlobals());

/** A page's sockets, and how often the detour was loaded or taken. */
function page(load = async () => overPolling) {
  const loadDetour = vi.fn(load);
  return { open: withDetour(wallClock, loadDetour), loadDetour };
}

async function realServer(options: Partial<ServerOptions> = {}) {
  const http = createServer();
  const io = new Server(http, options);
  onTestFinished(() => io.close());
  const transports: string[] = [];
  io.on("connection", ({ conn }) => transports.push(conn.transport.name));
  return { url: await listen(http), transports };
}

const blockedServer = () => realServer({ transports: ["polling"], allowUpgrades: false });

/** One attempt after the other, each with its outcome. */
async function attempts(open: ReturnType<typeof page>["open"], url: string, count: number): Promise<void> {
  for (let attempt = 0; attempt < count; attempt++) await listenTo(open, url).ended;
}

test("where WebSockets pass, the detour is never loaded", async () => {
  const { open, loadDetour } = page();
  const { url, transports } = await realServer();
  for (const _ of [1, 2, 3]) {
    const heard = listenTo(open, url);
    await heard.connected;
    heard.close();
  }
  expect(transports).toEqual(["websocket", "websocket", "websocket"]);
  expect(loadDetour).not.toHaveBeenCalled();
});

test("a page whose first WebSocket is blocked takes the detour at its next attempt, and keeps to it", async () => {
  const { open } = page();
  const { url, transports } = await blockedServer();
  expect(await listenTo(open, url).ended).toEqual(["unreachable", undefined]);
  for (const _ of [1, 2]) {
    const heard = listenTo(open, url);
    await heard.connected;
    heard.close();
  }
  expect(transports).toEqual(["polling", "polling"]);
});

test("a page whose WebSockets have passed takes the detour after two failures in a row", async () => {
  const { open } = page();
  const good = await realServer();
  const door = await closedDoor();
  for (const _ of [1, 2]) {
    await attempts(open, door.url, 1);
    const heard = listenTo(open, good.url);
    await heard.connected;
    heard.close();
    door.asked.length = 0;
    await attempts(open, door.url, 1);
    await listenTo(open, good.url).connected;
  }
  expect(door.asked).toEqual(["websocket"]);
  await attempts(open, door.url, 3);
  expect(door.asked).toEqual(["websocket", "websocket", "websocket", "polling"]);
});

test("a server that accepts WebSockets and closes them later does not send anybody on the detour", async () => {
  const { open, loadDetour } = page();
  const server = await rawServer((client) => {
    client.send(handshake);
    client.close();
  });
  await attempts(open, server.url, 4);
  expect(loadDetour).not.toHaveBeenCalled();
});

test("while the server is down, WebSocket and detour take turns", async () => {
  const { open } = page();
  const door = await closedDoor();
  await attempts(open, door.url, 5);
  expect(door.asked).toEqual(["websocket", "polling", "websocket", "polling", "websocket"]);
});

test("failures of a page that is offline prove nothing", async () => {
  vi.stubGlobal("navigator", { onLine: false });
  const { open, loadDetour } = page();
  await attempts(open, await nowhere(), 4);
  expect(loadDetour).not.toHaveBeenCalled();
});

test("a browser without WebSockets takes the detour at once", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const { url, transports } = await blockedServer();
  await listenTo(page().open, url).connected;
  expect(transports).toEqual(["polling"]);
});

test("a detour that cannot be loaded costs no attempt: it is the WebSocket's turn", async () => {
  const { open, loadDetour } = page(() => Promise.reject(new Error("No such file.")));
  const door = await closedDoor();
  await attempts(open, door.url, 1);
  const { url, transports } = await realServer();
  await listenTo(open, url).connected;
  expect(loadDetour).toHaveBeenCalledOnce();
  expect(transports).toEqual(["websocket"]);
});

test("a connection closed while the detour loads is never opened", async () => {
  const loaded = Promise.withResolvers<typeof overPolling>();
  const { open } = page(() => loaded.promise);
  const door = await closedDoor();
  await attempts(open, door.url, 1);
  const early = listenTo(open, door.url);
  early.close();
  const next = listenTo(open, door.url);
  loaded.resolve(overPolling);
  await next.ended;
  expect(early.told).toEqual([]);
  expect(door.asked).toEqual(["websocket", "polling"]);
});

test("by default the detour is Socket.IO's own client", async () => {
  const open = withDetour(wallClock);
  const { url, transports } = await blockedServer();
  await attempts(open, url, 1);
  await listenTo(open, url).connected;
  expect(transports).toEqual(["polling"]);
});
