/** One environment variable: what it is for, and what holds when it is not set. The README's table is held equal to this. */
export interface Setting {
  readonly name: string;
  readonly unset: string;
  readonly meaning: string;
}

export const settings = [
  { name: "PORT", unset: "`3000`", meaning: "Port to listen on; `0` takes any free one." },
  {
    name: "HOST",
    unset: "`127.0.0.1` in a demonstration, else `0.0.0.0`",
    meaning: "Address to listen on. A demonstration listens on loopback only.",
  },
  {
    name: "ANTHROPIC_BASE_URL",
    unset: "the built-in simulator",
    meaning: "Your relay, with or without a trailing `/v1`.",
  },
  { name: "ANTHROPIC_API_KEY", unset: "none", meaning: "Key of the relay, sent as `x-api-key`." },
  { name: "ANTHROPIC_AUTH_TOKEN", unset: "none", meaning: "Key of the relay, sent as `Authorization: Bearer`." },
  {
    name: "ANTHROPIC_VERSION",
    unset: "`2023-06-01`",
    meaning: "Value of the `anthropic-version` header: every relay knows the unset one, some also a newer.",
  },
  {
    name: "SHOP_API_KEY",
    unset: "none",
    meaning: "Key of the shop's own API, sent as `Authorization: Bearer`. Needed when `shop.kind` is `http`.",
  },
  {
    name: "TIDEGATE_SIMULATOR",
    unset: "`auto`",
    meaning: "`auto` starts the simulator when no relay is set and `NODE_ENV` is not `production`; `on`; `off`.",
  },
  { name: "TIDEGATE_CONFIG", unset: "none", meaning: "Path of the configuration file (JSON), see below." },
  {
    name: "REDIS_URL",
    unset: "one node, in memory",
    meaning: "One Redis (7 or newer) or Valkey: all nodes on it are one service.",
  },
  {
    name: "REDIS_NODES",
    unset: "none",
    meaning: "Instead of `REDIS_URL`: nodes of a Redis Cluster, or Sentinels, as `host:port` or URLs, comma-separated.",
  },
  { name: "REDIS_SENTINEL", unset: "none", meaning: "Name of the master that the Sentinels in `REDIS_NODES` watch." },
  {
    name: "REDIS_PREFIX",
    unset: "`tidegate`",
    meaning: "What all keys in Redis begin with: another one for each service.",
  },
  {
    name: "AUTH_SECRET",
    unset: "random: a demonstration",
    meaning:
      "Signs guest tokens and verifies the shop's (HS256). At least 32 characters; several, comma-separated, while rotating: the first signs.",
  },
  { name: "AUTH_JWKS_URL", unset: "none", meaning: "Verifies the shop's own tokens by its published keys." },
  {
    name: "WEBHOOK_SECRET",
    unset: "none",
    meaning:
      "Signs webhooks: `whsec_` and 24 to 64 bytes as base64; several, separated by spaces or commas, while rotating: all sign.",
  },
  {
    name: "ALLOWED_ORIGINS",
    unset: "the server's own pages",
    meaning: "Origins of the pages that may connect, comma-separated; `*` for any.",
  },
  {
    name: "TRUSTED_PROXIES",
    unset: "`0`",
    meaning: "How many proxies in front add themselves to `X-Forwarded-For`; the client's address is read there.",
  },
  {
    name: "METRICS_TOKEN",
    unset: "none",
    meaning: "Lets whoever sends it as `Authorization: Bearer` read `/metrics`. At least 16 characters.",
  },
  {
    name: "METRICS_PORT",
    unset: "none",
    meaning:
      "Serves `/metrics` at a port of its own, which only your monitoring should reach; without the token if none is set.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    unset: "no traces",
    meaning: "Address of a collector that traces are sent to, by OTLP over HTTP: docs/tracing.md.",
  },
  {
    name: "OTEL_TRACES_EXPORTER",
    unset: "`otlp` where an address is set, else `none`",
    meaning: "`otlp` alone sends traces to `http://localhost:4318`; `none` sends none.",
  },
  {
    name: "OTEL_TRACES_SAMPLER",
    unset: "`parentbased_always_on`",
    meaning: "Which traces are kept; `parentbased_traceidratio` keeps the share of `OTEL_TRACES_SAMPLER_ARG`.",
  },
  { name: "OTEL_TRACES_SAMPLER_ARG", unset: "`1`", meaning: "Share of the traces that is kept, from 0 to 1." },
  { name: "DRAIN_SECONDS", unset: "`25`", meaning: "How long running answers may finish after SIGTERM." },
  { name: "LOG_LEVEL", unset: "`info`", meaning: "`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`." },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]["name"];
