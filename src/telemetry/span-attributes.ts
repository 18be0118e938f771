/** One attribute of a span: its name, the spans that bear it, and what it says. docs/tracing.md is held equal to this table. */
export interface SpanAttribute {
  readonly name: string;
  readonly on: readonly SpanKind[];
  readonly says: string;
}

export const spanKinds = ["turn", "ask", "wait", "answer", "chat", "execute_tool"] as const;
export type SpanKind = (typeof spanKinds)[number];

/** Names that begin with `tidegate.` are our own; the others are those of the OpenTelemetry conventions. */
export const spanAttributes = {
  turnId: { name: "tidegate.turn.id", on: ["turn"], says: "`turnId` of the log." },
  conversation: {
    name: "gen_ai.conversation.id",
    on: ["turn", "chat"],
    says: "A keyed hash: the same conversation has the same one, and nobody can tell which it is.",
  },
  customer: { name: "tidegate.customer", on: ["turn"], says: "`customer` of the log: a keyed hash as well." },
  class: { name: "tidegate.class", on: ["turn", "wait"], says: "Class of the customer." },
  tier: { name: "tidegate.tier", on: ["turn"], says: "Tier of the service when the answer began." },
  outcome: {
    name: "tidegate.outcome",
    on: ["turn", "answer"],
    says: "How the turn ended; `lost`: another node goes on.",
  },
  way: { name: "tidegate.way", on: ["turn", "ask"], says: "How it was asked: `socket` or `http` (`POST /api/chat`)." },
  position: {
    name: "tidegate.position",
    on: ["ask", "wait"],
    says: "Place in line at entering; none behind an answer.",
  },
  epoch: { name: "tidegate.epoch", on: ["answer", "chat"], says: "The try under which it was written." },
  operation: { name: "gen_ai.operation.name", on: ["chat", "execute_tool"], says: "`chat` or `execute_tool`." },
  provider: { name: "gen_ai.provider.name", on: ["chat"], says: "`anthropic`: the interface that the relay speaks." },
  model: { name: "gen_ai.request.model", on: ["chat"], says: "The model that was asked." },
  stream: { name: "gen_ai.request.stream", on: ["chat"], says: "Always `true`." },
  maxTokens: { name: "gen_ai.request.max_tokens", on: ["chat"], says: "What the tier lets it write." },
  responseId: { name: "gen_ai.response.id", on: ["chat"], says: "The relay's own name for the answer." },
  finishReasons: {
    name: "gen_ai.response.finish_reasons",
    on: ["chat"],
    says: "`end_turn`, `max_tokens`, `tool_use`, `refusal`; `error` when it failed or was stopped.",
  },
  firstChunk: {
    name: "gen_ai.response.time_to_first_chunk",
    on: ["chat"],
    says: "Seconds from the request to its first text or tool call.",
  },
  inputTokens: { name: "gen_ai.usage.input_tokens", on: ["chat"], says: "With those of the cache." },
  outputTokens: { name: "gen_ai.usage.output_tokens", on: ["chat"], says: "Written, thoughts and calls too." },
  cacheRead: { name: "gen_ai.usage.cache_read.input_tokens", on: ["chat"], says: "Read from the relay's cache." },
  cacheWrite: { name: "gen_ai.usage.cache_write.input_tokens", on: ["chat"], says: "Written into the relay's cache." },
  estimated: { name: "tidegate.usage.estimated", on: ["chat"], says: "`true`: the tokens are reckoned, not told." },
  requestId: { name: "tidegate.request.id", on: ["chat"], says: "`requestId` of the log." },
  purpose: {
    name: "tidegate.purpose",
    on: ["chat"],
    says: "`answer`, `tools` (with their results), `retry`, `continuation`, `draft`.",
  },
  retryReason: { name: "tidegate.retry.reason", on: ["chat"], says: "Why the attempt before it failed." },
  status: { name: "http.response.status_code", on: ["chat"], says: "Of a failed attempt, where the relay gave one." },
  address: { name: "server.address", on: ["chat"], says: "The relay's host." },
  port: { name: "server.port", on: ["chat"], says: "The relay's port." },
  tool: { name: "gen_ai.tool.name", on: ["execute_tool"], says: "The tool." },
  toolType: { name: "gen_ai.tool.type", on: ["execute_tool"], says: "`function`." },
  callId: { name: "gen_ai.tool.call.id", on: ["execute_tool"], says: "Our own name for the call." },
  error: {
    name: "error.type",
    on: ["turn", "chat", "execute_tool"],
    says: "The code the customer was told; the `reason` of [relay.md](relay.md); `failed`.",
  },
} as const satisfies Readonly<Record<string, SpanAttribute>>;

export type AttributeKey = keyof typeof spanAttributes;
export type AttributeValue = string | number | boolean | readonly string[];

/** The attributes that are known, by their names. */
export function named(
  values: Readonly<Partial<Record<AttributeKey, AttributeValue | null | undefined>>>,
): Readonly<Record<string, AttributeValue>> {
  const told: Record<string, AttributeValue> = {};
  // CAST: its own keys.
  for (const [key, value] of Object.entries(values) as [AttributeKey, AttributeValue | null | undefined][]) {
    if (value !== null && value !== undefined) told[spanAttributes[key].name] = value;
  }
  return told;
}
