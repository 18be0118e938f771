import { expect, test } from "vitest";
import { normaliseBaseUrl } from "../../src/engines/relay/base-url.ts";
import { openRelay } from "../../src/engines/relay/relay.ts";
import { readRetryAfterMs } from "../../src/engines/retry-after.ts";
import { ask, ended, head, openRaw, openTestRelay, piece, play, start } from "./relay.support.ts";

test.each([
  ["https://relay.example", "https://relay.example"],
  ["https://relay.example/", "https://relay.example"],
  ["https://relay.example/v1", "https://relay.example"],
  ["https://relay.example/v1/", "https://relay.example"],
  ["https://relay.example//v1//", "https://relay.example"],
  ["  https://Relay.Example:8443/v1\n", "https://relay.example:8443"],
  ["https://relay.example/anthropic/v1", "https://relay.example/anthropic"],
  ["https://relay.example/anthropic/", "https://relay.example/anthropic"],
  ["https://relay.example/v1/anthropic", "https://relay.example/v1/anthropic"],
  ["https://relay.example/v10", "https://relay.example/v10"],
  ["http://127.0.0.1:3000/v1", "http://127.0.0.1:3000"],
  ["http://[::1]:3000/v1", "http://[::1]:3000"],
])("U1 the base URL %j is read as %s", (text, expected) => {
  expect(normaliseBaseUrl(text)).toBe(expected);
});

test.each([
  ["", /empty/],
  ["   ", /empty/],
  ["relay.example/v1", /not a URL/],
  ["relay.example:8443/v1", /https:\/\/ or http:\/\//],
  ["ftp://relay.example", /https:\/\/ or http:\/\//],
  ["https://me:hunter2@relay.example", /user name or password/],
  ["https://relay.example/v1?key=hunter2", /query/],
  ["https://relay.example/v1#hunter2", /fragment/],
  ["https://relay.example/v1/messages", /\/messages/],
])("U1 the base URL %j is refused with one sentence that repeats no secret", (text, sentence) => {
  const read = () => normaliseBaseUrl(text);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(/hunter2/);
});

test.each(["", "/", "/v1", "/v1/"])("U1 with %j after the host the request goes to /v1/messages", async (ending) => {
  await using raw = await openRaw((socket) => socket.end(head + start + piece("a") + ended("end_turn")));
  await using relay = openTestRelay(raw.baseUrl + ending);
  await play(relay, ask("?"));
  expect(raw.requests[0]).toMatch(/^POST \/v1\/messages HTTP/);
});

test("U1 a path before /v1 is kept", async () => {
  await using raw = await openRaw((socket) => socket.end(head + start + ended("end_turn")));
  await using relay = openTestRelay(`${raw.baseUrl}/anthropic/v1`);
  await play(relay, ask("?"));
  expect(raw.requests[0]).toMatch(/^POST \/anthropic\/v1\/messages HTTP/);
});

test.each([
  [{}, /missing.*ANTHROPIC_API_KEY/],
  [{ apiKey: " ", authToken: "" }, /missing/],
  [{ apiKey: "line\nbreak" }, /characters/],
  [{ apiKey: "schlüssel" }, /characters/],
])("U1 the keys %j are refused with one sentence", (keys, sentence) => {
  expect(() => openRelay({ baseUrl: "https://relay.example", ...keys })).toThrow(sentence);
});

const nowAt = Date.parse("2026-11-11T00:00:00Z");

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": " 0.5 " }, 500],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "-5" }, 0],
  [{ "retry-after": "99999999999999999999" }, 2 ** 31 - 1],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{ "retry-after": "12 monkeys" }, undefined],
  [{ "retry-after": "Wed, 11 Nov 2026 00:00:07 GMT" }, 7_000],
  [{ "retry-after": "Tue, 10 Nov 2026 00:00:00 GMT" }, 0],
  [{ "retry-after-ms": "1500" }, 1_500],
  [{ "retry-after-ms": "1500", "retry-after": "20" }, 1_500],
  [{ "retry-after-ms": "NaN", "retry-after": "20" }, 20_000],
])("U3 the wait in %j is read as %s ms", (headers, expected) => {
  expect(readRetryAfterMs(new Headers(headers), nowAt)).toBe(expected);
});
