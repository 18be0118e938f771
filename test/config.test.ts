import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import { fileConfig } from "../src/config-file.ts";
import { secretsOf } from "../src/secrets.ts";

const secret = "0123456789abcdef0123456789abcdef";
const relay = { ANTHROPIC_BASE_URL: "https://relay.example/v1", ANTHROPIC_API_KEY: "k" };

function faults(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (fault) {
    if (fault instanceof ConfigError) return fault.message;
    throw fault;
  }
  return "";
}

function withFile(content: unknown): Record<string, string> {
  const path = join(mkdtempSync(join(tmpdir(), "tidegate-")), "tidegate.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return { TIDEGATE_CONFIG: path };
}

describe("X6 without a secret", () => {
  test("the server is a demonstration: random secret, loopback, the simulator", () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      demonstration: true,
      host: "127.0.0.1",
      port: 3000,
      relayAccess: { kind: "simulator" },
    });
    expect(config.secrets[0]).not.toBe(readConfig({}).secrets[0]);
  });

  test("it refuses any other address than loopback, and says what to set", () => {
    expect(faults({ HOST: "0.0.0.0" })).toContain("Set AUTH_SECRET");
    expect(faults({ HOST: "127.0.0.1" })).toBe("");
  });

  test("published keys alone are not enough", () => {
    expect(faults({ AUTH_JWKS_URL: "https://shop.example/keys" })).toContain("AUTH_SECRET");
  });
});

test("X1 with a secret it listens everywhere; several secrets rotate; a short one is refused", () => {
  expect(readConfig({ AUTH_SECRET: `${secret}, ${secret}2`, ...relay })).toMatchObject({
    demonstration: false,
    host: "0.0.0.0",
    secrets: [secret, `${secret}2`],
  });
  expect(faults({ AUTH_SECRET: `${secret},short` })).toContain("32 characters");
});

describe("U1 base URL and key", () => {
  test("both make a relay, by either kind of key", () => {
    expect(readConfig(relay).relayAccess).toMatchObject({ kind: "remote", apiKey: "k" });
    const bearer = { ANTHROPIC_BASE_URL: "https://relay.example", ANTHROPIC_AUTH_TOKEN: "t" };
    expect(readConfig(bearer).relayAccess).toMatchObject({ kind: "remote", authToken: "t" });
  });

  test("one without the other is refused with what to set", () => {
    expect(faults({ ANTHROPIC_BASE_URL: "https://relay.example" })).toContain("ANTHROPIC_API_KEY");
    expect(faults({ ANTHROPIC_API_KEY: "k" })).toContain("ANTHROPIC_BASE_URL");
  });

  test("neither is refused in production, or when the simulator is off; an empty value is none", () => {
    expect(faults({ NODE_ENV: "production" })).toContain("No relay is set");
    expect(faults({ TIDEGATE_SIMULATOR: "off" })).toContain("No relay is set");
    expect(faults({ ANTHROPIC_BASE_URL: "", ANTHROPIC_API_KEY: "" })).toBe("");
  });
});

describe("the shop", () => {
  const http = { shop: { kind: "http", url: "https://shop.example/api", timeoutMs: 800 } };

  test("is the demo shop unless its own API is given, with the key from the environment", () => {
    expect(readConfig({}).shopAccess).toEqual({ kind: "demo", catalogue: undefined });
    expect(readConfig(withFile({ shop: { name: "Tide" } })).shopAccess.kind).toBe("demo");
    expect(readConfig(withFile({ shop: { catalogue: "goods.json" } })).shopAccess).toMatchObject({
      catalogue: "goods.json",
    });
    expect(readConfig({ ...withFile(http), SHOP_API_KEY: " k " }).shopAccess).toEqual({
      kind: "http",
      url: "https://shop.example/api",
      apiKey: "k",
      timeoutMs: 800,
      tries: 3,
      backoffMs: 100,
      breakAfter: 5,
      restMs: 10_000,
    });
  });

  test("C3 its API is not asked without a key: orders there would be open to anybody", () => {
    expect(faults(withFile(http))).toContain("Set SHOP_API_KEY");
    expect(faults({ SHOP_API_KEY: "two\nlines" })).toContain("SHOP_API_KEY holds characters");
  });

  test.each([
    [{ kind: "http" }, "shop must have a url"],
    [{ url: "https://shop.example" }, "shop must have a url"],
    [{ kind: "http", url: "ftp://shop.example" }, "shop.url must be an http or https URL"],
    [{ kind: "http", url: "https://shop.example", catalogue: "x" }, "shop must have no catalogue"],
    [{ kind: "magic" }, "shop.kind"],
    [{ timeoutMs: 1 }, "shop.timeoutMs"],
  ])("a wrong part is refused with its path: %j", (shop, path) => {
    expect(faults(withFile({ shop }))).toContain(path);
  });
});

test("X2 origins are taken as browsers write them, and what is none is refused", () => {
  const env = { AUTH_SECRET: secret, ...relay };
  expect(
    readConfig({ ...env, ALLOWED_ORIGINS: "https://Shop.Example/, http://b.example:80,*" }).allowedOrigins,
  ).toEqual(["https://shop.example", "http://b.example", "*"]);
  expect(faults({ ...env, ALLOWED_ORIGINS: "shop.example" })).toContain('"shop.example" is no origin');
});

