import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { FailureReason } from "../../src/domain/relay.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import {
  answer,
  ask,
  connectionFreed,
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

const pace = { firstTokenMs: 1, deltaMs: 1 };

test.each<[string, FailureReason, number]>([
  ["bad-request", "bad-request", 400],
  ["usage-limit", "spend-limit", 400],
  ["credit-low", "spend-limit", 400],
  ["bad-key", "bad-key", 401],
  ["billing", "spend-limit", 402],
  ["forbidden", "bad-key", 403],
  ["unknown-model", "unknown-model", 404],
  ["too-large", "bad-request", 413],
  ["rate-limit", "rate-limit", 429],
  ["ramp-limit", "rate-limit", 429],
  ["spend-limit", "spend-limit", 429],
  ["api-error", "server-error", 500],
  ["bad-gateway", "server-error", 502],
  ["unavailable", "server-error", 503],
  ["timeout", "server-error", 504],
  ["overloaded", "overloaded", 529],
])("U3 the refusal %s is told apart as %s", async (name, reason, status) => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const failure = failureOf(await play(relay, ask(`Hello [[sim: ${name} html=no]]`)));
  expect(failure).toMatchObject({ reason, status });
  expect(failure.detail).toContain(`${status}`);
});

test.each<[string, FailureReason]>([
  ["overloaded_error", "overloaded"],
  ["rate_limit_error", "rate-limit"],
  ["api_error", "server-error"],
  ["of_tomorrow", "server-error"],
])("U3 a %s inside the stream, before or after the first piece, is told apart as %s", async (type, reason) => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  for (const after of [0, 3]) {
    const played = await play(relay, ask(`[[sim: error-event after=${after} type=${type}]] Tell me a lot.`));
    expect(failureOf(played).reason).toBe(reason);
    expect(failureOf(played).status).toBeUndefined();
    expect(played.pieces.length > 0).toBe(after > 0);
  }
});

test.each<[string, number, string, FailureReason]>([
  [
    "the type of another API",
    400,
    `{"error":{"message":"x","type":"invalid_request_error","code":"model_not_found"}}`,
    "unknown-model",
  ],
  [
    "words for a model it lacks",
    400,
    refusal("invalid_request_error", "The model `gpt-9` does not exist"),
    "unknown-model",
  ],
  ["Chinese words for a model it lacks", 400, refusal("new_api_error", "模型 claude-x 不存在"), "unknown-model"],
  [
    "a limit that merely names the model",
    400,
    refusal("invalid_request_error", "max_tokens: 9 > 8, the maximum for model claude-x"),
    "bad-request",
  ],
  [
    "a prefill the model refuses",
    400,
    refusal("invalid_request_error", "This model does not support assistant message prefill."),
    "bad-request",
  ],
  ["money in Chinese", 403, refusal("new_api_error", "用户额度不足"), "spend-limit"],
  ["a quota of another API", 429, refusal("insufficient_quota", "You exceeded your quota"), "spend-limit"],
  ["a 401 of an unknown type", 401, refusal("new_api_error", "no"), "bad-key"],
  ["an overload behind another status", 503, refusal("overloaded_error", "Overloaded"), "overloaded"],
  ["unusual words", 404, refusal("not_found_error", "could not resolve model claude-x"), "unknown-model"],
  ["a path it does not have", 404, refusal("not_found_error", "Not Found"), "bad-request"],
  ["an error object behind a 200", 200, refusal("overloaded_error", "Overloaded"), "overloaded"],
  ["no body at all", 529, "", "overloaded"],
  ["a body that is no object", 500, `"oops"`, "server-error"],
  ["an error member that is no object", 429, `{"error":"slow down"}`, "rate-limit"],
  ["a message that is no text", 400, `{"type":"error","error":{"type":7,"message":{"a":1}}}`, "bad-request"],
])("U3 a refusal with %s is understood", async (_, status, body, reason) => {
  await using raw = await openRaw((socket) => socket.end(answer(status, body)));
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe(reason);
});

test("U3 a refused key names the variables to check", async () => {
  await using raw = await openRaw((socket) => socket.end(answer(401, refusal("authentication_error", "invalid"))));
  await using relay = openTestRelay(raw.baseUrl, { authToken: "token-5678" });
  const { detail } = failureOf(await play(relay, ask("Hello")));
  expect(detail).toContain("ANTHROPIC_API_KEY");
  expect(detail).toContain("ANTHROPIC_AUTH_TOKEN");
});

