import { describe, expect, test } from "vitest";
import { openApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { secretsOf } from "../../src/secrets.ts";
import { openSimulator } from "../../src/simulator/server.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

/** Everything that was written to a log, line by line. */
function openSink() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
}

const key = 'sk-"quoted\\key"-0123456789';

describe("X5 the log hides", () => {
  test("what a careless call site hands over by name, and one level below", () => {
    const { lines, destination } = openSink();
    const log = openLog({ level: "info", pretty: false, destination });
    const names = ["token", "guestToken", "authorization", "apiKey", "authToken", "password", "secret", "text"];
    for (const name of names) log.info({ [name]: "do not tell", within: { [name]: "do not tell" } }, "careless");
    expect(lines).toHaveLength(names.length);
    expect(lines.join("")).not.toContain("do not tell");
    expect(lines[0]).toContain('"token":"[hidden]","within":{"token":"[hidden]"}');
  });

  test("the configuration's own secrets wherever they stand, also inside the words of an error", () => {
    const { lines, destination } = openSink();
    const log = openLog({ level: "info", pretty: false, hidden: [key, "short"], destination });
    log.error({ err: new Error(`refused: ${key}`), list: [{ deep: { deeper: key } }] }, `with ${key}`);
    log.info("a short word");
    expect(lines[0]).not.toContain("0123456789");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      msg: "with [hidden]",
      list: [{ deep: { deeper: "[hidden]" } }],
    });
    expect(lines[1]).toContain("a short word");
  });

  test("whatever hangs on an error beside where it happened: the text in a command of Redis, or in what was no JSON", async () => {
    const { lines, destination } = openSink();
    const log = openLog({ level: "info", pretty: false, destination });
    await using redis = await openRedis();
    await redis.command("SET", "key", "value");
    const refused = await redis.command("LPUSH", "key", "a word in private").catch((fault: unknown) => fault);
    const unknown = await redis.command("NONSENSE", "a word in private").catch((fault: unknown) => fault);
    const garbled = await new Response("a word in private").json().catch((fault: unknown) => fault);
    for (const err of [refused, unknown, garbled, new Error("outer", { cause: refused })]) log.error({ err }, "failed");
    expect(lines.join("")).not.toMatch(/private|a word/);
    expect(JSON.parse(lines[0] ?? "").err).toMatchObject({
      type: "ReplyError",
      message: expect.stringMatching(/^WRONGTYPE/),
    });
    expect(JSON.parse(lines[3] ?? "").err).toMatchObject({ message: "outer", cause: { type: "ReplyError" } });
  });

  test("which are all that the configuration has", () => {
    const config = readConfig({
      ...{ AUTH_SECRET: `${"a".repeat(32)},${"b".repeat(32)}`, METRICS_TOKEN: "m".repeat(16) },
      ...{
        ANTHROPIC_BASE_URL: "https://relay.example",
        ANTHROPIC_API_KEY: "key-of-relay",
        ANTHROPIC_AUTH_TOKEN: "token-of-relay",
      },
      REDIS_URL: "rediss://user:p%40ssword@redis.example:6379",
    });
    const expected = [
      "a".repeat(32),
      "b".repeat(32),
      "key-of-relay",
      "token-of-relay",
      "p%40ssword",
      "p@ssword",
      "m".repeat(16),
    ];
    expect(secretsOf(config)).toEqual(expected);
  });
});

const text = "Where is my secret parcel?";

test("U6 X5 each turn is one line with all its figures, and no text, name or secret is in any line", async () => {
  await using redis = await openRedis();
  await using simulator = await openSimulator({ pace: { firstTokenMs: 20, deltaMs: 1 } });
  const { lines, destination } = openSink();
  const secret = "0123456789abcdef0123456789abcdef";
  const config = readConfig({
    ...{ PORT: "0", HOST: "127.0.0.1", AUTH_SECRET: secret, DRAIN_SECONDS: "1", ...redis.env },
    ...{ ANTHROPIC_BASE_URL: simulator.baseUrl, ANTHROPIC_API_KEY: "sk-of-the-test" },
  });
  const log = openLog({ level: "trace", pretty: false, hidden: secretsOf(config), destination });
  await using app = await openApp(config, log);
  await using customer = await openCustomer(app.url);
  await customer.answerTo(`[[sim: say "A confidential answer." ; cut after=1 times=1]] ${text}`);
  await customer.answerTo("which headphones do you have?");
  const bad = await (
    await fetch(`${simulator.baseUrl}/simulator/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "bad-key", times: "all" }),
    })
  ).json();
  expect(bad.faults).toHaveLength(1);
  await customer.answerTo("and now?");
  const turns = await until("three turns are logged", () => {
    const parsed = lines.map((line) => JSON.parse(line)).filter(({ msg }) => /^turn /.test(msg));
    return parsed.length === 3 && parsed;
  });
  const [first, second, third] = turns;
  expect(first).toMatchObject({
    ...{ msg: "turn completed", outcome: "completed", class: "guest", tier: "high", model: "claude-sonnet-4-5" },
    ...{ attempts: 2, isEstimated: true, currency: "CNY", requestId: expect.stringMatching(/^req_sim/) },
    ...{
      customer: expect.stringMatching(/^[0-9a-f]{16}$/),
      conversationId: expect.any(String),
      turnId: expect.any(String),
    },
  });
  for (const name of ["firstTokenMs", "firstTextMs", "totalMs", "inputTokens", "outputTokens", "cost"])
    expect(first[name], name).toBeGreaterThan(0);
  expect(first.cost).toBeCloseTo((3.5 * first.inputTokens + 15 * first.outputTokens) / 1e6, 9);
  expect(second).toMatchObject({ attempts: 2, customer: first.customer });
  expect(second.isEstimated).toBeUndefined();
  expect(third).toMatchObject({
    outcome: "failed",
    error: "assistant-unavailable",
    inputTokens: 0,
    cost: 0,
    firstTokenMs: null,
  });
  const everything = lines.join("");
  for (const told of [
    "parcel",
    "confidential",
    "headphones",
    "and now",
    secret,
    "sk-of-the-test",
    customer.opened.guestToken ?? "?",
  ])
    expect(everything, told).not.toContain(told);
});
