import { afterEach, expect, test, vi } from "vitest";
import { quote } from "../../src/engines/relay/quote.ts";
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
  start,
} from "./relay.support.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const done = head + start + piece("a") + ended("end_turn");

// First in the file: the SDK keeps the console functions it saw first.
test("X5 nothing is printed, whatever the relay does", async () => {
  const printed = (["log", "info", "warn", "error", "debug"] as const).map((name) => vi.spyOn(console, name));
  const broken = `${head}${start}event: content_block_delta\ndata: {my secret\n\n`;
  const answers = [done, broken, answer(500, refusal("api_error", "x")), answer(200, "<p>"), ""];
  await using raw = await openRaw((socket) => socket.end(answers.shift() ?? ""));
  await using relay = openTestRelay(raw.baseUrl);
  while (answers.length > 0) await play(relay, ask("my secret"));
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});

test.each([
  ["a key", { apiKey: "key-1", authToken: undefined }, { "x-api-key": "key-1", authorization: undefined }],
  ["a token", { apiKey: undefined, authToken: "tok-1" }, { "x-api-key": undefined, authorization: "Bearer tok-1" }],
  ["both", { apiKey: "key-1", authToken: "tok-1" }, { "x-api-key": "key-1", authorization: "Bearer tok-1" }],
])("U1 with %s the relay gets exactly that", async (_, keys, expected) => {
  await using raw = await openRaw((socket) => socket.end(done));
  await using relay = openTestRelay(raw.baseUrl, keys);
  await play(relay, ask("?"));
  const headers = headersOf(raw.requests[0]);
  expect({ "x-api-key": headers["x-api-key"], authorization: headers["authorization"] }).toEqual(expected);
});

test("U1 nothing in the environment changes who is asked, with which key, or what is sent", async () => {
  await using raw = await openRaw((socket) => socket.end(done));
  await using stranger = await openRaw((socket) => socket.end(done));
  vi.stubEnv("ANTHROPIC_BASE_URL", stranger.baseUrl);
  vi.stubEnv("ANTHROPIC_API_KEY", "stray-key");
  vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "stray-token");
  vi.stubEnv("ANTHROPIC_PROFILE", "stray-profile");
  vi.stubEnv("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: stray-header\nx-stray: yes");
  vi.stubEnv("ANTHROPIC_LOG", "debug");
  await using relay = openTestRelay(raw.baseUrl, { apiKey: "key-1" });
  expect((await play(relay, ask("?"))).end.kind).toBe("complete");
  expect(headersOf(raw.requests[0])).toMatchObject({ "x-api-key": "key-1" });
  expect(raw.requests[0]).not.toContain("stray");
  expect(stranger.connections).toBe(0);
});

test("U7 the API version is the widely known one unless another is given", async () => {
  await using raw = await openRaw((socket) => socket.end(done));
  await using usual = openTestRelay(raw.baseUrl);
  await using newer = openTestRelay(raw.baseUrl, { version: "2026-10-21" });
  for (const relay of [usual, newer]) await play(relay, ask("?"));
  expect(raw.requests.map((request) => headersOf(request)["anthropic-version"])).toEqual(["2023-06-01", "2026-10-21"]);
});

test("X5 a relay that repeats the key and the question does not get them into the log", async () => {
  const question = "My parcel to 12 Elm Street, code 4711, is late.";
  const words = `Bad request by test-key-1234 (sk-ant-abc•••): "${question}" is too \\"long\\"`;
  await using raw = await openRaw((socket) => socket.end(answer(400, refusal("invalid_request_error", words))));
  await using relay = openTestRelay(raw.baseUrl);
  const { detail } = failureOf(await play(relay, ask(question)));
  expect(detail).toContain("Bad request by");
  expect(detail).not.toMatch(/test-key|1234|sk-ant|Elm Street|4711|parcel/);
});

test("X5 a refusal that quotes nobody is kept, on one line and short", () => {
  const words = `messages: roles must\nalternate\u0007 ${"x".repeat(500)}`;
  const quoted = quote(words, { keys: ["key"], texts: ["Hello there, how are you today?"] });
  expect(quoted).toMatch(/^messages: roles must alternate x+$/);
  expect(quoted.length).toBe(200);
});

test.each([
  ["a whole short text", "你的订单号", 'content "你的订单号" refused', /订单/],
  [
    "a text escaped as in JSON",
    "我的订单号是多少呢请告诉我",
    `got ${escaped("我的订单号是多少呢请告诉我")}`,
    /订单|8ba2/,
  ],
  ["a part of a long text", `${"a".repeat(50)} my number is 555 0100`, "got: my number is 555 0100", /555/],
])("X5 %s is blotted out", (_, text, words, forbidden) => {
  const quoted = quote(words, { keys: [], texts: [text] });
  expect(quoted).toContain("•••");
  expect(quoted).not.toMatch(forbidden);
});

function escaped(text: string): string {
  return [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

function headersOf(request: string | undefined): Record<string, string | undefined> {
  const lines = request?.split("\r\n\r\n")[0]?.split("\r\n").slice(1) ?? [];
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
}
