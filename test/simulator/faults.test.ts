import { expect, test } from "vitest";
import { bodyOf, openTestRelay, type TestRelay } from "./relay.ts";

const ended = async (relay: TestRelay, directive: string) => {
  const { events, deltas, error } = await relay.read(`我要退货 ${directive}`);
  return { deltas: deltas.length, last: events.at(-1)?.type, error };
};

test.each([
  ["bad-request", 400, "invalid_request_error"],
  ["usage-limit", 400, "invalid_request_error"],
  ["credit-low", 400, "invalid_request_error"],
  ["bad-key", 401, "authentication_error"],
  ["billing", 402, "billing_error"],
  ["forbidden", 403, "permission_error"],
  ["unknown-model", 404, "not_found_error"],
  ["unknown-model status=400 type=invalid_request_error", 400, "invalid_request_error"],
  ["too-large", 413, "request_too_large"],
  ["rate-limit", 429, "rate_limit_error"],
  ["api-error", 500, "api_error"],
  ["unavailable", 503, "api_error"],
  ["timeout", 504, "timeout_error"],
  ["overloaded", 529, "overloaded_error"],
])("%s is refused with %d %s", async (words, status, type) => {
  await using relay = await openTestRelay();
  expect((await ended(relay, `[[sim: ${words}]]`)).error).toMatchObject({ status, type });
});

test("spend and ramp limits are told apart from a rate limit by their code alone", async () => {
  await using relay = await openTestRelay();
  const spend = await ended(relay, "[[sim: spend-limit]]");
  expect(spend.error).toMatchObject({
    status: 429,
    type: "rate_limit_error",
    errorCode: "enforced_spend_limit_reached",
  });
  const ramp = await ended(relay, "[[sim: ramp-limit]]");
  expect(ramp.error).toMatchObject({ status: 429, errorCode: "ramp_limit_exceeded" });
});

test("retry-after is sent as asked: absent, absurd, or a date", async () => {
  await using relay = await openTestRelay();
  const delay = async (words: string) => (await relay.post(bodyOf(`[[sim: ${words}]]`))).headers.get("retry-after");
  expect(await delay("rate-limit")).toBeNull();
  expect(await delay("rate-limit retry-after=3")).toBe("3");
  expect(await delay("rate-limit retry-after=99999999")).toBe("99999999");
  expect(await delay("rate-limit retry-after=soon")).toBe("soon");
  const date = Date.parse((await delay("rate-limit retry-after=date:30")) ?? "");
  expect(Math.abs(date - Date.now() - 30_000)).toBeLessThan(5000);
});

test("a proxy's pages come as HTML, with 502 and even with 200", async () => {
  await using relay = await openTestRelay();
  const gateway = await relay.post(bodyOf("[[sim: bad-gateway]]"));
  expect([gateway.status, gateway.headers.get("content-type")]).toEqual([502, "text/html; charset=utf-8"]);
  const fine = await relay.post(bodyOf("[[sim: html]]", { stream: true }));
  expect(fine.status).toBe(200);
  expect(await fine.text()).toContain("<html>");
  expect(await ended(relay, "[[sim: html id=2]]")).toEqual({ deltas: 0, last: undefined, error: undefined });
});

test("a cut breaks the connection after so many deltas; a clean end does not, but has no message_stop", async () => {
  await using relay = await openTestRelay({ pace: { deltaMs: 1 } });
  const cut = await ended(relay, "[[sim: cut after=5]]");
  expect(cut).toMatchObject({ deltas: 5, last: "content_block_delta", error: expect.any(Error) });
  const end = await ended(relay, "[[sim: end after=3]]");
  expect(end).toEqual({ deltas: 3, last: "content_block_delta", error: undefined });
  const reset = await ended(relay, "[[sim: cut after=1 reset=yes]]");
  expect(reset.error).toBeInstanceOf(Error);
});

