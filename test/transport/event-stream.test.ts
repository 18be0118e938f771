import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Answer } from "../../src/domain/answer.ts";
import { Audience } from "../../src/domain/audience.ts";
import { systemClock } from "../../src/engines/system-clock.ts";
import { destroyUnlessRead, EventStream, keepAliveMs, lingerMs, TurnEnds } from "../../src/transport/event-stream.ts";
import { generous, openTestServer } from "../support/server.ts";

const mebibyte = 1_048_576;
/** More than the kernel takes for a client that reads nothing. */
const huge = "x".repeat(16 * mebibyte);
const delta = { turnId: "t1", epoch: 1, offset: 0, text: huge };
const turn = { conversationId: "c1", turnId: "t1", state: "starting", epoch: 1, starts: [], askedAt: 0 } as const;
const ended = { turnId: "t1", epoch: 1, outcome: "completed" } as const;

afterEach(() => {
  vi.useRealTimers();
});

interface Exchange extends AsyncDisposable {
  readonly client: Socket;
  readonly response: ServerResponse;
}

/** One request to a real server; the client reads nothing. */
async function openExchange(): Promise<Exchange> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // CAST: it listens on a port
  const client = connect(port, "127.0.0.1").pause();
  client.on("error", () => {}).write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  const [, response]: ServerResponse[] = await once(server, "request");
  if (response === undefined) throw new Error("no response");
  return {
    client,
    response,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** All that still comes, until the connection has ended. */
async function restOf(client: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  client.on("data", (data: Buffer) => chunks.push(data));
  client.resume();
  await once(client, "close");
  return Buffer.concat(chunks).toString();
}

describe("an event stream", () => {
  test("S9: does nothing more after its end, read or not", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using exchange = await openExchange();
    const stream = new EventStream(exchange.response, new TurnEnds());
    stream.begin({}, () => {});
    stream.send("turn:delta", delta);
    stream.close();
    const write = vi.spyOn(exchange.response, "write");
    vi.advanceTimersByTime(2 * keepAliveMs);
    stream.send("turn:ended", ended);
    stream.close();
    expect(write).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("S5: tells the end of its turn once, whether it was told of it, as of a message alone, or both ways", async () => {
    const message = { messageId: "m1", author: "assistant", text: "Yes.", at: 0, turnId: "t1" } as const;
    const told = { ...ended, epoch: 0, message };
    for (const facts of [["message:added"], ["turn:ended"], ["message:added", "turn:ended"]]) {
      await using exchange = await openExchange();
      const ends = new TurnEnds();
      const stream = new EventStream(exchange.response, ends);
      stream.begin({}, () => {});
      if (facts.includes("message:added")) stream.send("message:added", { message });
      if (facts.includes("turn:ended")) stream.send("turn:ended", told);
      const end = await ends.of("t1");
      if (end) stream.end(end);
      stream.close();
      expect((await restOf(exchange.client)).match(/event: turn:ended/g)).toHaveLength(1);
    }
  });

  test("S9: survives a failure of its response", async () => {
    await using exchange = await openExchange();
    const ends = new TurnEnds();
    new EventStream(exchange.response, ends).begin({}, () => {});
    exchange.response.emit("error", new Error("broken"));
    expect(await ends.of("t1")).toBeUndefined();
  });

  test("S10: whose client left before it begins closes at once", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using exchange = await openExchange();
    const gone = once(exchange.response, "close");
    exchange.client.destroy();
    await gone;
    const ends = new TurnEnds();
    new EventStream(exchange.response, ends).begin({}, () => {});
    expect(vi.getTimerCount()).toBe(0);
    expect(await ends.of("t1")).toBeUndefined();
  });

  test("S9: gives up a client that takes nothing of the facts either", async () => {
    await using exchange = await openExchange();
    const ends = new TurnEnds();
    const stream = new EventStream(exchange.response, ends);
    stream.begin({}, () => {});
    let most = 0;
    for (let sent = 0; sent < 64 * mebibyte && !exchange.response.destroyed; sent += 8_192) {
      stream.send("typing:changed", { author: "agent", name: "x".repeat(8_192), active: true });
      most = Math.max(most, exchange.response.writableLength);
      await new Promise(setImmediate);
    }
    expect(exchange.response.destroyed).toBe(true);
    expect(most).toBeLessThan(256 * 1_024);
    expect(await ends.of("t1")).toBeUndefined();
  });

  test("S9: brings one event of any size to a slow reader, and what follows it", async () => {
    await using exchange = await openExchange();
    const stream = new EventStream(exchange.response, new TurnEnds());
    stream.begin({}, () => {});
    stream.send("turn:delta", delta);
    stream.send("turn:ended", ended);
    stream.close();
    expect(await restOf(exchange.client)).toMatch(/event: turn:ended\n.*\n\n\r\n0\r\n\r\n$/);
  });

  test("S9: passes text over while its client pauses, and brings all of it once the client reads again", async () => {
    await using exchange = await openExchange();
    const audience = new Audience({ clock: systemClock, paceMs: () => 0 });
    const stream = new EventStream(exchange.response, new TurnEnds());
    audience.watch("c1", stream);
    stream.begin({}, () => audience.catchUp("c1", stream));
    const answer = new Answer(turn, "m");
    audience.step({ kind: "turn-started", answer, offset: 0 });
    for (let piece = 0; piece < 256; piece++) {
      const text = String.fromCharCode(97 + (piece % 26)).repeat(65_536);
      answer.append(text);
      audience.text(answer, text);
      await new Promise(setImmediate);
    }
    expect(stream.clogged).toBe(true);
    expect(exchange.response.writableLength).toBeLessThan(256 * 1_024);
    exchange.response.once("drain", () => stream.close());
    const texts = deltasIn(await restOf(exchange.client));
    expect(texts.length).toBeLessThan(256);
    expect(texts.join("") === answer.text).toBe(true);
  });
});

/** The pieces of text in a chunked response. */
function deltasIn(response: string): string[] {
  const body = response.slice(response.indexOf("\r\n\r\n") + 4).replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, "");
  return [...body.matchAll(/event: turn:delta\ndata: (.*)\n\n/g)].map(([, data = ""]) => JSON.parse(data).text);
}

