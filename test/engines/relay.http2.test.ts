import { once } from "node:events";
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import { afterEach, expect, test, vi } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import { Daemon } from "../support/daemon.ts";
import { freePort } from "../support/ports.ts";
import { openProxy } from "../support/proxy.ts";
import {
  afterText,
  beforeText,
  clocksFor,
  oddities,
  type Row,
  refusals,
  unknownModel,
} from "../transport/fault-table.ts";
import { begin, certificate, eventStream, openGate, openHttp1Relay, openHttp2Relay } from "./relay.secure.ts";
import {
  ask,
  connectionFreed,
  ended,
  failureOf,
  openTestRelay,
  type Played,
  piece,
  play,
  start,
} from "./relay.support.ts";

const pace = { firstTokenMs: 1, deltaMs: 1 };
const whole = start + piece("a") + ended("end_turn");

/** Answers each request at once. */
function answerAll(stream: ServerHttp2Stream): void {
  begin(stream, whole);
  stream.end();
}

/** Keeps each answer open after its first piece; `finish` ends the one at that place. */
function openStages() {
  const streams: ServerHttp2Stream[] = [];
  const handle = (stream: ServerHttp2Stream) => {
    begin(stream, start, piece("a"));
    streams.push(stream);
  };
  const finish = (at: number) => streams[at]?.end(piece("b") + ended("end_turn"));
  return { streams, handle, finish };
}

/** Starts so many answers; resolves when each has its first piece. */
async function begun(relay: ReturnType<typeof openTestRelay>, count: number, signal?: AbortSignal) {
  const starts = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const ends = starts.map(({ resolve }) =>
    play(relay, ask("?"), { onPiece: () => resolve(), ...(signal && { signal }) }),
  );
  await Promise.all(starts.map(({ promise }) => promise));
  return ends;
}

afterEach(() => {
  vi.useRealTimers();
});

test("U1 several answers share a connection, and more of them open another one", async () => {
  const { handle, finish } = openStages();
  await using server = await openHttp2Relay(handle);
  await using relay = openTestRelay(server.baseUrl);
  const ends = await begun(relay, 20);
  expect(server.sessions.length).toBe(3);
  for (let at = 0; at < 20; at++) finish(at);
  for (const { text, end } of await Promise.all(ends)) expect([text, end.kind]).toEqual(["ab", "complete"]);
  expect(relay.protocol).toBe("HTTP/2");
  expect((await begun(relay, 20)).length).toBe(20);
  expect(server.sessions.length).toBe(3);
});

test("U1 the request is the one that goes over HTTP/1.1", async () => {
  const seen = Promise.withResolvers<object>();
  await using server = await openHttp2Relay((stream, headers) => {
    seen.resolve({ ...headers });
    answerAll(stream);
  });
  await using relay = openTestRelay(`${server.baseUrl}/anthropic/v1`);
  await play(relay, ask("?"));
  expect(server.requests).toEqual(["POST /anthropic/v1/messages"]);
  expect(await seen.promise).toMatchObject({
    ":authority": new URL(server.baseUrl).host,
    "x-api-key": "test-key-1234",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
    "content-length": expect.stringMatching(/^\d+$/),
  });
});

const all: Row[] = [...refusals, ...unknownModel, ...beforeText, ...afterText, ...oddities];
test.each(all)("U3 over HTTP/2 $fault is told apart as $reason", async (row) => {
  const { reason, strike } = row;
  await using simulator = await openSimulator({ pace, tls: certificate });
  const options = Object.fromEntries(
    Object.entries(clocksFor(row)).filter(([name]) => /^(first|idle|total)/.test(name)),
  );
  await using relay = openTestRelay(simulator.baseUrl, options);
  const { end } = await play(
    relay,
    ask(`[[sim: say "One two three four five six seven."; ${directive(strike)}]] Hello`),
  );
  expect(end.kind === "failed" ? end.failure.reason : null).toBe(reason);
});

/** How a question asks the simulator for a fault. */
function directive({ kind, ...options }: Row["strike"]): string {
  return [kind, ...Object.entries(options).map(([name, value]) => `${name}=${value}`)].join(" ");
}

test("S10 an abort ends its own answer alone, and the relay learns of it", async () => {
  const { streams, handle, finish } = openStages();
  await using server = await openHttp2Relay(handle);
  await using relay = openTestRelay(server.baseUrl);
  const [other] = await begun(relay, 1);
  const stopping = new AbortController();
  const [stopped] = await begun(relay, 1, stopping.signal);
  const closed = once(streams[1] as ServerHttp2Stream, "close");
  stopping.abort();
  expect((await stopped)?.end.kind).toBe("aborted");
  await closed;
  expect(streams[1]?.rstCode).toBe(constants.NGHTTP2_CANCEL);
  finish(0);
  expect((await other)?.end.kind).toBe("complete");
  expect(server.sessions.length).toBe(1);
});

