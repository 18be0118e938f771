import { beforeEach, expect, test } from "vitest";
import type { SocketListener } from "../../client/chat/socket.ts";
import { ageOf, type Feed } from "../../client/dashboard/feed/feed.ts";
import { openFeed } from "../../client/dashboard/feed/open.ts";
import { wireError } from "../../src/contract/errors.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let clock: VirtualClock;
let feed: Feed;
/** Connections so far, each with what it was asked. */
let sockets: { readonly tell: SocketListener; readonly asked: string[] }[];
let reply: (name: string) => unknown;

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const serviceAt = (at: number) => ({ at, tier: { tier: "high" } });
const opened = () => ({
  ok: true,
  result: { me: { name: "Mei" }, service: serviceAt(1_000), history: { at: [1_000], waiting: [3] } },
});

beforeEach(() => {
  clock = new VirtualClock();
  sockets = [];
  reply = opened;
  feed = openFeed({
    url: "http://server",
    token: "t",
    clock,
    random: () => 0.5,
    openSocket: (_url, _auth, tell) => {
      sockets.push({ tell, asked: [] });
      return () => {};
    },
  });
});

/** The latest connection reaches the server. */
async function connect(): Promise<void> {
  const socket = sockets.at(-1);
  socket?.tell.connected((name, _payload, acknowledged) => {
    socket.asked.push(name);
    queueMicrotask(() => acknowledged(reply(name)));
  });
  await settled();
}

const tell = (payload: unknown) => sockets.at(-1)?.tell.event("service:changed", payload);

test("figures come with their past, and each second adds one", async () => {
  await connect();
  expect(feed.state).toMatchObject({ link: "online", name: "Mei", service: { at: 1_000 } });
  clock.advance(1_000);
  tell({ service: serviceAt(2_000), sample: { at: 2_000, waiting: 4 } });
  expect(feed.state.history?.waiting).toEqual([3, 4]);
  expect(ageOf(feed.state, clock.now())).toBe(0);
  clock.advance(3_500);
  expect(ageOf(feed.state, clock.now())).toBe(3_500);
});

test("a connection that says nothing for eight seconds is given up for another, and the figures stay, growing old", async () => {
  await connect();
  clock.advance(7_900);
  expect(sockets.length).toBe(1);
  clock.advance(200);
  expect(sockets.length).toBe(2);
  expect(feed.state).toMatchObject({ link: "reconnecting", service: { at: 1_000 } });
  await connect();
  expect([feed.state.link, ageOf(feed.state, clock.now())]).toEqual(["online", 0]);
});

test("X3 facts that nobody expects change nothing", async () => {
  await connect();
  const before = feed.state;
  for (const odd of [null, 7, {}, { service: null }, { service: { at: "now" } }]) tell(odd);
  sockets.at(-1)?.tell.event("turn:delta", {});
  expect(feed.state).toEqual(before);
});

test("X1 who is refused is told why, and does not try again", async () => {
  sockets.at(-1)?.tell.ended("refused", wireError("forbidden"));
  await settled();
  expect(feed.state).toMatchObject({ link: "refused", refusal: { code: "forbidden" } });
  clock.advance(60_000);
  expect(sockets.length).toBe(1);
});

test("an order is refused while there is no connection, and told as it was refused otherwise", async () => {
  await expect(feed.ask("tier:hold", { tier: null })).rejects.toMatchObject({ code: "unavailable" });
  await connect();
  reply = () => ({ ok: false, error: wireError("not-found") });
  await expect(feed.ask("node:drain", { nodeId: "a", active: true })).rejects.toMatchObject({ code: "not-found" });
  expect(sockets[0]?.asked).toEqual(["service:open", "node:drain"]);
});

test("a node that closes is left when it says so", async () => {
  await connect();
  sockets.at(-1)?.tell.event("node:draining", { reconnectInMs: 700 });
  clock.advance(699);
  expect(sockets.length).toBe(1);
  clock.advance(1);
  expect(sockets.length).toBe(2);
});
