import type { AttributeValue } from "./span-attributes.ts";

/** What tells a span from all others. */
export interface SpanName {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span that is over. Times are in epoch milliseconds. */
export interface Span {
  readonly name: string;
  readonly kind: "server" | "client" | "internal";
  readonly traceId: string;
  /** Any, where it is not given. */
  readonly spanId?: string | undefined;
  /** Null for a whole trace's own span. */
  readonly parentId: string | null;
  /** Another span that this one goes on from. */
  readonly link?: SpanName | undefined;
  readonly startAt: number;
  readonly endAt: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}