test("U3 with a lost connection each of its answers is cut, and the next question is asked over another one", async () => {
  const { handle, finish, streams } = openStages();
  await using server = await openHttp2Relay(handle);
  await using relay = openTestRelay(server.baseUrl);
  const ends = await begun(relay, 3);
  server.sockets[0]?.resetAndDestroy();
  for (const played of await Promise.all(ends)) {
    expect(failureOf(played)).toMatchObject({ reason: "cut", detail: expect.stringContaining("ECONNRESET") });
    expect(played.text).toBe("a");
  }
  const [next] = await begun(relay, 1);
  finish(streams.length - 1);
  expect((await next)?.end.kind).toBe("complete");
});

test("U3 a connection that closes before the headers is unreachable", async () => {
  await using server = await openHttp2Relay((stream) => stream.session?.destroy());
  await using relay = openTestRelay(server.baseUrl);
  expect(failureOf(await play(relay, ask("?"))).reason).toBe("unreachable");
});

test("U2 a relay that wants to close the connection lets its answers end, and new ones go over another at once", async () => {
  const { handle, finish } = openStages();
  await using server = await openHttp2Relay(handle);
  await using relay = openTestRelay(server.baseUrl);
  const [old] = await begun(relay, 1);
  server.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
  // Whatever is asked before it is heard of is asked over the new one as well, or answered over the old one.
  const [next] = await begun(relay, 1);
  const [later] = await begun(relay, 1);
  for (const at of [0, 1, 2]) finish(at);
  for (const each of [old, next, later]) expect((await each)?.text).toBe("ab");
  expect(server.sessions.length).toBe(2);
});

test("U2 what the relay did not look at is asked again, and nobody is told", async () => {
  let refused = 0;
  await using server = await openHttp2Relay((stream) => {
    if (refused++ < 2) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else answerAll(stream);
  });
  await using relay = openTestRelay(server.baseUrl);
  const { end, text } = await play(relay, ask("?"));
  expect([end.kind, text]).toEqual(["complete", "a"]);
  expect(server.requests.length).toBe(3);
});