describe("an ended response that nobody reads", () => {
  test.for(["a stream", "a whole answer"])("S9: %s is let go after ten seconds", async (kind) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using exchange = await openExchange();
    const { response } = exchange;
    end(kind, response);
    vi.advanceTimersByTime(lingerMs - 1);
    expect(response.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(response.destroyed).toBe(true);
  });

  test("S9: one that was read leaves no timer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using exchange = await openExchange();
    const closed = once(exchange.response, "close");
    exchange.response.end("short");
    destroyUnlessRead(exchange.response);
    await closed;
    expect(vi.getTimerCount()).toBe(0);
  });
});

function end(kind: string, response: ServerResponse): void {
  if (kind === "a whole answer") {
    response.end(huge);
    destroyUnlessRead(response);
    return;
  }
  const stream = new EventStream(response, new TurnEnds());
  stream.begin({}, () => {});
  stream.send("turn:delta", delta);
  stream.close();
}

test("S10: clients that leave as soon as they have asked leave no timer behind", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await using server = await openTestServer({ config: generous });
  const before = vi.getTimerCount();
  for (let count = 0; count < 20; count++) await askAndLeave(server.url);
  await vi.waitFor(async () => expect(await server.requests()).toHaveLength(20));
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(before));
});

async function askAndLeave(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const client = connect(Number(port), hostname);
  const body = JSON.stringify({ text: "hello" });
  const head = ["POST /api/chat HTTP/1.1", "host: x", "content-type: application/json", "accept: text/event-stream"];
  const request = [...head, `content-length: ${body.length}`, "", body].join("\r\n");
  await new Promise<void>((resolve) => client.write(request, () => resolve()));
  client.resetAndDestroy();
}
