import type { Config } from "../../src/config.ts";
import type { ErrorCode } from "../../src/contract/errors.ts";
import type { FailureReason } from "../../src/domain/relay.ts";
import type { FaultInput } from "../support/server.ts";

/** How a turn ends: the whole answer, or what the customer is told instead. */
export interface End {
  readonly told: "completed" | ErrorCode;
  /** Requests made of the relay. */
  readonly calls: number;
  /** Of the last piece of the answer. */
  readonly epoch: number;
  /** How much of the answer the customer keeps. */
  readonly text: "whole" | "beginning" | "none";
}

/** One way in which a relay fails, and what is to come of it. */
export interface Row {
  /** As `docs/relay.md` calls it. */
  readonly fault: string;
  readonly strike: FaultInput;
  /** What is logged for each attempt that it strikes; null when it does no harm. */
  readonly reason: FailureReason | null;
  /** It strikes the first request of the turn only. */
  readonly once: End;
  /** It strikes every request. */
  readonly lasting: End;
}

/** No time runs out on a busy machine either, and no wait is long. */
export const clocks = { firstTokenMs: 15_000, idleMs: 15_000, totalMs: 60_000, backoffMs: 5, startDeadlineMs: 25_000 };

/** For the faults that a clock of ours finds out. */
const hasty: Partial<Record<FailureReason, Partial<Config["relay"]>>> = {
  "slow-start": { firstTokenMs: 1_000 },
  stall: { idleMs: 1_000 },
  "too-long": { totalMs: 2_000 },
};

/** The clocks of a row. */
export const clocksFor = ({ reason }: Row): Partial<Config["relay"]> => ({ ...clocks, ...(reason && hasty[reason]) });

const whole = (calls: number, epoch = 1): End => ({ told: "completed", calls, epoch, text: "whole" });
const told = (code: ErrorCode, calls: number, epoch = 1): End => ({ told: code, calls, epoch, text: "none" });
const brokenOff = (calls: number, epoch: number): End => ({ told: "assistant-cut", calls, epoch, text: "beginning" });

/** Before the first text: three tries with each of two models. */
function mendable(reason: FailureReason, code: ErrorCode, ...faults: [string, FaultInput][]): Row[] {
  return faults.map(([fault, strike]) => ({ fault, strike, reason, once: whole(2), lasting: told(code, 6, 2) }));
}

/** Somebody has to mend something first. */
function hopeless(reason: FailureReason, ...faults: [string, FaultInput][]): Row[] {
  const end = told("assistant-unavailable", 1);
  return faults.map(([fault, strike]) => ({ fault, strike, reason, once: end, lasting: end }));
}

/** After some text: the rest of it is asked for, twice at most. */
function inMidAnswer(reason: FailureReason, ...faults: [string, FaultInput][]): Row[] {
  return faults.map(([fault, strike]) => ({ fault, strike, reason, once: whole(2, 2), lasting: brokenOff(3, 3) }));
}

function harmless(...faults: [string, FaultInput][]): Row[] {
  return faults.map(([fault, strike]) => ({ fault, strike, reason: null, once: whole(1), lasting: whole(1) }));
}

/** The next model is asked at once. */
function forTheNextModel(reason: FailureReason, code: ErrorCode, fault: string, strike: FaultInput): Row {
  return { fault, strike, reason, once: whole(2, 2), lasting: told(code, 2, 2) };
}

/** Deltas before the fault: a part of any answer used here. */
const after = 4;

export const refusals: Row[] = [
  ...hopeless(
    "bad-key",
    ["a refused key (401)", { kind: "bad-key" }],
    ["a key without permission (403)", { kind: "forbidden" }],
  ),
  ...hopeless(
    "bad-request",
    ["a malformed request (400)", { kind: "bad-request" }],
    ["a wrong method (405)", { kind: "bad-method" }],
    ["too large a request (413)", { kind: "too-large" }],
  ),
  ...hopeless(
    "spend-limit",
    ["an unpaid bill (402)", { kind: "billing" }],
    ["used-up credit (400)", { kind: "credit-low" }],
    ["a reached usage limit (400)", { kind: "usage-limit" }],
    ["a reached spend limit (429)", { kind: "spend-limit" }],
    ["an unpaid bill (error event)", { kind: "error-event", type: "billing_error" }],
  ),
];

export const unknownModel: Row[] = [
  forTheNextModel("unknown-model", "assistant-unavailable", "an unknown model (404)", { kind: "unknown-model" }),
];