test("every malformed variable is named with what is allowed", () => {
  const text = faults({
    PORT: "80a",
    TRUSTED_PROXIES: "-1",
    LOG_LEVEL: "loud",
    TIDEGATE_SIMULATOR: "maybe",
    ANTHROPIC_VERSION: "new",
    ANTHROPIC_BASE_URL: "relay",
  });
  for (const name of [
    "PORT",
    "TRUSTED_PROXIES",
    "LOG_LEVEL",
    "TIDEGATE_SIMULATOR",
    "ANTHROPIC_VERSION",
    "ANTHROPIC_BASE_URL",
  ]) {
    expect(text).toContain(name);
  }
});

describe("the configuration file", () => {
  test("a part given alone keeps the other defaults", () => {
    const config = readConfig(withFile({ context: { rounds: 3 } }));
    expect(config.context).toEqual({ rounds: 3, tokens: 12_000, lifeSeconds: 3_600 });
    expect(config.relay.firstTokenMs).toBe(5_000);
  });

  test("a wrong part is refused with its path", () => {
    expect(faults(withFile({ context: { rounds: 0 } }))).toContain("context.rounds");
    expect(faults(withFile({ contxt: {} }))).toContain("contxt");
  });

  test.each([
    [{ tiers: { high: { maxTokens: 5 } } }, "admission.tiers.high"],
    [{ tiers: { medium: { smallModelFor: ["everybody"] } } }, "admission.tiers.medium.smallModelFor.0"],
    [{ tiers: { degraded: { perSecond: 0 } } }, "admission.tiers.degraded.perSecond"],
    [{ line: { weights: { vip: 0 } } }, "admission.line.weights.vip"],
    [{ line: { awaySeconds: 0 } }, "admission.line.awaySeconds"],
    [{ rampPerSecond: 0 }, "admission.rampPerSecond"],
    [{ signal: { failedShare: 2 } }, "admission.signal.failedShare"],
    [{ signal: { slowMs: 100 } }, "admission.signal must have a quickMs that is not above slowMs"],
    [{ firstTexts: { most: 10, least: 20 } }, "admission.firstTexts must have a least that is not above most"],
  ])("a wrong part of admission is refused with its path: %j", (admission, path) => {
    expect(faults(withFile({ admission }))).toContain(path);
  });

  test("A9 lower tiers are shares of the highest where they are not given, and never more than it", () => {
    const given = readConfig(withFile({ admission: { tiers: { high: { perSecond: 20, burst: 5 } } } }));
    const { medium, degraded } = given.admission.tiers;
    expect([medium.perSecond, medium.burst, degraded.perSecond, degraded.burst]).toEqual([10, 3, 2, 1]);
    const inverted = { high: { perSecond: 20 }, medium: { perSecond: 50 } };
    expect(faults(withFile({ admission: { tiers: inverted } }))).toContain(
      "admission.tiers.medium must have no higher",
    );
    const last = { medium: { burst: 100 }, degraded: { burst: 200 } };
    expect(faults(withFile({ admission: { tiers: last } }))).toContain("admission.tiers.degraded must have no higher");
  });

  test("a part of admission given alone keeps the other defaults", () => {
    const { admission } = readConfig(withFile({ admission: { tiers: { medium: { perSecond: 200 } } } }));
    expect(admission.tiers.medium).toEqual({
      perSecond: 200,
      burst: 2_500,
      maxTokens: 512,
      rounds: 6,
      smallModelFor: ["guest"],
      tools: true,
    });
    expect(admission.tiers.high).toEqual({ perSecond: 1_000, burst: 5_000 });
    expect([admission.line.awaySeconds, admission.rampPerSecond]).toEqual([60, null]);
  });

  test("U5 an unknown small model is refused", () => {
    expect(faults(withFile({ relay: { smallModel: "claude-9" } }))).toContain('"claude-9" is not a known model');
  });

  test("a file that is missing or no JSON is refused by name", () => {
    expect(faults({ TIDEGATE_CONFIG: "/nowhere/tidegate.json" })).toContain("/nowhere/tidegate.json");
    expect(faults(withFile("{"))).toContain("cannot be read as JSON");
    expect(faults(withFile("\ufeff{}"))).toBe("");
  });

  test("U5 an unknown model is refused with the list of known ones; a new one can be added", () => {
    const unknown = faults(withFile({ relay: { model: "claude-9" } }));
    expect(unknown).toContain('"claude-9" is not a known model');
    expect(unknown).toContain("claude-haiku-3-20250507");
    const model = { continues: "prefill" };
    expect(faults(withFile({ relay: { model: "claude-9" }, models: { "claude-9": model } }))).toBe("");
  });

  test("U5 the earlier ids and today's are known", () => {
    for (const model of [
      "claude-opus-4-20250514",
      "claude-sonnet-4-20250514",
      "claude-haiku-3-20250507",
      "claude-sonnet-4-6",
    ]) {
      expect(faults(withFile({ relay: { model } }))).toBe("");
    }
  });
});