test("an error event comes before the first delta or in the middle, of the type asked for", async () => {
  await using relay = await openTestRelay();
  const early = await ended(relay, "[[sim: error-event]]");
  expect(early).toMatchObject({ deltas: 0, error: { status: undefined, type: "overloaded_error" } });
  const late = await ended(relay, "[[sim: error-event after=4 type=api_error]]");
  expect(late).toMatchObject({ deltas: 4, error: { type: "api_error" } });
});

test("a broken event cannot be parsed; unknown events can be stepped over", async () => {
  await using relay = await openTestRelay();
  expect(await ended(relay, "[[sim: broken after=2]]")).toMatchObject({ deltas: 2, error: expect.any(SyntaxError) });
  const { text, error, events } = await relay.read("我要退货 [[sim: unknown after=2]]");
  expect(error).toBeUndefined();
  expect(JSON.stringify(events)).toContain("tide_level");
  expect(text).toBe((await relay.read("我要退货")).text);
});

test.each(["dribble", "burst", "burst size=3", "crlf", "crlf; dribble"])(
  "%s changes the packets, not the answer",
  async (words) => {
    await using relay = await openTestRelay();
    const whole = await relay.read("订单 TS20261108001 到哪了");
    const odd = await relay.read(`订单 TS20261108001 到哪了 [[sim: ${words}]]`);
    expect(odd).toMatchObject({ text: whole.text, deltas: whole.deltas, error: undefined });
  },
);

test("dribble parts the bytes of one character, and crlf ends lines with two bytes", async () => {
  await using relay = await openTestRelay();
  const response = await relay.post(bodyOf("我要退货 [[sim: crlf; dribble]]", { stream: true }));
  const sizes: number[] = [];
  let raw = "";
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    sizes.push(part.length);
    raw += decoder.decode(part, { stream: true });
  }
  expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(100);
  expect(raw.split("\r\n\r\n").length).toBeGreaterThan(5);
});

test("a stalled stream stays open after so many deltas, with pings if asked", async () => {
  await using relay = await openTestRelay();
  const response = await relay.post(bodyOf("我要退货 [[sim: stall after=2 ping=5]]", { stream: true }));
  let raw = "";
  for await (const part of response.body ?? []) {
    raw += Buffer.from(part).toString();
    if (raw.split("event: ping").length > 4) break;
  }
  expect(raw.split("text_delta")).toHaveLength(3);
  expect(raw).not.toContain("message_stop");
});

test("silent never answers, and destroy closes the connection at once", async () => {
  await using relay = await openTestRelay();
  const stop = new AbortController();
  const waiting = fetch(`${relay.baseUrl}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "k", "anthropic-version": "2023-06-01" },
    body: JSON.stringify(bodyOf("[[sim: silent]]")),
    signal: stop.signal,
  });
  await expect.poll(async () => (await relay.requests())[0]).toMatchObject({ state: "open", status: null });
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await expect.poll(async () => (await relay.requests())[0]?.state).toBe("aborted");
  await expect(relay.post(bodyOf("[[sim: destroy]]"))).rejects.toThrow();
});

test("slow holds the first delta back, and with it the whole of a plain answer", async () => {
  await using relay = await openTestRelay();
  const before = performance.now();
  await relay.read("[[sim: slow ms=120]]");
  const between = performance.now();
  expect((await relay.post(bodyOf("[[sim: slow ms=120 id=2]]"))).status).toBe(200);
  expect(between - before).toBeGreaterThanOrEqual(115);
  expect(performance.now() - between).toBeGreaterThanOrEqual(115);
});

test("a plain answer can be cut in its middle or be broken JSON", async () => {
  await using relay = await openTestRelay();
  const cut = await relay.post(bodyOf("[[sim: cut]]"));
  await expect(cut.text()).rejects.toThrow();
  const broken = await relay.post(bodyOf("[[sim: broken]]"));
  await expect(broken.json()).rejects.toThrow(SyntaxError);
});