test("U3 an unknown model is named, and where to look", async () => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const failure = failureOf(await play(relay, ask("Hello", { model: "claude-from-tomorrow" })));
  expect(failure.reason).toBe("unknown-model");
  expect(failure.detail).toMatch(/"claude-from-tomorrow".*table of models/);
});

test("U3 a rate limit tells how long to wait and what the limits leave", async () => {
  const headers = { "retry-after": "20", "anthropic-ratelimit-requests-remaining": "0" };
  await using raw = await openRaw((socket) => socket.end(answer(429, refusal("rate_limit_error", "slow"), headers)));
  await using relay = openTestRelay(raw.baseUrl);
  const failure = failureOf(await play(relay, ask("Hello")));
  expect(failure).toMatchObject({ reason: "rate-limit", retryAfterMs: 20_000 });
  expect(failure.detail).toMatch(/wait 20000 ms.*requests 0/);
});

test("U3 a refused connection is unreachable", async () => {
  const raw = await openRaw(() => {});
  await raw[Symbol.asyncDispose]();
  await using relay = openTestRelay(raw.baseUrl);
  const failure = failureOf(await play(relay, ask("Hello")));
  expect(failure).toMatchObject({ reason: "unreachable", detail: expect.stringContaining("ECONNREFUSED") });
});

test("U3 a connection reset before the headers is unreachable", async () => {
  await using raw = await openRaw((socket) => socket.resetAndDestroy());
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe("unreachable");
});

test("U3 a connection closed before the headers is unreachable", async () => {
  await using raw = await openRaw((socket) => socket.end());
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe("unreachable");
});

test("U3 a host name that does not exist is unreachable and says so", async () => {
  await using relay = openTestRelay("http://relay.invalid");
  const failure = failureOf(await play(relay, ask("Hello")));
  expect(failure).toMatchObject({ reason: "unreachable", detail: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
});

test("U3 a relay that does not speak TLS is unreachable and says so", async () => {
  const talker = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  await once(talker, "listening");
  // CAST: a server that listens on a port has an address of this kind.
  const { port } = talker.address() as AddressInfo;
  await using relay = openTestRelay(`https://127.0.0.1:${port}`);
  const failure = failureOf(await play(relay, ask("Hello")));
  talker.close();
  expect(failure).toMatchObject({ reason: "unreachable", detail: expect.stringContaining("TLS") });
});

test.each([
  ["reset in the middle", "[[sim: cut after=3 reset=yes]]"],
  ["closed in the middle", "[[sim: cut after=3]]"],
  ["ended cleanly without its end mark", "[[sim: end after=3]]"],
])("S5 an answer %s is cut, and its pieces are kept", async (_, directive) => {
  await using simulator = await openSimulator({ pace });
  await using relay = openTestRelay(simulator.baseUrl);
  const played = await play(relay, ask(`${directive} Tell me a lot.`));
  expect(failureOf(played).reason).toBe("cut");
  expect(played.pieces.length).toBeGreaterThan(0);
  expect(played.end.report.firstTokenMs).not.toBeNull();
});

test("S5 a stop reason without the end mark is cut", async () => {
  await using raw = await openRaw((socket) => {
    socket.end(head + start + piece("a") + sse({ type: "message_delta", delta: { stop_reason: "end_turn" } }));
  });
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe("cut");
});

test("U2 nothing is tried again inside an attempt", async () => {
  await using raw = await openRaw((socket) => {
    socket.end(answer(529, refusal("overloaded_error", "Overloaded"), { "x-should-retry": "true" }));
  });
  await using relay = openTestRelay(raw.baseUrl);
  await play(relay, ask("Hello"));
  expect(raw.requests).toHaveLength(1);
});

test("U3 after a refusal the relay is asked again as if nothing had been", async () => {
  let count = 0;
  await using raw = await openRaw((socket) => {
    if (count++ === 0) socket.write(answer(529, refusal("overloaded_error", "Overloaded")));
    else socket.end(head + start + piece("a") + ended("end_turn"));
  });
  await using relay = openTestRelay(raw.baseUrl);
  expect(failureOf(await play(relay, ask("Hello"))).reason).toBe("overloaded");
  await connectionFreed();
  expect((await play(relay, ask("Hello"))).text).toBe("a");
  expect(raw.connections).toBe(1);
});
