import type { Config, RedisConfig } from "./config.ts";

/** Everything in the configuration that nobody may read in a log (X5). */
export function secretsOf(config: Config): string[] {
  const { relayAccess: relay, shopAccess: shop, redis, mcpHeaders } = config;
  return [
    ...config.secrets,
    ...config.webhookSecrets,
    ...(relay.kind === "remote" ? [relay.apiKey, relay.authToken] : []),
    ...(shop.kind === "http" ? [shop.apiKey] : []),
    ...(redis === null ? [] : addressesOf(redis).flatMap(passwordsIn)),
    ...Object.values(mcpHeaders).flatMap((headers) => Object.values(headers)),
    config.metricsToken,
    ...(config.tracing?.headerValues ?? []),
  ].filter((secret) => secret !== undefined && secret !== null);
}

function addressesOf(redis: RedisConfig): readonly string[] {
  if (redis.kind === "one") return [redis.url];
  return redis.kind === "cluster" ? redis.nodes : redis.sentinels;
}

/** As it is written in the address, and as it is meant. */
function passwordsIn(address: string): string[] {
  const written = URL.parse(address)?.password ?? "";
  return written === "" ? [] : [written, decodeURIComponent(written)];
}
