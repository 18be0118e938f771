import { describe, expect, test } from "vitest";
import { metrics } from "../../src/telemetry/metrics.ts";
import { openCustomer } from "../support/customer.ts";
import { freePort } from "../support/ports.ts";
import { openRedis } from "../support/redis.ts";
import { openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const token = "a-token-for-monitoring";
const bearer = { authorization: `Bearer ${token}` };

/** The samples of a scrape: name and labels as they are written, and the value. */
async function scrape(url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: bearer });
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("version=0.0.4"),
  ]);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

const usageOf = async ({ relayUrl }: TestServer) => (await (await fetch(`${relayUrl}/simulator/usage`)).json()).models;

describe("what a node tells of some answers", () => {
  test("A2 S1 U4 U6 is what happened", async () => {
    await using redis = await openRedis();
    await using server = await openTestServer({ env: { METRICS_TOKEN: token, ...redis.env } });
    await using customer = await openCustomer(server.url);
    await using other = await openCustomer(server.url);
    await server.misbehave({ kind: "cut", after: 3, times: 1 });
    const ended = await customer.answerTo("[[sim: long chars=400]]");
    for (const text of ["which headphones do you have?", "[[sim: say Yes.]]"]) await other.answerTo(text);
    await customer.ask("message:rate", { messageId: ended.message?.messageId ?? "", value: "up" });
    await customer.ask("conversation:rate", { score: 4 });
    await customer.ask("agent:request", { leave: "Call me." });
    const samples = await scrape(server.url);
    const { "claude-sonnet-4-5": spent } = await usageOf(server);
    const of = { model: "claude-sonnet-4-5", class: "guest" };
    const labels = (given: Record<string, string>) =>
      Object.entries(given)
        .map(([name, value]) => `${name}="${value}"`)
        .join(",");
    const sample = (name: string, given: Record<string, string> = {}) =>
      samples.get(Object.keys(given).length === 0 ? name : `${name}{${labels(given)}}`);
    const { model } = of;
    expect(sample("tidegate_tier", { tier: "high", reason: "relay" })).toBe(1);
    expect([sample("tidegate_starts_total"), sample("tidegate_turns_total", { outcome: "completed" })]).toEqual([3, 3]);
    expect(sample("tidegate_relay_attempts_total", { model, outcome: "cut" })).toBe(1);
    // Told before there was any, so that a first one is seen as a rise.
    expect(sample("tidegate_relay_attempts_total", { model, outcome: "bad-key" })).toBe(0);
    expect(sample("tidegate_relay_attempts_total", { model, outcome: "complete" })).toBe(spent.answers - 1);
    expect(sample("tidegate_relay_retries_total", { model, purpose: "continuation" })).toBe(1);
    expect(sample("tidegate_tokens_total", { ...of, kind: "input" })).toBe(spent.input_tokens);
    expect(sample("tidegate_tokens_total", { ...of, kind: "output" })).toBe(spent.output_tokens);
    const yuan = (3.5 * spent.input_tokens + 15 * spent.output_tokens) / 1e6;
    expect(sample("tidegate_cost_total", { ...of, tariff: "relay", currency: "CNY" })).toBeCloseTo(yuan, 9);
    expect(sample("tidegate_first_token_seconds_count", { model, tier: "high" })).toBe(spent.answers);
    expect(sample("tidegate_first_text_seconds_count")).toBe(3);
    expect(sample("tidegate_deltas_total")).toBeGreaterThan(50);
    expect(sample("tidegate_look_ups_total", { tool: "find_products", state: "done" })).toBeGreaterThan(0);
    expect(sample("tidegate_ratings_total", { of: "answer", value: "up" })).toBe(1);
    expect(sample("tidegate_ratings_total", { of: "conversation", value: "4" })).toBe(1);
    expect(sample("tidegate_sockets", { namespace: "customers" })).toBe(2);
    expect([sample("tidegate_open_answers"), sample("tidegate_redis_up")]).toEqual([0, 1]);
    expect(sample("tidegate_line_waiting", { class: "vip" })).toBe(0);
    expect(sample("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  });

  test("every metric of the table is told, and no other", async () => {
    await using server = await openTestServer({ env: { METRICS_TOKEN: token } });
    const text = await (await fetch(`${server.url}/metrics`, { headers: bearer })).text();
    const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(told).toEqual(Object.values(metrics).map(({ name, type }) => `${name} ${type}`));
  });

  test("N4 that has no Redis says nothing of it; one whose Redis is gone says so", async () => {
    await using alone = await openTestServer({ env: { METRICS_TOKEN: token } });
    expect((await scrape(alone.url)).has("tidegate_redis_up")).toBe(false);
    await using redis = await openRedis();
    await using server = await openTestServer({ env: { METRICS_TOKEN: token, ...redis.env } });
    await redis.kill();
    await until("it is told", async () => (await scrape(server.url)).get("tidegate_redis_up") === 0);
    expect((await scrape(server.url)).get("tidegate_redis_failures_total")).toBeGreaterThan(0);
    await redis.start();
  });

  test("A3 those who are turned away are counted by class, and those who wait are told", async () => {
    const narrow = { perSecond: 0.1, burst: 1 };
    await using server = await openTestServer({
      env: { METRICS_TOKEN: token },
      config: (config) => {
        const { admission } = config;
        const tiers = {
          high: narrow,
          medium: { ...admission.tiers.medium, ...narrow },
          degraded: { ...admission.tiers.degraded, ...narrow },
        };
        return { ...config, admission: { ...admission, tiers, line: { ...admission.line, max: 2 } } };
      },
    });
    await using stack = new AsyncDisposableStack();
    for (let at = 0; at < 4; at++) {
      const customer = stack.use(await openCustomer(server.url));
      await customer.send("message:send", { messageId: `m${at}`, text: "[[sim: say Yes.]]" });
    }
    await until("two wait", async () => (await scrape(server.url)).get('tidegate_line_waiting{class="guest"}') === 2);
    const samples = await scrape(server.url);
    expect(samples.get('tidegate_shed_total{class="guest"}')).toBe(1);
    expect(samples.get('tidegate_shed_total{class="vip"}')).toBe(0);
    expect(server.logged).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining("turned away"), customers: 1 }),
    );
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ok: true, notes: ["customers-shed"] });
    expect(samples.get('tidegate_line_oldest_wait_seconds{class="guest"}')).toBeGreaterThan(0);
  });
});