test("U2 a relay that looks at nothing is unreachable after three requests", async () => {
  await using server = await openHttp2Relay((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
  await using relay = openTestRelay(server.baseUrl);
  const failure = failureOf(await play(relay, ask("?")));
  expect(failure).toMatchObject({ reason: "unreachable", detail: expect.stringContaining("REFUSED_STREAM") });
  expect(server.requests.length).toBe(3);
});

test("S10 an answer that was stopped is not asked for again", async () => {
  const stopping = new AbortController();
  await using server = await openHttp2Relay((stream) => {
    stopping.abort();
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  await using relay = openTestRelay(server.baseUrl);
  expect((await play(relay, ask("?"), { signal: stopping.signal })).end.kind).toBe("aborted");
  await connectionFreed();
  expect(server.requests.length).toBe(1);
});

test("S10 an answer that was stopped before there was a connection is not asked for", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using relay = openTestRelay(server.baseUrl);
  const stopping = new AbortController();
  const stopped = play(relay, ask("?"), { signal: stopping.signal });
  const other = play(relay, ask("?"));
  stopping.abort();
  expect([(await stopped).end.kind, (await other).end.kind]).toEqual(["aborted", "complete"]);
  expect(server.requests.length).toBe(1);
});

test("U1 headers of characters that no header should have harm nobody", async () => {
  await using server = await openHttp2Relay((stream) => {
    stream.respond({
      ":status": 200,
      "content-type": "text/event-stream",
      "x-odd": "潮é\u00ff",
      "set-cookie": ["a", "b"],
    });
    stream.end(whole);
  });
  await using relay = openTestRelay(server.baseUrl);
  expect((await play(relay, ask("?"))).text).toBe("a");
});

test("U1 no more answers share a connection than the relay allows", async () => {
  const { handle, finish } = openStages();
  await using server = await openHttp2Relay(handle, { settings: { maxConcurrentStreams: 2 } });
  await using relay = openTestRelay(server.baseUrl);
  const ends: Promise<Played>[] = [];
  for (let times = 0; times < 5; times++) ends.push(...(await begun(relay, 1)));
  expect(server.sessions.length).toBe(3);
  for (let at = 0; at < 5; at++) finish(at);
  for (const each of ends) expect((await each).end.kind).toBe("complete");
});

test("U2 a relay that allows no answer at all is not asked for connection after connection", async () => {
  await using server = await openHttp2Relay(answerAll, { settings: { maxConcurrentStreams: 0 } });
  await using relay = openTestRelay(server.baseUrl, { firstTokenMs: 400 });
  for (let times = 0; times < 2; times++) expect((await play(relay, ask("?"))).end.kind).toBe("failed");
  expect(server.sessions.length).toBeLessThanOrEqual(6);
  expect(server.requests.length).toBe(0);
});

test("U2 a connection on which nothing comes, not even an answer to a ping, takes no new answers", async () => {
  const { handle, finish, streams } = openStages();
  await using server = await openHttp2Relay(handle);
  await using proxy = await openProxy(server.port);
  await using relay = openTestRelay(`https://127.0.0.1:${proxy.port}`, {
    firstTokenMs: 60_000,
    idleMs: 60_000,
    totalMs: 90_000,
  });
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const [held] = await begun(relay, 1);
  // Nothing has come since the look before: it is asked.
  vi.advanceTimersByTime(1_000);
  const pinged = once(server.sessions[0] as object as NodeJS.EventEmitter, "ping");
  vi.advanceTimersByTime(1_000);
  await pinged;
  await expect.poll(() => answered(relay, finish, streams)).toBe(true);
  expect(server.sessions.length).toBe(1);
  proxy.pause();
  for (let times = 0; times < 3; times++) vi.advanceTimersByTime(1_000);
  const asking = begun(relay, 1);
  await proxy.resume();
  const [next] = await asking;
  expect(server.sessions.length).toBe(2);
  for (let at = 0; at < streams.length; at++) finish(at);
  expect((await held)?.text).toBe("ab");
  expect((await next)?.text).toBe("ab");
});

async function answered(
  relay: ReturnType<typeof openTestRelay>,
  finish: (at: number) => void,
  streams: readonly unknown[],
) {
  const [ending] = await begun(relay, 1);
  finish(streams.length - 1);
  return (await ending)?.end.kind === "complete";
}

test("U1 a connection that nobody needs is closed after a while", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using relay = openTestRelay(server.baseUrl);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await play(relay, ask("?"));
  await connectionFreed();
  vi.advanceTimersByTime(15_000);
  await play(relay, ask("?"));
  await connectionFreed();
  expect(server.sessions.length).toBe(1);
  const closed = once(server.sockets[0] as Socket, "close");
  vi.advanceTimersByTime(25_000);
  await closed;
  expect((await play(relay, ask("?"))).end.kind).toBe("complete");
  expect(server.sessions.length).toBe(2);
});

test("U1 an old connection takes no new answers", async () => {
  const { handle, finish } = openStages();
  await using server = await openHttp2Relay(handle);
  await using relay = openTestRelay(server.baseUrl, { firstTokenMs: 3_000_000, idleMs: 3_000_000, totalMs: 3_000_000 });
  vi.useFakeTimers({ toFake: ["performance"] });
  const [old] = await begun(relay, 1);
  vi.advanceTimersByTime(301_000);
  const [young] = await begun(relay, 1);
  expect(server.sessions.length).toBe(2);
  finish(0);
  finish(1);
  expect((await old)?.text).toBe("ab");
  expect((await young)?.text).toBe("ab");
});

test("U1 a relay that does not offer HTTP/2 is asked over HTTP/1.1, with the connection that asked for the protocol", async () => {
  const heads: string[] = [];
  let connections = 0;
  const server = createServer(certificate, (socket) => {
    connections++;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const said = bytes.toString("latin1");
      if (!said.startsWith("POST")) return;
      heads.push(said.slice(0, said.indexOf("\r\n")));
      const body = Buffer.from(whole);
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${whole}`,
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address with one.
  const { port } = server.address() as { port: number };
  await using relay = openTestRelay(`https://127.0.0.1:${port}`);
  for (const played of await Promise.all([play(relay, ask("?")), play(relay, ask("?"))])) {
    expect(played.end.kind).toBe("complete");
  }
  expect(relay.protocol).toBe("HTTP/1.1");
  expect(heads).toEqual(["POST /v1/messages HTTP/1.1", "POST /v1/messages HTTP/1.1"]);
  expect(connections).toBeLessThanOrEqual(2);
  await play(relay, ask("?"));
  expect(connections).toBeLessThanOrEqual(2);
  server.close();
});

test("U1 HTTP/2 is not asked for where the configuration says so", async () => {
  await using simulator = await openSimulator({ pace, tls: certificate });
  await using server = await openHttp2Relay(answerAll);
  await using plain = openTestRelay(simulator.baseUrl, { http2: false });
  expect((await play(plain, ask("[[sim: say Hello.]]"))).text).toBe("Hello.");
  await using other = openTestRelay(server.baseUrl, { http2: false });
  expect(failureOf(await play(other, ask("?"))).reason).toBe("unreachable");
});

test("U1 a request that the relay wants by HTTP/1.1 is made by that, and the others are not", async () => {
  await using server = await openHttp2Relay((stream) => stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED), {
    http1: (_, response) => void response.writeHead(200, eventStream).end(whole),
  });
  await using relay = openTestRelay(server.baseUrl);
  for (let times = 0; times < 2; times++) expect((await play(relay, ask("?"))).text).toBe("a");
  expect(server.requests.length).toBe(2);
});

test("U1 a relay that changes its protocol is followed, and nobody is told", async () => {
  const port = await freePort();
  const openAt = (http2: boolean) =>
    http2
      ? openHttp2Relay(answerAll, { port })
      : openHttp1Relay((_, response) => void response.writeHead(200, eventStream).end(whole), port);
  const relay = openTestRelay(`https://127.0.0.1:${port}`);
  for (const http2 of [false, true, false, true]) {
    await using _ = await openAt(http2);
    // One may find the connection of the relay before.
    await play(relay, ask("?"));
    const played = await Promise.all(Array.from({ length: 10 }, () => play(relay, ask("?"))));
    expect(played.map(({ text }) => text)).toEqual(Array(10).fill("a"));
    expect(relay.protocol).toBe(http2 ? "HTTP/2" : "HTTP/1.1");
  }
  await relay[Symbol.asyncDispose]();
});

test("S5 text that comes in the same moment as the headers is not lost", async () => {
  // In a process of its own it finds this one busy, and the first bytes together.
  await using server = new Daemon("a relay", process.execPath, ["test/engines/relay.http2.child.ts"], {
    channel: true,
  });
  server.child.send({ certificate, first: start + piece("a"), last: piece("b") + ended("end_turn") });
  const [port] = await server.whileAlive(once(server.child, "message"));
  await using relay = openTestRelay(`https://127.0.0.1:${port}`);
  const question = ask("?".repeat(1_000));
  const texts: string[] = [];
  const oneAfterTheOther = async () => {
    for (let times = 0; times < 25; times++) texts.push((await play(relay, question)).text);
  };
  await Promise.all(Array.from({ length: 64 }, oneAfterTheOther));
  expect(texts).toEqual(Array(64 * 25).fill("ab"));
});

test.each([1, 2, 4])(
  "U1 all of a burst are answered by a relay that allows %d answers a connection",
  async (allowed) => {
    await using server = await openHttp2Relay(
      (stream) => {
        begin(stream, start, piece("a"));
        setTimeout(() => stream.destroyed || stream.end(ended("end_turn")), 100);
      },
      { settings: { maxConcurrentStreams: allowed } },
    );
    await using relay = openTestRelay(server.baseUrl);
    for (let times = 0; times < 2; times++) {
      const played = await Promise.all(Array.from({ length: 12 }, () => play(relay, ask("?"))));
      expect(played.map(({ end }) => end.kind)).toEqual(Array(12).fill("complete"));
    }
    expect(server.requests.length).toBe(24);
  },
);

test("U2 who waits for a connection that takes long is served by another one that has room by then", async () => {
  const { streams, handle, finish } = openStages();
  await using server = await openHttp2Relay(handle);
  await using gate = await openGate(server.port);
  await using relay = openTestRelay(gate.baseUrl);
  const ends = await begun(relay, 8);
  gate.hold();
  const waiting = begun(relay, 1);
  await expect.poll(() => gate.held).toBeGreaterThan(0);
  finish(0);
  const [last] = await waiting;
  for (let at = 1; at < streams.length; at++) finish(at);
  for (const each of [...ends, last]) expect((await each)?.end.kind).toBe("complete");
  expect(server.sessions.length).toBe(1);
});

test("U2 a first connection that takes long is not waited for alone", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using gate = await openGate(server.port);
  await using relay = openTestRelay(gate.baseUrl);
  gate.hold();
  const playing = [play(relay, ask("?")), play(relay, ask("?"))];
  await expect.poll(() => gate.held).toBe(1);
  gate.pass();
  for (const each of playing) expect((await each).end.kind).toBe("complete");
  expect(gate.held).toBe(1);
});

test("S10 a relay that does not even read keeps no connection once nobody waits for it", async () => {
  const mostBytes = 2 ** 24;
  await using server = await openHttp2Relay(answerAll, { settings: { initialWindowSize: mostBytes } });
  await using gate = await openGate(server.port);
  await using relay = openTestRelay(gate.baseUrl);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await play(relay, ask("?"));
  server.sessions[0]?.setLocalWindowSize(mostBytes);
  await connectionFreed();
  gate.freeze();
  const stopping = new AbortController();
  const { signal } = stopping;
  const playing = Array.from({ length: 8 }, () => play(relay, ask("?".repeat(1_000_000)), { signal }));
  await connectionFreed();
  stopping.abort();
  await Promise.all(playing);
  const before = openSockets();
  vi.advanceTimersByTime(5_000);
  await expect.poll(openSockets).toBe(before - 1);
});

test("U2 closing the relay gives up a connection that is being made", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using gate = await openGate(server.port);
  gate.hold();
  const relay = openTestRelay(gate.baseUrl);
  const playing = play(relay, ask("?"));
  await expect.poll(() => gate.held).toBe(1);
  const before = openSockets();
  await relay[Symbol.asyncDispose]();
  expect((await playing).end.kind).toBe("failed");
  await expect.poll(openSockets, { timeout: 500 }).toBe(before - 1);
});

test("U3 an answer without a body is broken, as over HTTP/1.1", async () => {
  await using server = await openHttp2Relay((stream) => stream.respond({ ":status": 204 }, { endStream: true }));
  await using relay = openTestRelay(server.baseUrl);
  expect(failureOf(await play(relay, ask("?"))).reason).toBe("broken");
});

test("S10 requests of a million characters leave room for what the relay sends, however many are stopped", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using relay = openTestRelay(server.baseUrl);
  const question = ask("?".repeat(1_000_000));
  for (let times = 0; times < 5; times++) {
    const stopping = Array.from({ length: 16 }, () => new AbortController());
    const playing = stopping.map(({ signal }, at) => play(relay, question, at % 2 === 0 ? { signal } : {}));
    setTimeout(() => {
      for (const each of stopping) each.abort();
    }, 5);
    const ends = (await Promise.all(playing)).map(({ end }) => end.kind);
    expect(ends.filter((_, at) => at % 2 === 1)).toEqual(Array(8).fill("complete"));
  }
});

