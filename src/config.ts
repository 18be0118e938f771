import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type FileConfig, fileConfig, modelFaults } from "./config-file.ts";
import { priceFaults, readPrices, shippedPrices } from "./config-prices.ts";
import { type TracingConfig, tracingOf, tracingVariables } from "./config-tracing.ts";
import { headerText, number, url } from "./config-values.ts";
import type { PriceTable } from "./domain/prices.ts";
import type { SettingName } from "./settings.ts";

/** What is wrong with the settings: one sentence each, saying what to do. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "ConfigError";
  }
}

export type RelayConfig =
  | { readonly kind: "simulator" }
  | {
      readonly kind: "remote";
      readonly baseUrl: string;
      readonly apiKey: string | undefined;
      readonly authToken: string | undefined;
    };

/** Where the assistant looks things up: the demo shop, or the shop's own API. */
export type ShopConfig =
  | { readonly kind: "demo"; readonly catalogue: string | undefined }
  | {
      readonly kind: "http";
      readonly url: string;
      readonly apiKey: string;
      readonly timeoutMs: number;
      readonly tries: number;
      readonly backoffMs: number;
      readonly breakAfter: number;
      readonly restMs: number;
    };

/** Where Redis is: one server, a Redis Cluster's nodes, or Sentinels that know the master by a name. */
export type RedisConfig =
  | { readonly kind: "one"; readonly url: string }
  | { readonly kind: "cluster"; readonly nodes: readonly string[] }
  | { readonly kind: "sentinel"; readonly sentinels: readonly string[]; readonly master: string };

/** Everything the server is told from outside, checked. */
export interface Config extends FileConfig {
  readonly host: string;
  readonly port: number;
  /** No secret was given: random secrets, loopback only (X6). */
  readonly demonstration: boolean;
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  readonly jwksUrl: string | undefined;
  /** Sign what is told to the shop's own server: all of them do. */
  readonly webhookSecrets: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: number;
  readonly relayAccess: RelayConfig;
  readonly shopAccess: ShopConfig;
  /** Null for one node that keeps everything in memory. */
  readonly redis: RedisConfig | null;
  readonly redisPrefix: string;
  /** What is sent to each MCP server, by its name: values of the environment, never logged (X5). */
  readonly mcpHeaders: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What tokens cost, from the price file. */
  readonly prices: PriceTable;
  readonly anthropicVersion: string | undefined;
  /** Who shows it may read the metrics; null for no token. */
  readonly metricsToken: string | null;
  /** The metrics' own port; null for none. */
  readonly metricsPort: number | null;
  /** Null for no traces. */
  readonly tracing: TracingConfig | null;
  readonly drainMs: number;
  readonly logLevel: string;
  /** `NODE_ENV` is `production`: the log is for machines. */
  readonly production: boolean;
}

type Environment = Readonly<Partial<Record<string, string>>>;

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

const environment = z.object({
  PORT: number(0, 65_535).default(3_000),
  HOST: z.string().optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_AUTH_TOKEN: z.string().optional(),
  ANTHROPIC_VERSION: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, "must look like 2023-06-01")
    .optional(),
  SHOP_API_KEY: headerText.optional(),
  TIDEGATE_SIMULATOR: z.enum(["auto", "on", "off"], { error: "must be auto, on or off" }).default("auto"),
  TIDEGATE_CONFIG: z.string().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis or rediss URL" }).optional(),
  REDIS_NODES: z.string().optional(),
  REDIS_SENTINEL: z.string().optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits, - _ or .")
    .default("tidegate"),
  AUTH_SECRET: z.string().optional(),
  AUTH_JWKS_URL: url.optional(),
  WEBHOOK_SECRET: z.string().optional(),
  ALLOWED_ORIGINS: z.string().optional(),
  TRUSTED_PROXIES: number(0, 16).default(0),
  METRICS_TOKEN: headerText.min(16, "must have at least 16 characters").optional(),
  METRICS_PORT: number(1, 65_535).optional(),
  DRAIN_SECONDS: number(0, 3_600).default(25),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], { error: "must be a level of pino" })
    .default("info"),
  NODE_ENV: z.string().optional(),
  ...tracingVariables,
} satisfies Record<SettingName | "NODE_ENV", z.ZodType>);

