import { expect, test } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import { ask, connectionFreed, ended, head, openRaw, openTestRelay, piece, play, start } from "./relay.support.ts";

test("S10 aborting closes the connection to the relay", async () => {
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.write(head + start + piece("a"));
    socket.once("close", closed.resolve);
  });
  await using relay = openTestRelay(raw.baseUrl);
  const stopping = new AbortController();
  const { end, text } = await play(relay, ask("?"), { signal: stopping.signal, onPiece: () => stopping.abort() });
  expect(end.kind).toBe("aborted");
  expect(text).toBe("a");
  await closed.promise;
});

test("S10 the simulator sees an aborted request as such", async () => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 5 } });
  await using relay = openTestRelay(simulator.baseUrl);
  const stopping = new AbortController();
  await play(relay, ask("[[sim: long chars=5000]]"), { signal: stopping.signal, onPiece: () => stopping.abort() });
  const states = async () => {
    const answer = await fetch(`${simulator.baseUrl}/simulator/requests`);
    // CAST: the simulator's own record.
    const { requests } = (await answer.json()) as { requests: { state: string }[] };
    return requests.map(({ state }) => state);
  };
  await expect.poll(states).toEqual(["aborted"]);
});

test("H1 after an abort not one piece is delivered, not even what came in the same packet", async () => {
  const many = Array.from({ length: 50 }, (_, at) => piece(`${at} `)).join("");
  await using raw = await openRaw((socket) => socket.end(head + start + many + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl);
  const stopping = new AbortController();
  const onPiece = (text: string) => text === "2 " && stopping.abort();
  const { end, text } = await play(relay, ask("?"), { signal: stopping.signal, onPiece });
  await connectionFreed();
  expect(end.kind).toBe("aborted");
  expect(text).toBe("0 1 2 ");
});

test("H1 an abort on the last piece wins over the end mark behind it", async () => {
  await using raw = await openRaw((socket) => socket.end(head + start + piece("a") + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl);
  const stopping = new AbortController();
  const { end } = await play(relay, ask("?"), { signal: stopping.signal, onPiece: () => stopping.abort() });
  expect(end.kind).toBe("aborted");
});

test("S10 an abort before the headers settles at once and closes the connection", async () => {
  const asked = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    asked.resolve();
    socket.once("close", closed.resolve);
  });
  await using relay = openTestRelay(raw.baseUrl);
  const stopping = new AbortController();
  const playing = play(relay, ask("?"), { signal: stopping.signal });
  await asked.promise;
  stopping.abort();
  const { end } = await playing;
  expect(end).toMatchObject({ kind: "aborted", report: { firstTokenMs: null, requestId: undefined } });
  await closed.promise;
});

test("S10 an abort while the connection is being made settles at once", async () => {
  // TEST-NET-1 leads nowhere: the connection is neither made nor refused.
  await using relay = openTestRelay("http://192.0.2.1");
  const stopping = new AbortController();
  const playing = play(relay, ask("?"), { signal: stopping.signal });
  setImmediate(() => stopping.abort());
  expect((await playing).end.report.totalMs).toBeLessThan(500);
});

test("S10 an attempt with a signal that was aborted before asks nothing", async () => {
  await using raw = await openRaw((socket) => socket.destroy());
  await using relay = openTestRelay(raw.baseUrl);
  expect((await play(relay, ask("?"), { signal: AbortSignal.abort() })).end.kind).toBe("aborted");
  expect(raw.connections).toBe(0);
});

test("S10 an abort after the end changes nothing and leaves no listener behind", async () => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
  await using relay = openTestRelay(simulator.baseUrl);
  const stopping = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stopping.signal;
  stopping.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(stopping.signal, given);
  };
  stopping.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(stopping.signal, given);
  };
  const { end } = await play(relay, ask("[[sim: say Hello.]]"), { signal: stopping.signal });
  stopping.abort();
  expect(end.kind).toBe("complete");
  expect(listeners).toBe(0);
});

test("U2 a listener that throws ends the attempt as failed and closes the connection", async () => {
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.write(head + start + piece("a"));
    socket.once("close", closed.resolve);
  });
  await using relay = openTestRelay(raw.baseUrl);
  const onPiece = () => {
    throw new TypeError("a fault of ours");
  };
  expect((await play(relay, ask("?"), { onPiece })).end).toMatchObject({
    kind: "failed",
    failure: { reason: "broken" },
  });
  await closed.promise;
});

test("U2 closing the relay ends what is open, and later attempts fail instead of hanging", async () => {
  await using raw = await openRaw((socket) => void socket.write(head + start + piece("a")));
  const relay = openTestRelay(raw.baseUrl);
  const { end } = await play(relay, ask("?"), { onPiece: () => void relay[Symbol.asyncDispose]() });
  expect(end.kind).toBe("failed");
  expect((await play(relay, ask("?"))).end).toMatchObject({ kind: "failed", failure: { reason: "unreachable" } });
});
