import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { RelayBody } from "../../src/engines/relay/body.ts";
import { certificate } from "./relay.secure.ts";
import { ask, ended, failureOf, openRaw, openTestRelay, piece, play, sse, start } from "./relay.support.ts";

const kept = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/** One part of an answer whose connection is kept; the empty one is its end. */
const part = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** How many times something came, where what came within ten milliseconds came at once. */
function arrivals(times: readonly number[]): number {
  return times.filter((time, at) => at === 0 || time - (times[at - 1] ?? 0) > 10).length;
}

test.each([
  ["over TCP", undefined],
  ["over TLS", certificate],
] as const)("S1 text that comes faster than it is passed on is read in one go, and all of it, %s", async (_, keyed) => {
  const words = Array.from({ length: 40 }, (_, at) => `${at} `);
  await using raw = await openRaw(async (socket) => {
    socket.write(kept + part(start));
    for (const word of words) {
      socket.write(part(piece(word)));
      await sleep(15);
    }
    socket.write(part(ended("end_turn")) + part(""));
  }, keyed);
  await using relay = openTestRelay(raw.baseUrl, { http2: false, paceMs: () => 90 });
  const times: number[] = [];
  const { end, text } = await play(relay, ask("?"), { onPiece: () => times.push(performance.now()) });
  expect(end.kind).toBe("complete");
  expect(text).toBe(words.join(""));
  expect(arrivals(times)).toBeLessThan(16);
});

test("S1 the first text is read as it comes", async () => {
  let sentAt = 0;
  await using raw = await openRaw(async (socket) => {
    socket.write(kept);
    await sleep(20);
    socket.write(part(start));
    await sleep(20);
    socket.write(part(sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } })));
    await sleep(50);
    sentAt = performance.now();
    socket.write(part(piece("a ")) + part(ended("end_turn")) + part(""));
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 2_000 });
  let lateMs = 0;
  await play(relay, ask("?"), { onPiece: () => (lateMs = performance.now() - sentAt) });
  expect(lateMs).toBeLessThan(1_000);
});

test("a connection rests only where text comes about as often as it is read, or oftener", async () => {
  const rests: number[] = [];
  const body = new RelayBody(
    () => {},
    (ms, over) => {
      rests.push(ms);
      over();
      return true;
    },
  );
  body.open({ read: () => body.mayRest(40), end: () => {} });
  for (const waitMs of [0, 100, 100, 10, 10, 100]) {
    await sleep(waitMs);
    body.push(Buffer.from("text"));
  }
  expect(rests).toEqual([40, 40]);
});

test.each([
  ["has ended", part(piece("c ") + ended("end_turn"))],
  ["is cut where its text ends", part(piece("c "))],
])("an answer that %s lets no rest stand before the next one on its connection", async (_, last) => {
  await using raw = await openRaw(async (socket) => {
    socket.write(kept);
    await sleep(20);
    // The first time it is only found that it is to rest.
    socket.write(part(start + piece("a ") + piece("b ")));
    await sleep(20);
    socket.write(last + part(""));
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 2_000 });
  for (let turn = 0; turn < 3; turn++) {
    const begun = performance.now();
    expect((await play(relay, ask("?"))).text).toBe("a b c ");
    expect(performance.now() - begun).toBeLessThan(1_000);
    await sleep(20);
  }
  expect(raw.connections).toBe(1);
});

test("S10 aborting while the connection rests settles at once and closes it", async () => {
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.once("close", closed.resolve);
    socket.write(kept);
    setTimeout(() => socket.write(part(start) + part(piece("a ")) + part(piece("b "))), 20);
    setTimeout(() => socket.write(part(piece("c "))), 40);
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 2_000 });
  const stopping = new AbortController();
  const begun = performance.now();
  const onPiece = (text: string) => {
    if (text === "c ") setTimeout(() => stopping.abort(), 50);
  };
  const { end, text } = await play(relay, ask("?"), { signal: stopping.signal, onPiece });
  await closed.promise;
  expect(end.kind).toBe("aborted");
  expect(text).toBe("a b c ");
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test.each([
  ["closes", (socket: Socket) => socket.end()],
  ["resets", (socket: Socket) => socket.resetAndDestroy()],
] as const)("U4 what came before the relay %s the connection is read, though it rests", async (_, leave) => {
  await using raw = await openRaw(async (socket) => {
    socket.write(kept);
    await sleep(20);
    socket.write(part(start) + part(piece("a ")) + part(piece("b ")));
    await sleep(50);
    for (const text of ["c ", "d "]) {
      socket.write(part(piece(text)));
      await sleep(50);
    }
    leave(socket);
    await once(socket, "close");
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 300 });
  const played = await play(relay, ask("?"));
  expect(played.text).toBe("a b c d ");
  expect(failureOf(played).reason).toBe("cut");
});

test("an answer that comes all at once is read without a rest", async () => {
  const words = Array.from({ length: 5_000 }, (_, at) => `${at} `);
  await using raw = await openRaw(async (socket) => {
    socket.write(kept + part(start) + part(piece("a ")));
    await sleep(30);
    socket.write(words.map((word) => part(piece(word))).join("") + part(ended("end_turn")) + part(""));
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 1_000 });
  const begun = performance.now();
  const { end, text } = await play(relay, ask("?"));
  expect(end.kind).toBe("complete");
  expect(text).toBe(`a ${words.join("")}`);
  expect(performance.now() - begun).toBeLessThan(2_500);
});

test("U2 while a connection rests the relay is not taken for silent, and when it is silent it is", async () => {
  await using raw = await openRaw(async (socket) => {
    socket.write(kept + part(start));
    for (let at = 0; at < 20; at++) {
      socket.write(part(piece("a ")));
      await sleep(20);
    }
  });
  await using relay = openTestRelay(raw.baseUrl, { paceMs: () => 150, idleMs: 100 });
  const played = await play(relay, ask("?"));
  expect(played.text).toBe("a ".repeat(20));
  expect(failureOf(played).reason).toBe("stall");
});
