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

/** An amount of money in the smallest unit of its currency (cents, 分): never a fraction. */
export const cents = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);
/** ISO 4217, such as `CNY`. */
const currency = z.string().regex(/^[A-Z]{3}$/);
const label = z.string().max(300);
/** An address that a page may link to: of the shop, over HTTPS (HTTP in a demonstration). */
const link = z.url({ protocol: /^https?$/ }).max(2_000);

/** Something the shop sells, as a tool found it. */
export const productCard = z.object({
  kind: z.literal("product"),
  sku: z.string().max(100),
  name: label,
  note: label.optional(),
  priceCents: cents,
  currency,
  /** How many can be had; undefined where the shop does not tell. */
  stock: z.int().min(0).optional(),
  url: link.optional(),
  imageUrl: link.optional(),
});

/** An order of the customer, and where it is. `at` and `etaAt` are in epoch milliseconds. */
export const orderCard = z.object({
  kind: z.literal("order"),
  number: z.string().max(100),
  state: label,
  placedAt: milliseconds.optional(),
  etaAt: milliseconds.optional(),
  totalCents: cents,
  currency,
  lines: z.array(z.object({ name: label, quantity: z.int().min(1) })).max(50),
  /** Oldest first. */
  steps: z.array(z.object({ at: milliseconds, what: label })).max(50),
  url: link.optional(),
});

/** The lowest price of a cart, with the arithmetic: each step takes `offCents` off and leaves `leftCents`. */
export const discountCard = z.object({
  kind: z.literal("discount"),
  currency,
  beforeCents: cents,
  totalCents: cents,
  steps: z
    .array(z.object({ what: label, code: z.string().max(100).optional(), offCents: cents, leftCents: cents }))
    .max(50),
});

/** What a tool found, as a page shows it beside the words of the assistant. */
export const card = z.discriminatedUnion("kind", [productCard, orderCard, discountCard]);

/**
 * A tool that the assistant runs, or has run. Later ones of one `callId` replace earlier ones; those that still hold are
 * told again after an epoch was raised.
 */
export const activity = z.object({
  turnId,
  epoch,
  callId: z.string().max(64),
  tool: z.string().max(200),
  state: z.enum(["running", "done", "failed"]),
  /** Where in the answer it stands. */
  offset,
  cards: z.array(card).max(20).optional(),
});

/** Why a message of the system stands there: pages say it in their own language; `name` is the agent's. */
export const notice = z.object({
  kind: z.enum([
    "person-requested",
    "person-cancelled",
    "message-left",
    "agents-away",
    "agent-joined",
    "agent-left",
    "agent-transferred",
    "agent-lost",
    "resolved",
  ]),
  name: z.string().optional(),
});

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
  /** What the assistant's tools found for this answer. */
  cards: z.array(card).max(20).optional(),
  /** Something could not be looked up for it. */
  lookUpFailed: z.boolean().optional(),
  /** Of a message of the system. */
  notice: notice.optional(),
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
  /** What was looked up for it so far, each call as it is now. */
  activities: z.array(activity).max(100).optional(),
});

const agentId = z.string().min(1).max(200);

/** An agent as other agents see them. */
export const agent = z.object({ agentId, name: z.string(), state: z.enum(["available", "away"]) });

/** What only agents see of a conversation: `whisper` instructs the assistant, `handback` came with handing back. */
export const note = z.object({
  noteId: id,
  kind: z.enum(["note", "whisper", "handback"]),
  agentId,
  name: z.string(),
  text: z.string(),
  at: milliseconds,
});

/** Somebody of the team who looks at a conversation. */
export const viewer = z.object({ agentId, name: z.string() });

export const view = z.enum(["mine", "waiting", "live", "all"]);

/** One row of an inbox. All times are in epoch milliseconds. */
export const summary = z.object({
  conversationId,
  customer: z.object({ name: z.string().optional(), class: customerClass }),
  responder: responder.extend({ agentId: agentId.optional() }),
  /** Since when a person is waited for, and what was said about it. */
  waitingSince: milliseconds.optional(),
  reason: z.string().optional(),
  /** The customer has left a message while nobody was there. */
  left: z.boolean().optional(),
  /** The last words, shortened; those of a running answer are a moving preview. */
  last: z.object({ author, text: z.string(), at: milliseconds }).optional(),
  /** What the running turn is doing; undefined where none runs. */
  turn: turnState.optional(),
  viewers: z.array(viewer),
  /** The larger of two summaries of one conversation is the newer one. */
  changedAt: milliseconds,
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
export type Card = z.infer<typeof card>;
export type OrderCard = z.infer<typeof orderCard>;
export type Activity = z.infer<typeof activity>;
export type Notice = z.infer<typeof notice>;
export type Agent = z.infer<typeof agent>;
export type Note = z.infer<typeof note>;
export type AgentViewer = z.infer<typeof viewer>;
export type View = z.infer<typeof view>;
export type Summary = z.infer<typeof summary>;
export type TurnSnapshot = z.infer<typeof turnSnapshot>;
