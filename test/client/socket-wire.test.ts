import { afterEach, expect, test, vi } from "vitest";
import { wallClock } from "../../client/chat/clock.ts";
import { overWebSocket } from "../../client/chat/websocket.ts";
import { movedClock } from "./chat-server.ts";
import { handshake, listenTo, rawServer } from "./socket-listener.ts";

afterEach(() => vi.unstubAllGlobals());

const overWire = overWebSocket(wallClock);

/** Lets everybody in, and then says `words`. */
const welcoming = (...words: (string | Buffer)[]) =>
  rawServer((client) => {
    for (const word of [handshake, '40{"sid":"s1"}', ...words]) client.send(word);
  });

test("X3: what makes no sense is passed over, whatever comes before and after it", async () => {
  const nonsense = [
    ...[
      "",
      " ",
      "x",
      "4",
      "7",
      "9",
      "3",
      "5",
      "6",
      "42",
      "42[]",
      "42null",
      "42[1,2]",
      '42{"a":1}',
      "42[",
      '42["half',
      '42"text"',
      "42true",
      "427",
    ],
    ...["43", "43[1]", "43999[1]", "4399999999999999999999[1]", "43x[1]", "40", "40[]", "40null", '40{"sid":"again"}'],
    ...['42/admin,["other"]', "41/admin,", '44/admin,{"message":"x"}', "45", "46", "4567", "💥", "\u0000", "1{", "2{"],
    ...['451-["binary",{"_placeholder":true,"num":0}]', "0", "0{}", handshake, "__proto__", "6".repeat(100_000)],
    ...[Buffer.from('42["binary"]'), Buffer.from([4, 0, 255]), Buffer.alloc(0)],
  ];
  const server = await welcoming(...nonsense, '42["fine",{"n":1}]', '427["asks us too",2]', '42["bare"]', "41");
  const heard = listenTo(overWire, server.url);
  expect(await heard.ended).toEqual(["dismissed", undefined]);
  const sensible = [
    ["fine", { n: 1 }],
    ["asks us too", 2],
    ["bare", undefined],
  ];
  expect(heard.events).toEqual(sensible);
  expect(heard.told.filter((word) => word !== "event")).toEqual(["connected", "dismissed"]);
});

test("each command is acknowledged once, however often and in whatever order the server does", async () => {
  const server = await rawServer((client) => {
    client.send(`${handshake}`);
    client.send('40{"sid":"s1"}');
    client.on("message", (data) => {
      if (`${data}`.startsWith("422")) for (const word of ['432["b"]', "431", '431["twice"]', "41"]) client.send(word);
    });
  });
  const heard = listenTo(overWire, server.url);
  const emit = await heard.connected;
  const replies: unknown[] = [];
  emit("one", { a: 1 }, (reply) => replies.push(["one", reply]));
  emit("two", null, (reply) => replies.push(["two", reply]));
  await heard.ended;
  const once = [
    ["two", "b"],
    ["one", undefined],
  ];
  expect(replies).toEqual(once);
  expect(server.inbox).toEqual(["40{}", '421["one",{"a":1}]', '422["two",null]']);
});

for (const [what, opening] of [
  ["hangs up", null],
  ["closes in the protocol's words", "1"],
  ["has no times", "0{}"],
  ["has wrong times", '0{"pingInterval":"soon","pingTimeout":null}'],
  ["has impossible times", '0{"pingInterval":-5,"pingTimeout":1}'],
] as const)
  test(`a server that ${what} instead of opening is unreachable`, async () => {
    const server = await rawServer((client) => (opening === null ? client.close() : client.send(opening)));
    expect(await listenTo(overWire, server.url).ended).toEqual(["unreachable", undefined]);
    expect(server.inbox).toEqual([]);
  });

test("a server that says nothing is unreachable after ten seconds", async () => {
  const { clock, move } = movedClock();
  const server = await rawServer(() => {});
  const heard = listenTo(overWebSocket(clock), server.url);
  move(9_999);
  expect(heard.told).toEqual([]);
  move(1);
  expect(heard.told).toEqual(["unreachable"]);
});

test("a server that falls silent after opening is lost when both its times are over", async () => {
  const { clock, move } = movedClock();
  const server = await rawServer((client) => client.send(handshake));
  const heard = listenTo(overWebSocket(clock), server.url);
  await server.heard(1);
  move(499);
  expect(heard.told).toEqual([]);
  move(1);
  expect(heard.told).toEqual(["lost"]);
});

test("pings are answered and keep the connection alive, nothing else does", async () => {
  const { clock, move } = movedClock();
  const server = await welcoming();
  const heard = listenTo(overWebSocket(clock), server.url);
  await heard.connected;
  await server.heard(1);
  for (const pings of [1, 2, 3]) {
    move(499);
    server.send("2");
    await server.heard(1 + pings);
  }
  expect(server.inbox).toEqual(["40{}", "3", "3", "3"]);
  move(499);
  for (const word of ["2{", "6", '42["alive"]']) server.send(word);
  await heard.event;
  expect(heard.told).toEqual(["connected", "event"]);
  move(1);
  expect(heard.told.at(-1)).toBe("lost");
});

test("a server that pings and never lets us in is not waited for", async () => {
  const { clock, move } = movedClock();
  const server = await rawServer((client) => client.send(handshake));
  const heard = listenTo(overWebSocket(clock), server.url);
  await server.heard(1);
  move(400);
  server.send("2");
  await server.heard(2);
  move(100);
  expect(heard.told).toEqual(["lost"]);
});

test("nothing is told after the end, also of what had already arrived", async () => {
  const server = await welcoming("1", '42["late"]', "41", '44{"message":"late"}');
  const heard = listenTo(overWire, server.url);
  await heard.ended;
  await listenTo(overWire, server.url).ended;
  expect(heard.told).toEqual(["connected", "lost"]);
});

test("a command the server finds too long ends the connection", async () => {
  const server = await rawServer(
    (client) => {
      client.send(handshake);
      client.send('40{"sid":"s1"}');
    },
    { maxPayload: 1_000 },
  );
  const heard = listenTo(overWire, server.url);
  const emit = await heard.connected;
  emit("long", "x".repeat(1_000), () => heard.told.push("acknowledged"));
  expect(await heard.ended).toEqual(["lost", undefined]);
  expect(heard.told).toEqual(["connected", "lost"]);
});

test("a refusal without a reason is a refusal", async () => {
  const server = await rawServer((client) => {
    client.send(handshake);
    client.send("44");
  });
  expect(await listenTo(overWire, server.url).ended).toEqual(["refused", undefined]);
});

test("a page that goes offline loses its connection at once, and listens no longer", async () => {
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", vi.fn(page.removeEventListener.bind(page)));
  const server = await welcoming();
  const heard = listenTo(overWire, server.url);
  await heard.connected;
  page.dispatchEvent(new Event("offline"));
  expect(heard.told).toEqual(["connected", "lost"]);
  expect(removeEventListener).toHaveBeenCalledOnce();
});

test("a page that may not open WebSockets is told so after opening, not during it", async () => {
  for (const forbidden of [undefined, () => Promise.reject(new Error("Mixed content."))]) {
    vi.stubGlobal("WebSocket", forbidden);
    const heard = listenTo(overWire, "https://chat.example.com");
    expect(heard.told).toEqual([]);
    expect(await heard.ended).toEqual(["unreachable", undefined]);
  }
  vi.unstubAllGlobals();
  expect(await listenTo(overWire, "not an address").ended).toEqual(["unreachable", undefined]);
});