type Settings = z.infer<typeof environment>;

/**
 * Reads the settings from the environment and the file it names.
 *
 * @throws {ConfigError} that lists the faults: first those of form, then those of sense
 */
export function readConfig(env: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const settings = parse(environment, given, (path) => path);
  const file = parse(fileConfig, readFile(settings.TIDEGATE_CONFIG), (path) => `${settings.TIDEGATE_CONFIG}: ${path}`);
  const prices = tableOf(file);
  const secrets = listOf(settings.AUTH_SECRET);
  const webhookSecrets = listOf(settings.WEBHOOK_SECRET?.replaceAll(/\s+/g, ","));
  const faults = [
    ...modelFaults(file),
    ...priceFaults(prices, [file.relay.model, file.relay.smallModel, ...file.relay.fallbacks]),
    ...webhookFaults(file, webhookSecrets),
    ...secretFaults(settings, secrets),
    ...relayFaults(settings),
    ...originFaults(settings),
    ...redisFaults(settings),
    ...mcpFaults(file, given),
    ...shopFaults(file, settings),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  const [first, ...others] = secrets;
  const demonstration = first === undefined;
  return {
    ...file,
    host: settings.HOST ?? (demonstration ? "127.0.0.1" : "0.0.0.0"),
    port: settings.PORT,
    demonstration,
    secrets: [first ?? randomBytes(32).toString("base64url"), ...others],
    jwksUrl: settings.AUTH_JWKS_URL,
    webhookSecrets,
    allowedOrigins: listOf(settings.ALLOWED_ORIGINS).map((origin) => URL.parse(origin)?.origin ?? origin),
    trustedProxies: settings.TRUSTED_PROXIES,
    relayAccess: relayAccess(settings),
    shopAccess: shopAccess(file, settings),
    redis: redisPlace(settings),
    redisPrefix: settings.REDIS_PREFIX,
    mcpHeaders: mcpHeaders(file, given),
    prices,
    anthropicVersion: settings.ANTHROPIC_VERSION,
    metricsToken: settings.METRICS_TOKEN ?? null,
    metricsPort: settings.METRICS_PORT ?? null,
    tracing: tracingOf(settings),
    drainMs: settings.DRAIN_SECONDS * 1_000,
    logLevel: settings.LOG_LEVEL,
    production: settings.NODE_ENV === "production",
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name: (path: string) => string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${name(path.join(".") || "(the whole)")} ${message}`),
  );
}

function readFile(path: string | undefined): unknown {
  if (path === undefined) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""));
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    throw new ConfigError([`TIDEGATE_CONFIG names ${path}, which cannot be read as JSON: ${why}`]);
  }
}

function tableOf({ cost }: FileConfig): PriceTable {
  const read = readPrices(cost.prices ?? shippedPrices);
  if ("faults" in read) throw new ConfigError(read.faults);
  return read.table;
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function secretFaults({ HOST, AUTH_JWKS_URL }: Settings, secrets: readonly string[]): string[] {
  if (secrets.some((secret) => secret.length < 32))
    return ["AUTH_SECRET must have at least 32 characters in each secret."];
  if (secrets.length > 0) return [];
  if (AUTH_JWKS_URL) return ["AUTH_SECRET must be set beside AUTH_JWKS_URL: guests' tokens are signed with it."];
  if (HOST === undefined || loopback.has(HOST)) return [];
  return [`Without AUTH_SECRET this is a demonstration and listens on loopback only, not on ${HOST}. Set AUTH_SECRET.`];
}

/** 24 to 64 bytes, as Standard Webhooks has it. */
const webhookSecret = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

function webhookFaults({ webhooks }: FileConfig, secrets: readonly string[]): string[] {
  const how = `make one with: echo "whsec_$(openssl rand -base64 32)"`;
  if (secrets.some((secret) => !webhookSecret.test(secret) || secret.length % 4 !== 2))
    return [`WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes as base64; ${how}`];
  if (webhooks.length === 0 || secrets.length > 0) return [];
  return [`WEBHOOK_SECRET must be set where webhooks are configured: it signs them; ${how}`];
}

function originFaults({ ALLOWED_ORIGINS }: Settings): string[] {
  return listOf(ALLOWED_ORIGINS)
    .filter((origin) => origin !== "*" && !/^https?:$/.test(URL.parse(origin)?.protocol ?? ""))
    .map(
      (origin) => `ALLOWED_ORIGINS: "${origin}" is no origin; write it like https://www.shop.example, or * for any.`,
    );
}

function relayFaults(settings: Settings): string[] {
  const key = settings.ANTHROPIC_API_KEY ?? settings.ANTHROPIC_AUTH_TOKEN;
  if (settings.TIDEGATE_SIMULATOR === "on") return [];
  if (settings.ANTHROPIC_BASE_URL && key) return [];
  if (settings.ANTHROPIC_BASE_URL) return ["Set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN): the key of your relay."];
  if (key) return ["Set ANTHROPIC_BASE_URL: the address of your relay, such as https://relay.example/v1."];
  if (settings.TIDEGATE_SIMULATOR === "auto" && settings.NODE_ENV !== "production") return [];
  return [
    "No relay is set and the simulator is off. Set ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY, or TIDEGATE_SIMULATOR=on.",
  ];
}

function mcpFaults({ tools }: FileConfig, given: Environment): string[] {
  return tools.mcp.flatMap(({ name, headersFromEnv }) =>
    Object.values(headersFromEnv)
      .filter((variable) => given[variable] === undefined)
      .map((variable) => `Set ${variable}: the configuration names it for the MCP server "${name}".`),
  );
}

function mcpHeaders({ tools }: FileConfig, given: Environment): Config["mcpHeaders"] {
  const headersOf = (variables: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(variables).map(([header, variable]) => [header, given[variable] ?? ""]));
  return Object.fromEntries(tools.mcp.map(({ name, headersFromEnv }) => [name, headersOf(headersFromEnv)]));
}

const redisNode = /^(rediss?:\/\/\S+|[\w.-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?)$/i;

function redisFaults({ REDIS_URL, REDIS_NODES, REDIS_SENTINEL }: Settings): string[] {
  if (REDIS_URL && REDIS_NODES) return ["Set REDIS_URL or REDIS_NODES, not both."];
  if (REDIS_SENTINEL && !REDIS_NODES) return ["REDIS_SENTINEL needs REDIS_NODES: the addresses of the Sentinels."];
  return listOf(REDIS_NODES)
    .filter((node) => !redisNode.test(node))
    .map((node) => `REDIS_NODES: "${node.replace(/\/\/.*@/, "//…@")}" is no address; write it like 10.0.0.1:6379.`);
}

function redisPlace({ REDIS_URL: url, REDIS_NODES, REDIS_SENTINEL: master }: Settings): RedisConfig | null {
  if (url) return { kind: "one", url };
  const nodes = listOf(REDIS_NODES);
  if (nodes.length === 0) return null;
  return master ? { kind: "sentinel", sentinels: nodes, master } : { kind: "cluster", nodes };
}

function relayAccess(settings: Settings): RelayConfig {
  const { ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: apiKey, ANTHROPIC_AUTH_TOKEN: authToken } = settings;
  if (settings.TIDEGATE_SIMULATOR === "on" || baseUrl === undefined) return { kind: "simulator" };
  return { kind: "remote", baseUrl, apiKey, authToken };
}

function shopFaults({ shop }: FileConfig, { SHOP_API_KEY }: Settings): string[] {
  if (shop.kind !== "http" || SHOP_API_KEY !== undefined) return [];
  return [
    "Set SHOP_API_KEY: the key of your shop's API. Without one, anybody could read your customers' orders there.",
  ];
}

function shopAccess({ shop }: FileConfig, { SHOP_API_KEY: apiKey = "" }: Settings): ShopConfig {
  const { name: _, kind, catalogue, url, ...pace } = shop;
  return kind === "demo" || url === undefined ? { kind: "demo", catalogue } : { kind: "http", url, apiKey, ...pace };
}
