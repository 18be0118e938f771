import { createHash } from "node:crypto";
import type { SpanName } from "./span.ts";

const traceChars = 32;
const spanChars = 16;

/**
 * The names under which a turn is traced. They follow from the turn's own id, so that every node which works on a turn
 * knows its trace, and the spans of the others, without being told.
 */
export interface TraceIds {
  readonly traceId: string;
  /** Of the whole turn. */
  readonly turnSpanId: string;
}

export function traceIdsOf(turnId: string): TraceIds {
  const digest = createHash("sha256").update(turnId).digest("hex");
  return { traceId: digest.slice(0, traceChars), turnSpanId: digest.slice(traceChars, traceChars + spanChars) };
}

const zeros = /^0+$/;

/** The caller's span that a `traceparent` names, as W3C Trace Context has it; undefined where it names none. */
export function callerSpan(traceparent: string | undefined): SpanName | undefined {
  const parts = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/.exec(traceparent ?? "");
  const [, traceId = "0", spanId = "0"] = parts ?? [];
  return zeros.test(traceId) || zeros.test(spanId) ? undefined : { traceId, spanId };
}

/** Names the span of what one node writes of a turn, from that epoch on. */
export function answerSpanId(turnId: string, epoch: number): string {
  return createHash("sha256").update(`${turnId} ${epoch}`).digest("hex").slice(0, spanChars);
}
