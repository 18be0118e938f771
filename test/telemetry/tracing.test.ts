import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openChild } from "../support/child.ts";
import { type CollectedSpan, Collector } from "../support/collector.ts";
import { openCustomer } from "../support/customer.ts";
import { freePort } from "../support/ports.ts";
import { openTestServer, type TestServer, withRelay } from "../support/server.ts";
import { until } from "../support/until.ts";

const tracesTo = (url: string, more: Record<string, string> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_BSP_SCHEDULE_DELAY: "20",
  ...more,
});
const question = "我的订单 TS20261108001 到哪了？";

/** Everything that any attribute says, and each span's name. */
const said = (spans: readonly CollectedSpan[]) =>
  JSON.stringify(spans.map(({ name, attributes, resource }) => [name, attributes, resource]));

describe("the trace of a turn", () => {
  let collector: Collector;
  let server: TestServer;

  beforeAll(async () => {
    collector = await Collector.open();
    // Repeats need no patience here.
    const config = withRelay({ backoffMs: 5 });
    server = await openTestServer({ env: tracesTo(collector.url), config });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  test("U4 U6 goes from the command over a failed attempt and a tool to the end, each span under its own parent", async () => {
    await using customer = await openCustomer(server.url);
    await server.misbehave({ kind: "rate-limit", retryAfter: "0", times: 1 });
    const { turnId, outcome } = await customer.answerTo(question);
    expect(outcome).toBe("completed");
    const spans = await collector.traceOf(turnId);
    const spanOf = (name: string) => spans.find((span) => span.name === name);
    const [turn, answer] = [spanOf("turn"), spanOf("answer")];
    const model = "claude-sonnet-4-5";
    const nameOf = (spanId: string | undefined) => spans.find((span) => span.spanId === spanId)?.name;
    expect(spans.map(({ name, parentId, isError }) => [name, nameOf(parentId), isError])).toEqual([
      ["turn", undefined, false],
      ["ask", "turn", false],
      ["answer", "turn", false],
      [`chat ${model}`, "answer", true],
      [`chat ${model}`, "answer", false],
      ["execute_tool get_order", "answer", false],
      [`chat ${model}`, "answer", false],
    ]);
    expect(turn?.attributes).toEqual({
      "tidegate.turn.id": turnId,
      "gen_ai.conversation.id": expect.stringMatching(/^[0-9a-f]{16}$/),
      "tidegate.customer": expect.stringMatching(/^[0-9a-f]{16}$/),
      ...{ "tidegate.class": "guest", "tidegate.tier": "high" },
      ...{ "tidegate.outcome": "completed", "tidegate.way": "socket" },
    });
    expect([turn?.kind, answer?.kind, turn?.resource["service.name"]]).toEqual([2, 1, "tidegate"]);
    const [failed, asked, told] = spans.filter(({ name }) => name.startsWith("chat"));
    const { hostname, port } = new URL(server.relayUrl);
    const common = {
      ...{ "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": model },
      ...{ "gen_ai.request.stream": true, "gen_ai.request.max_tokens": 64_000 },
      ...{ "server.address": hostname, "server.port": Number(port), "tidegate.epoch": 1 },
    };
    expect(failed?.attributes).toMatchObject({
      ...{ ...common, "tidegate.purpose": "answer", "error.type": "rate-limit", "http.response.status_code": 429 },
      "gen_ai.response.finish_reasons": ["error"],
    });
    expect(asked?.attributes).toMatchObject({
      ...{ ...common, "tidegate.purpose": "retry", "tidegate.retry.reason": "rate-limit" },
      "gen_ai.response.finish_reasons": ["tool_use"],
      "gen_ai.response.id": expect.stringMatching(/^msg_sim/),
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
    });
    expect(told?.attributes).toMatchObject({
      "tidegate.purpose": "tools",
      "gen_ai.response.finish_reasons": ["end_turn"],
    });
    const { requests } = await (await fetch(`${server.relayUrl}/simulator/usage`)).json().then((usage) => ({
      requests: usage.models[model],
    }));
    const sum = (name: string) =>
      [asked, told].reduce((all, span) => all + Number(span?.attributes[`gen_ai.usage.${name}`] ?? Number.NaN), 0);
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = requests;
    expect(sum("input_tokens")).toBe(input_tokens + cache_read_input_tokens + cache_creation_input_tokens);
    expect([sum("output_tokens"), sum("cache_read.input_tokens"), sum("cache_write.input_tokens")]).toEqual([
      ...[output_tokens, cache_read_input_tokens, cache_creation_input_tokens],
    ]);
    expect(spanOf("execute_tool get_order")?.attributes).toEqual({
      ...{ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_order", "gen_ai.tool.type": "function" },
      "gen_ai.tool.call.id": expect.stringMatching(/^call_/),
    });
    for (const { startAt, endAt } of spans) {
      expect(startAt).toBeLessThanOrEqual(endAt);
      expect(startAt).toBeGreaterThanOrEqual((turn?.startAt ?? 0) - 1);
      expect(endAt).toBeLessThanOrEqual((turn?.endAt ?? 0) + 1);
    }
  });

  test("X5 holds nothing that anybody wrote, and no name of a customer or a conversation", async () => {
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo(question);
    const told = said(await collector.traceOf(turnId));
    const { conversationId } = customer.opened;
    for (const secret of [
      "TS20261108001",
      "订单",
      "运输中",
      message?.text.slice(0, 8) ?? "",
      conversationId,
      "sk-test",
    ])
      expect(told).not.toContain(secret);
  });

  test("tells a question over HTTP from one on a socket, and links to the caller's own trace", async () => {
    const response = await fetch(`${server.url}/api/chat`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      },
      body: JSON.stringify({ text: "[[sim: say Yes.]]" }),
    });
    const { result } = await response.json();
    const [turn, ask] = await collector.traceOf(result.turnId);
    expect([turn?.attributes["tidegate.way"], ask?.attributes["tidegate.way"]]).toEqual(["http", "http"]);
    expect(ask?.links).toEqual(["b7ad6b7169203331"]);
  });

  test("S10 A7 tells what was stopped, and shows an attempt that was aborted without an error", async () => {
    await using customer = await openCustomer(server.url);
    const turnId = await customer.begin("[[sim: long chars=200000]]");
    await customer.ask("turn:stop", { turnId });
    const spans = await collector.traceOf(turnId);
    const chat = spans.find(({ name }) => name.startsWith("chat"));
    expect(spans[0]?.attributes["tidegate.outcome"]).toBe("stopped");
    expect([chat?.isError, chat?.attributes["gen_ai.response.finish_reasons"]]).toEqual([false, ["error"]]);
    expect(chat?.attributes["tidegate.usage.estimated"]).toBe(true);
  });
});

test("N3 a node that closes sends what it has, as protobuf unless told otherwise", async () => {
  await using collector = await Collector.open();
  const server = await openTestServer({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` } });
  await using customer = await openCustomer(server.url);
  await customer.answerTo("[[sim: say Yes.]]");
  expect(collector.exports).toEqual([]);
  await server[Symbol.asyncDispose]();
  const [sent] = collector.exports;
  expect(sent).toMatchObject({ path: "/v1/traces", contentType: "application/x-protobuf" });
  expect(sent?.bytes).toBeGreaterThan(200);
});

test("a collector that is gone costs answers nothing, and the log one line", async () => {
  // The exporter reads it by itself: how long it tries one batch again and again.
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "200");
  const env = tracesTo(`http://127.0.0.1:${await freePort()}`, { OTEL_BSP_SCHEDULE_DELAY: "1" });
  const server = await openTestServer({ env });
  vi.unstubAllEnvs();
  const told = () => server.logged.filter(({ msg }) => String(msg).startsWith("traces cannot be sent"));
  await using customer = await openCustomer(server.url);
  const ask = async () => expect((await customer.answerTo("[[sim: say Yes.]]")).outcome).toBe("completed");
  await ask();
  await until("it is told", () => told().length > 0);
  for (let at = 0; at < 3; at++) await ask();
  const closingAt = performance.now();
  await server[Symbol.asyncDispose]();
  expect(performance.now() - closingAt).toBeLessThan(4_000);
  expect(told()).toMatchObject([{ level: 40, why: expect.stringContaining("ECONNREFUSED"), batches: 1 }]);
  expect(server.logged.filter(({ level }) => Number(level) > 40)).toEqual([]);
});

test.each([
  ["the exporter is none", { OTEL_TRACES_EXPORTER: "none" }],
  ["all is disabled", { OTEL_SDK_DISABLED: "TRUE" }],
  ["no trace is kept", { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" }],
])("nothing is sent where %s", async (_, env) => {
  await using collector = await Collector.open();
  const server = await openTestServer({ env: tracesTo(collector.url, env) });
  await using customer = await openCustomer(server.url);
  await customer.answerTo("[[sim: say Yes.]]");
  await server[Symbol.asyncDispose]();
  expect(collector.exports).toEqual([]);
});

test("tracing that is off loads nothing of OpenTelemetry's SDK", async () => {
  await using child = await openChild("loaded.child.ts", { env: { PORT: "0" } });
  const { loaded } = await child.ask<{ loaded: readonly string[] }>({});
  expect(loaded.some((url) => url.includes("/src/telemetry/tracing.ts"))).toBe(true);
  expect(loaded.filter((url) => /@opentelemetry\/(sdk|resources|exporter|otlp)/.test(url))).toEqual([]);
});
