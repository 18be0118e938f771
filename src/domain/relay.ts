export type JsonObject = Readonly<Record<string, unknown>>;

/** What the model is told of a tool. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly schema: JsonObject;
}

/** A tool that the model wants to be run. `input` is null when what came was no JSON object. */
export interface ToolUse {
  readonly tool: string;
  readonly input: JsonObject | null;
}

/** A tool that was called, under the name by which its result is known. */
export interface ToolCall extends ToolUse {
  readonly callId: string;
}

/** What a call came to, in words or JSON for the model. */
export interface CallResult {
  readonly callId: string;
  readonly text: string;
  readonly isError: boolean;
}

/** One entry of the context as the model sees it. Its text may be empty beside calls or results. */
export interface ModelMessage {
  readonly role: "user" | "assistant";
  readonly text: string;
  /** Of the assistant, after its text: each is answered by a result at the beginning of the next message. */
  readonly calls?: readonly ToolCall[];
  readonly results?: readonly CallResult[];
}

/** What one attempt asks of the relay. */
export interface RelayRequest {
  readonly model: string;
  readonly maxTokens: number;
  readonly system: string;
  /** Begins with a `user` message and alternates; a final `assistant` message is a beginning to continue from. */
  readonly messages: readonly ModelMessage[];
  /** In an order that stays, so that the relay's cache of the prompt survives (U5). None without it. */
  readonly tools?: readonly ToolDefinition[];
  /** False forbids the model to call any of them, and leaves them in the prompt as they are (A11). */
  readonly mayCall?: boolean;
}

/**
 * Why an attempt failed (U3). `bad-key`, `unknown-model`, `bad-request` and `spend-limit` need a person to mend them;
 * the others may pass.
 */
export const failureReasons = [
  "bad-key",
  "unknown-model",
  "bad-request",
  "spend-limit",
  "rate-limit",
  "overloaded",
  "server-error",
  "unreachable",
  "slow-start",
  "stall",
  "too-long",
  "cut",
  "broken",
  /** A whole answer without any text and without a call. */
  "empty",
  /** The model will not answer that, and said nothing. */
  "declined",
] as const;

export type FailureReason = (typeof failureReasons)[number];

export interface RelayFailure {
  readonly reason: FailureReason;
  /** For the log: what the relay said, without keys and without message texts. */
  readonly detail: string;
  readonly status?: number | undefined;
  /** What the relay asked for, in milliseconds, as it said it: the caller bounds it. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * What an attempt used and how long it took. Token counts are the relay's where it told them, else reckoned from what was
 * sent and what came; null where nothing was begun.
 */
export interface AttemptReport {
  readonly model: string;
  readonly requestId: string | undefined;
  /** The relay's own name for the answer; undefined where none began. */
  readonly responseId?: string | undefined;
  /** `told`: the counts are the relay's last word. `none`: it began no answer, and counts nothing then. */
  readonly usage: "told" | "estimated" | "none";
  /** From the start of the request to the first text or the first tool call; null when none came. */
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
}

/** How an attempt ended: only the relay's own end mark makes it `complete` (S5). */
export type AttemptEnd =
  /** The model waits for the results of these calls, at least one. */
  | {
      readonly kind: "complete";
      readonly stop: "tool-use";
      readonly calls: readonly ToolUse[];
      readonly report: AttemptReport;
    }
  | { readonly kind: "complete"; readonly stop: "end" | "max-tokens" | "refusal"; readonly report: AttemptReport }
  | { readonly kind: "failed"; readonly failure: RelayFailure; readonly report: AttemptReport }
  | { readonly kind: "aborted"; readonly report: AttemptReport };

/**
 * The upstream that speaks the Anthropic Messages API.
 *
 * - **U2** One attempt is one request: no retries inside, own clocks for the first token, for silence and in all.
 * - **U3** Failures are told apart by type.
 * - **U2** An answer that begins with a tool call has begun: `onText` is called with an empty text then.
 * - **S6** `onText` is called synchronously for every piece of text as it arrives and must not block. It is never
 *   called after `signal` was aborted, nor after the promise settled.
 */
export interface Relay {
  /** Never rejects: every way to fail is an {@link AttemptEnd}. Aborting `signal` closes the upstream request. */
  attempt(request: RelayRequest, onText: (text: string) => void, signal: AbortSignal): Promise<AttemptEnd>;
}