describe("who may read them", () => {
  const status = async (url: string, headers: Record<string, string> = {}) =>
    (await fetch(`${url}/metrics`, { headers })).status;

  test("X1 nobody, unless the operator has opened them", async () => {
    await using server = await openTestServer();
    const response = await fetch(`${server.url}/metrics`, { headers: bearer });
    expect([response.status, (await response.json()).error.message]).toEqual([
      403,
      expect.stringContaining("METRICS_TOKEN"),
    ]);
  });

  test("X1 whoever shows the token, and nobody else", async () => {
    await using server = await openTestServer({ env: { METRICS_TOKEN: token } });
    expect(await status(server.url, bearer)).toBe(200);
    for (const wrong of ["", token, `Bearer ${token}x`, `Bearer ${token.slice(1)}x`, "Bearer"])
      expect(await status(server.url, { authorization: wrong })).toBe(401);
    expect(await status(server.url)).toBe(401);
  });

  test("X1 whoever reaches a port of their own, where nothing else is served", async () => {
    const port = await freePort();
    await using server = await openTestServer({ env: { METRICS_PORT: String(port) } });
    expect(await status(`http://127.0.0.1:${port}`)).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(404);
    expect(await status(server.url)).toBe(403);
  });

  test("X1 the port asks for the token where one is set", async () => {
    const port = await freePort();
    await using _ = await openTestServer({ env: { METRICS_PORT: String(port), METRICS_TOKEN: token } });
    expect([await status(`http://127.0.0.1:${port}`), await status(`http://127.0.0.1:${port}`, bearer)]).toEqual([
      401, 200,
    ]);
  });
});
