import { expect, test } from "vitest";
import { openSimulator } from "../../src/simulator/server.ts";
import { answer, ask, ended, failureOf, head, openRaw, openTestRelay, piece, play, start } from "./relay.support.ts";

const stream = { "content-type": "text/event-stream" };
const page = "<!doctype html><title>Welcome</title><h1>It works</h1>";

test.each([
  ["a page behind a 200", answer(200, page, { "content-type": "text/html" }), /text\/html.*ANTHROPIC_BASE_URL/],
  ["a page that claims to be events", answer(200, page, stream), /no event/],
  ["a whole message instead of a stream", answer(200, '{"type":"message"}'), /application\/json/],
  ["an empty 204", answer(204, ""), /empty/],
  ["an event that is not JSON", `${head}${start}event: content_block_delta\ndata: {oops\n\n`, /not JSON/],
  ["an event that is no object", `${head}${start}event: content_block_delta\ndata: null\n\n`, /not an object/],
  ["a piece of text that is not text", head + piece("a").replace('"a"', "[1]"), /not text/],
  ["bytes that are not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", /HTTP/],
])("U3 %s is broken", async (_, bytes, detail) => {
  await using raw = await openRaw((socket) => socket.end(bytes));
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("?")))).toMatchObject({
    reason: "broken",
    detail: expect.stringMatching(detail),
  });
});

test("U3 an answer without a content type is read as the stream it is", async () => {
  await using raw = await openRaw((socket) => {
    socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${start}${piece("a")}${ended("end_turn")}`);
  });
  await using relay = openTestRelay(raw.baseUrl);
  expect((await play(relay, ask("?"))).end.kind).toBe("complete");
});

test.each(["html", "broken after=3"])("U3 the simulator's %s is broken", async (directive) => {
  await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
  await using relay = openTestRelay(simulator.baseUrl);
  expect(failureOf(await play(relay, ask(`[[sim: ${directive}]] Tell me a lot.`))).reason).toBe("broken");
});

test.each(["unknown after=3", "dribble", "burst", "crlf"])(
  "U3 the simulator's %s is read as it is meant",
  async (odd) => {
    await using simulator = await openSimulator({ pace: { firstTokenMs: 1, deltaMs: 1 } });
    await using relay = openTestRelay(simulator.baseUrl);
    const { end, text } = await play(relay, ask(`[[sim: ${odd}; say "Soup, 汤, 😀 and \\"quotes\\"."]]`));
    expect(end.kind).toBe("complete");
    expect(text).toBe('Soup, 汤, 😀 and "quotes".');
  },
);

test.each([301, 302, 307, 308])("U1 a %i to another host is not followed, and the key stays here", async (status) => {
  await using thief = await openRaw((socket) => socket.end(head + start + ended("end_turn")));
  const location = `${thief.baseUrl}/v1/messages?of=you`;
  await using raw = await openRaw((socket) => socket.end(answer(status, "", { location })));
  await using relay = openTestRelay(raw.baseUrl);
  const failure = failureOf(await play(relay, ask("?")));
  expect(failure.reason).toBe("broken");
  expect(failure.detail).toContain(thief.baseUrl);
  expect(failure.detail).not.toContain("of=you");
  expect(thief.connections).toBe(0);
});

test("U3 an endless line is broken, and its connection closed, before it fills the memory", async () => {
  const closed = Promise.withResolvers<number>();
  await using raw = await openRaw((socket) => {
    let bytes = 0;
    const pour = () => {
      while (!socket.destroyed && socket.write("x".repeat(16_384))) bytes += 16_384;
    };
    socket.write(`${head}${start}event: content_block_delta\ndata: `);
    socket.on("drain", pour).once("close", () => closed.resolve(bytes));
    pour();
  });
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("?")))).toMatchObject({
    reason: "broken",
    detail: expect.stringContaining("1048576"),
  });
  expect(await closed.promise).toBeLessThan(20_000_000);
});

test("U3 an endless refusal is read no further than needed, and its connection closed", async () => {
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    const pour = () => {
      while (!socket.destroyed && socket.write("x".repeat(16_384)));
    };
    socket.write("HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n");
    socket.on("drain", pour).once("close", () => closed.resolve());
    pour();
  });
  await using relay = openTestRelay(raw.baseUrl);
  const failure = failureOf(await play(relay, ask("?")));
  expect(failure.reason).toBe("server-error");
  expect(failure.detail.length).toBeLessThan(300);
  await closed.promise;
});

test("U3 of a refusal that is long and then silent, enough is read and the connection closed", async () => {
  const closed = Promise.withResolvers<void>();
  await using raw = await openRaw((socket) => {
    socket.write(answer(503, "x".repeat(70_000), { "content-length": "9000000" }));
    socket.once("close", () => closed.resolve());
  });
  await using relay = openTestRelay(raw.baseUrl);
  const { end } = await play(relay, ask("?"));
  expect(end).toMatchObject({ kind: "failed", failure: { reason: "server-error", status: 503 } });
  expect(end.report.totalMs).toBeLessThan(1_000);
  await closed.promise;
});

test("U3 a long and lively answer is no endless line", async () => {
  await using raw = await openRaw((socket) => {
    socket.end(head + start + piece("y".repeat(1_000)).repeat(3_000) + ended("end_turn"));
  });
  await using relay = openTestRelay(raw.baseUrl);
  const { end, text } = await play(relay, ask("?"));
  expect(end.kind).toBe("complete");
  expect(text.length).toBe(3_000_000);
});
