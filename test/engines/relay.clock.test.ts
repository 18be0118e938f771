import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import {
  answer,
  ask,
  ended,
  failureOf,
  head,
  openRaw,
  openTestRelay,
  piece,
  play,
  refusal,
  sse,
  start,
} from "./relay.support.ts";

const ping = sse({ type: "ping" });

/** Writes `bytes` every `everyMs`, `times` times, then `last`. */
function drip(socket: Socket, bytes: string, everyMs: number, times: number, last: string): void {
  if (times === 0) return void socket.end(last);
  socket.write(bytes);
  setTimeout(drip, everyMs, socket, bytes, everyMs, times - 1, last);
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", resolve));
}

test("U2 a relay that sends no headers is a slow start, and its connection is closed", async () => {
  const seen = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => void closed(socket).then(seen.resolve));
  await using relay = openTestRelay(raw.baseUrl, { firstTokenMs: 60 });
  const { end } = await play(relay, ask("Hello"));
  expect(end).toMatchObject({ kind: "failed", failure: { reason: "slow-start" } });
  expect(end.report.totalMs).toBeGreaterThanOrEqual(60);
  expect(end.report.totalMs).toBeLessThan(500);
  await seen.promise;
});

test("U2 headers, a message start and pings are no first token", async () => {
  await using raw = await openRaw((socket) => {
    socket.write(head + start);
    drip(socket, ping, 10, 100, "");
  });
  await using relay = openTestRelay(raw.baseUrl, { firstTokenMs: 60, idleMs: 2_000 });
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe("slow-start");
});

test("U2 silence in the middle of an answer is a stall, and the connection is closed", async () => {
  const seen = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.write(head + start + piece("a"));
    void closed(socket).then(seen.resolve);
  });
  await using relay = openTestRelay(raw.baseUrl, { idleMs: 60 });
  const played = await play(relay, ask("Hello"));
  expect(failureOf(played)).toMatchObject({ reason: "stall", detail: expect.stringContaining("60 ms") });
  expect(played.text).toBe("a");
  expect(played.end.report.totalMs).toBeLessThan(1_000);
  await seen.promise;
});

test("U2 pings keep a pausing answer alive", async () => {
  await using raw = await openRaw((socket) => {
    socket.write(head + start + piece("a"));
    drip(socket, ping, 15, 20, piece("b") + ended("end_turn"));
  });
  await using relay = openTestRelay(raw.baseUrl, { idleMs: 150 });
  const { end, text } = await play(relay, ask("Hello"));
  expect(end.kind).toBe("complete");
  expect(end.report.totalMs).toBeGreaterThan(250);
  expect(text).toBe("ab");
});

test("U2 the simulator's stall without pings is a stall", async () => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
  await using relay = openTestRelay(simulator.baseUrl, { idleMs: 60 });
  expect(failureOf(await play(relay, ask("[[sim: stall after=3]] Tell me a lot."))).reason).toBe("stall");
});

test("U2 an answer that never ends is too long, however lively", async () => {
  await using raw = await openRaw((socket) => {
    socket.write(head + start);
    drip(socket, piece("a"), 5, 200, "");
  });
  await using relay = openTestRelay(raw.baseUrl, { totalMs: 120 });
  const played = await play(relay, ask("Hello"));
  expect(failureOf(played).reason).toBe("too-long");
  expect(played.pieces.length).toBeGreaterThan(3);
});

test("U2 nothing is delivered after a clock ran out", async () => {
  const seen = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.write(head + start);
    drip(socket, piece("a"), 5, 60, ended("end_turn"));
    void closed(socket).then(seen.resolve);
  });
  await using relay = openTestRelay(raw.baseUrl, { totalMs: 60 });
  const { pieces } = await play(relay, ask("Hello"));
  const count = pieces.length;
  await seen.promise;
  expect(pieces.length).toBe(count);
});

test("U2 a node that was busy does not take its own delay for the relay's", async () => {
  const upstream = Promise.withResolvers<Socket>();
  await using raw = await openRaw((socket) => {
    socket.write(head + start + piece("a"));
    upstream.resolve(socket);
  });
  await using relay = openTestRelay(raw.baseUrl, { idleMs: 100 });
  let isBusy = false;
  const becomeBusy = () => {
    if (isBusy) return;
    isBusy = true;
    // The rest lies in the kernel while this process is busy for longer than the clock.
    void upstream.promise.then((socket) => {
      socket.end(piece("b") + ended("end_turn"));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    });
  };
  const { end, text } = await play(relay, ask("Hello"), { onPiece: becomeBusy });
  expect(end.kind).toBe("complete");
  expect(text).toBe("ab");
});

test("U3 a refusal whose text never ends is still that refusal", async () => {
  await using raw = await openRaw((socket) => {
    socket.write(answer(529, refusal("overloaded_error", "Overloaded"), { "content-length": "5000" }));
  });
  await using relay = openTestRelay(raw.baseUrl, { firstTokenMs: 600 });
  expect(failureOf(await play(relay, ask("Hello")))).toMatchObject({ reason: "overloaded", status: 529 });
});