test("S10 a relay that never closes its half is not waited for", async () => {
  await using server = await openHttp2Relay(answerAll);
  await using gate = await openGate(server.port);
  await using relay = openTestRelay(gate.baseUrl);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await play(relay, ask("?"));
  await connectionFreed();
  gate.freeze();
  gate.thaw();
  const before = openSockets();
  vi.advanceTimersByTime(20_000);
  await connectionFreed();
  vi.advanceTimersByTime(5_000);
  await expect.poll(openSockets).toBe(before - 1);
  expect(gate.open).toBe(1);
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}

test("U2 a request of a connection that ends with a code of its own is not made again", async () => {
  await using server = await openHttp2Relay((stream) => {
    stream.session?.goaway(constants.NGHTTP2_REFUSED_STREAM, stream.id ?? 0);
  });
  await using relay = openTestRelay(server.baseUrl);
  expect(failureOf(await play(relay, ask("?"))).reason).toBe("unreachable");
  expect(server.requests.length).toBe(1);
});

test("U3 bytes that are not HTTP/2 behind a connection that promised it are broken", async () => {
  const server = createServer({ ...certificate, ALPNProtocols: ["h2"] }, (socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".repeat(20));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // CAST: a server that listens on a port has an address with one.
  const { port } = server.address() as { port: number };
  await using relay = openTestRelay(`https://127.0.0.1:${port}`);
  expect(failureOf(await play(relay, ask("?"))).reason).toBe("broken");
  server.close();
});

test("U2 closing the relay ends what is open, and later attempts fail instead of hanging", async () => {
  const { handle } = openStages();
  await using server = await openHttp2Relay(handle);
  const relay = openTestRelay(server.baseUrl);
  const ends = await begun(relay, 10);
  const waiting = play(relay, ask("?"));
  await relay[Symbol.asyncDispose]();
  for (const each of [...ends, waiting]) expect((await each).end.kind).toBe("failed");
  expect(failureOf(await play(relay, ask("?"))).reason).toBe("unreachable");
});
