import { z } from "zod";
import { type ErrorCode, errors } from "./errors.ts";

/** Longest text of one customer message, in UTF-16 units. */
export const maxMessageChars = 4_000;

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, - or _");

export const conversationId = id;
export const turnId = id;
export const messageId = id;
export const epoch = z.int().min(0).max(1_000_000);
/** A place in an answer: UTF-16 units from its start. */
export const offset = z.int().min(0).max(10_000_000);
const milliseconds = z.number().min(0);

/** Lone surrogates become U+FFFD; control characters other than line breaks and tabs vanish: they mean nothing here. */
function tidy(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();
}

/** What a person typed: well-formed Unicode, at least one visible character, at most {@link maxMessageChars}. */
export const messageText = z
  .string()
  .max(maxMessageChars)
  .transform(tidy)
  .refine((text) => text.length > 0, "must not be empty");

/** The page the customer looks at while asking. */
export const page = z.object({
  url: z.string().max(2_000).transform(tidy),
  title: z.string().max(300).transform(tidy).optional(),
});

export const author = z.enum(["customer", "assistant", "agent", "system"]);
export const outcome = z.enum(["completed", "truncated", "stopped", "interrupted", "failed", "shed"]);
export const turnState = z.enum(["queued", "starting", "streaming", "ended"]);
export const tier = z.enum(["high", "medium", "degraded"]);
export const customerClass = z.enum(["vip", "member", "guest"]);
export const rating = z.enum(["up", "down"]);

/** Who answers the conversation now. `name` is the agent's. */
export const responder = z.object({ kind: z.enum(["assistant", "agent", "nobody"]), name: z.string().optional() });

export const wireError = z.object({
  code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: milliseconds.optional(),
});

/** One finished utterance. `at` is in epoch milliseconds; `outcome` and `error` tell how an answer ended. */
export const message = z.object({
  messageId,
  author,
  name: z.string().optional(),
  text: z.string(),
  at: milliseconds,
  turnId: turnId.optional(),
  outcome: outcome.optional(),
  error: wireError.optional(),
  rating: rating.optional(),
});

/** Expected wait in milliseconds, as a range from the measured rate. */
export const waitRange = z.object({ low: milliseconds, high: milliseconds });

/**
 * An unfinished turn as a page must show it: `text` stands at `offset` of the answer, so a page that already has the
 * text before `offset` (same epoch) appends, and any other page starts from 0.
 */
export const turnSnapshot = z.object({
  turnId,
  state: turnState,
  epoch,
  text: z.string(),
  offset,
  position: z.int().min(1).optional(),
  waitMs: waitRange.nullable().optional(),
});

export type Author = z.infer<typeof author>;
export type Outcome = z.infer<typeof outcome>;
export type TurnState = z.infer<typeof turnState>;
export type Tier = z.infer<typeof tier>;
export type CustomerClass = z.infer<typeof customerClass>;
export type Rating = z.infer<typeof rating>;
export type Responder = z.infer<typeof responder>;
export type Page = z.infer<typeof page>;
export type Message = z.infer<typeof message>;
export type TurnSnapshot = z.infer<typeof turnSnapshot>;
