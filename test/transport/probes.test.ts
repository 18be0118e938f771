import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { commandFrame } from "../support/bare.ts";
import { openCustomer } from "../support/customer.ts";
import { openTestServer, type TestServer } from "../support/server.ts";

/** A connection that polls, by hand. */
async function openPolling({ url }: TestServer) {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const handshake = await (await fetch(base)).text();
  const { sid } = JSON.parse(handshake.slice(1));
  const at = `${base}&sid=${sid}`;
  const post = async (body: string) => (await fetch(at, { method: "POST", body })).status;
  const poll = async () => (await fetch(at)).text();
  await post("40{}");
  await poll();
  /** The WebSocket on which it could go on. */
  const probe = async () => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
    socket.on("error", () => {});
    await once(socket, "open");
    return socket;
  };
  return { post, poll, probe };
}

test("X2 a connection that polls and is cut is gone a moment after it was told", async () => {
  await using server = await openTestServer();
  const { post, poll } = await openPolling(server);
  const many = Array.from({ length: 200 }, (_, at) => commandFrame(at, "typing:set", { active: true }));
  await post(many.join("\x1e"));
  expect(await poll()).toContain("rate-limited");
  await pause(1_000);
  expect(await post("3")).toBe(400);
});

test("X2 a WebSocket that could take over is ended when it says more than that takes", async () => {
  await using server = await openTestServer();
  const { probe } = await openPolling(server);
  const socket = await probe();
  let pongs = 0;
  socket.on("message", () => pongs++);
  for (let at = 0; at < 1_000; at++) socket.send("2probe");
  await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
  expect(pongs).toBeLessThanOrEqual(11);
});

test("X2 a WebSocket that could take over is ended when it sends much and says nothing", async () => {
  await using server = await openTestServer();
  const { probe } = await openPolling(server);
  const socket = await probe();
  for (let at = 0; at < 5; at++) socket.send("x".repeat(10_000), { fin: false });
  await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
});

test("N3 a server that closes does not wait for a WebSocket that could take over", async () => {
  const server = await openTestServer();
  const { probe } = await openPolling(server);
  const socket = await probe();
  // It never says that it heard.
  (socket as unknown as { _socket: NodeJS.EventEmitter })._socket.removeAllListeners("data");
  const since = performance.now();
  await server[Symbol.asyncDispose]();
  expect(performance.now() - since).toBeLessThan(8_000);
});

test("X2 a connection that polled and went over to its WebSocket is not bounded like one that could", async () => {
  await using server = await openTestServer();
  await using customer = await openCustomer(server.url, {}, { transports: ["polling", "websocket"] });
  const { engine } = customer.socket.io;
  if (engine.transport.name === "polling") await new Promise((resolve) => engine.once("upgrade", resolve));
  const long = `[[sim: long chars=800]] ${"x".repeat(3_000)}`;
  const { outcome } = await customer.answerTo(long);
  await customer.answerTo(long);
  await pause(1_000);
  expect([engine.transport.name, outcome, customer.socket.connected]).toEqual(["websocket", "completed", true]);
});