describe("webhooks", () => {
  const good = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  const other = `whsec_${Buffer.alloc(24, 2).toString("base64")}`;
  const webhooks = (...all: readonly unknown[]) => withFile({ webhooks: all });
  const url = "https://shop.example/hooks";

  test("they need a secret, and several, however they are separated, all sign", () => {
    expect(faults(webhooks({ url }))).toContain("WEBHOOK_SECRET must be set");
    for (const text of [`${good} ${other}`, `${good},${other}`, ` ${good} ,\n${other}`]) {
      const config = readConfig({ ...webhooks({ url }), WEBHOOK_SECRET: text });
      expect(config.webhookSecrets).toEqual([good, other]);
      expect(config.webhooks).toEqual([{ url, includeTexts: false }]);
    }
  });

  test.each(["secret", "whsec_c2hvcnQ=", `${good}x`, `${good} short`, good.replace("whsec_", "")])(
    "X5 a malformed secret is refused, and not repeated: %s",
    (text) => {
      const said = faults({ WEBHOOK_SECRET: text });
      expect(said).toContain("WEBHOOK_SECRET must be whsec_");
      expect(said).not.toContain(text);
    },
  );

  test.each([
    "http://shop.example/hooks",
    "https://user:password@shop.example",
    "http://127.0.0.1.shop.example",
    "ftp://shop.example",
    "shop.example",
    "",
  ])("an address that is none, not safe, or holds a password is refused: %s", (bad) => {
    expect(faults({ ...webhooks({ url: bad }), WEBHOOK_SECRET: good })).toContain(
      "webhooks.0.url must be an https URL",
    );
  });

  test("http is good enough on loopback; unknown events, unknown parts and the same address twice are refused", () => {
    const said = (...all: readonly unknown[]) => faults({ ...webhooks(...all), WEBHOOK_SECRET: good });
    for (const host of ["127.0.0.1:8000", "localhost", "[::1]:8000"])
      expect(said({ url: `http://${host}/h` })).toBe("");
    expect(said({ url, events: ["conversation.ended"] })).toContain("webhooks.0.events.0");
    expect(said({ url, secret: "x" })).toContain("webhooks.0");
    expect(said({ url }, { url })).toContain("webhooks must name each url once");
  });
});

describe("traces", () => {
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example:4318/" };

  test("are off until a collector is named, and off again by each of the standard switches", () => {
    expect(readConfig({}).tracing).toBeNull();
    expect(readConfig({ ...collector, OTEL_TRACES_EXPORTER: "none" }).tracing).toBeNull();
    expect(readConfig({ ...collector, OTEL_SDK_DISABLED: "true" }).tracing).toBeNull();
  });

  test("go where the standard variables say, all of them unless a share is given", () => {
    expect(readConfig(collector).tracing).toEqual({
      ...{ url: "https://collector.example:4318/v1/traces", protocol: "http/protobuf" },
      ...{ sampler: "parentbased_always_on", ratio: 1, headerValues: [] },
      batch: { delayMs: 5_000, timeoutMs: 30_000, mostQueued: 2_048, mostSent: 512 },
    });
    const whole = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://collector.example/here" };
    const share = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" };
    expect(readConfig({ ...collector, ...whole, ...share }).tracing).toMatchObject({
      ...{ url: "https://collector.example/here", sampler: "parentbased_traceidratio", ratio: 0.01 },
    });
    expect(readConfig({ OTEL_TRACES_EXPORTER: "otlp" }).tracing?.url).toBe("http://localhost:4318/v1/traces");
  });

  test("X5 the keys of a collector are hidden in the log, as they are written and as they are meant", () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc, x-team=100%" };
    const secrets = secretsOf(readConfig({ ...collector, ...headers }));
    expect(secrets).toEqual(expect.arrayContaining(["Bearer%20abc", "Bearer abc", "100%"]));
  });

  test("that cannot be sent as asked are refused with what can be", () => {
    expect(faults({ ...collector, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toContain("http/protobuf or http/json");
    expect(faults({ OTEL_TRACES_EXPORTER: "console" })).toContain("otlp or none");
    expect(faults({ OTEL_TRACES_SAMPLER_ARG: "2" })).toContain("0 to 1");
    expect(faults({ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })).toContain("http or https URL");
  });
});

test.each([
  '{ "__proto__": { "polluted": true } }',
  '{ "shop": { "__proto__": { "polluted": true } } }',
  '{ "models": { "__proto__": { "continues": "prefill", "polluted": true } } }',
  '{ "tools": { "mcp": [{ "name": "x", "url": "https://x.example", "headersFromEnv": { "__proto__": "HOME" } }] } }',
])("X3 the configuration %s reaches into no prototype", (written) => {
  const { data } = fileConfig.safeParse(JSON.parse(written));
  for (const each of [{}, data, data?.models, data?.tools.mcp[0]?.headersFromEnv])
    expect([Object(each).polluted, Object(each).continues]).toEqual([undefined, undefined]);
  if (data) expect(Object.getPrototypeOf(data.models)).toBe(Object.prototype);
});
