import { usageOf } from "../domain/costs.ts";
import type { AttemptEnd } from "../domain/relay.ts";
import type { Step } from "../domain/steps.ts";
import { type AttributeKey, type AttributeValue, named } from "./span-attributes.ts";

/** Where the relay is. */
export interface RelayPlace {
  readonly address: string;
  readonly port: number;
}

/** As the Messages API names them. */
const finishReasons = {
  end: "end_turn",
  "max-tokens": "max_tokens",
  "tool-use": "tool_use",
  refusal: "refusal",
} as const;

/** What a span says of one attempt at the relay, by the conventions for generative AI. */
export function attemptAttributes(
  { end, maxTokens, purpose, epoch }: Extract<Step, { kind: "attempt-ended" }>,
  relay: RelayPlace | null,
): Readonly<Record<string, AttributeValue>> {
  const { model, requestId, responseId, firstTokenMs } = end.report;
  const failure = end.kind === "failed" ? end.failure : null;
  return named({
    ...{ operation: "chat", provider: "anthropic", model, stream: true, maxTokens, purpose, epoch },
    ...{ responseId, requestId, finishReasons: [finishReasonOf(end)], ...relay },
    firstChunk: firstTokenMs === null ? null : firstTokenMs / 1_000,
    ...usageAttributes(end),
    error: failure?.reason,
    status: failure?.status,
  });
}

function finishReasonOf(end: AttemptEnd): string {
  return end.kind === "complete" ? finishReasons[end.stop] : "error";
}

/** The conventions count what the cache had among the tokens that went in. */
function usageAttributes({ report }: AttemptEnd): Partial<Record<AttributeKey, AttributeValue>> {
  if (report.usage === "none") return {};
  const { inputTokens, outputTokens, cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite } = usageOf(report);
  const told = { inputTokens: inputTokens + cacheRead + cacheWrite, outputTokens, cacheRead, cacheWrite };
  return report.usage === "estimated" ? { ...told, estimated: true } : told;
}