export const beforeText: Row[] = [
  ...mendable(
    "rate-limit",
    "assistant-busy",
    ["a rate limit (429)", { kind: "rate-limit" }],
    ["a rate limit (429, retry-after 0.2 s)", { kind: "rate-limit", retryAfter: "0.2" }],
    ["too quick a rise (429)", { kind: "ramp-limit", retryAfter: "0.2" }],
    ["a rate limit (error event)", { kind: "error-event", type: "rate_limit_error" }],
  ),
  forTheNextModel("rate-limit", "assistant-busy", "a rate limit (429, retry-after 30 s)", {
    kind: "rate-limit",
    retryAfter: "30",
  }),
  ...mendable(
    "overloaded",
    "assistant-busy",
    ["overload (529)", { kind: "overloaded" }],
    ["overload (error event)", { kind: "error-event" }],
  ),
  ...mendable(
    "server-error",
    "assistant-unreachable",
    ["a fault of the relay (500)", { kind: "api-error" }],
    ["a gateway's web page (502)", { kind: "bad-gateway" }],
    ["no service (503)", { kind: "unavailable" }],
    ["a gateway's web page (503)", { kind: "unavailable", html: true }],
    ["a time-out of the relay (504)", { kind: "timeout" }],
    ["a fault of the relay (error event)", { kind: "error-event", type: "api_error" }],
  ),
  ...mendable("unreachable", "assistant-unreachable", ["a close without an answer", { kind: "destroy" }]),
  ...mendable(
    "slow-start",
    "assistant-slow",
    ["silence", { kind: "silent" }],
    ["a first token that comes too late", { kind: "slow", ms: 60_000 }],
    ["a stream that begins and says nothing", { kind: "stall" }],
    ["nothing but pings", { kind: "stall", ping: 40 }],
  ),
  ...mendable(
    "cut",
    "assistant-cut",
    ["a close before the text (FIN)", { kind: "cut" }],
    ["a close before the text (RST)", { kind: "cut", reset: true }],
    ["an end before the text, no message_stop", { kind: "end" }],
  ),
  ...mendable(
    "broken",
    "assistant-cut",
    ["a web page (200)", { kind: "html" }],
    ["broken JSON before the text", { kind: "broken" }],
  ),
];

export const afterText: Row[] = [
  ...inMidAnswer(
    "cut",
    ["a close in mid-answer (FIN)", { kind: "cut", after }],
    ["a close in mid-answer (RST)", { kind: "cut", after, reset: true }],
    ["an end in mid-answer, no message_stop", { kind: "end", after }],
  ),
  ...inMidAnswer("stall", ["a stall in mid-answer", { kind: "stall", after }]),
  ...inMidAnswer("overloaded", ["overload in mid-answer (error event)", { kind: "error-event", after }]),
  ...inMidAnswer("rate-limit", [
    "a rate limit in mid-answer (error event)",
    { kind: "error-event", type: "rate_limit_error", after },
  ]),
  ...inMidAnswer("server-error", [
    "a fault in mid-answer (error event)",
    { kind: "error-event", type: "api_error", after },
  ]),
  ...inMidAnswer("broken", ["broken JSON in mid-answer", { kind: "broken", after }]),
  {
    fault: "an unpaid bill in mid-answer (event)",
    strike: { kind: "error-event", type: "billing_error", after },
    reason: "spend-limit",
    once: brokenOff(1, 1),
    lasting: brokenOff(1, 1),
  },
  {
    fault: "pings in mid-answer till the time is up",
    strike: { kind: "stall", after, ping: 40 },
    reason: "too-long",
    once: brokenOff(1, 1),
    lasting: brokenOff(1, 1),
  },
  {
    fault: "the whole text, but no message_stop",
    strike: { kind: "end", after: 10_000 },
    reason: "cut",
    once: whole(2, 2),
    lasting: { ...brokenOff(3, 3), text: "whole" },
  },
];

export const oddities: Row[] = harmless(
  ["bytes one by one", { kind: "dribble" }],
  ["many deltas in one packet", { kind: "burst" }],
  ["CRLF line ends", { kind: "crlf" }],
  ["events of unknown kinds", { kind: "unknown", after }],
  ["a late first token within its time", { kind: "slow", ms: 100 }],
);

export const rows: readonly Row[] = [...refusals, ...unknownModel, ...beforeText, ...afterText, ...oddities];
