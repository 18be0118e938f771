import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { RelayFailure } from "../../domain/relay.ts";
import { readRetryAfterMs } from "../retry-after.ts";
import type { Answer } from "./answer.ts";
import type { RelayBody } from "./body.ts";
import { BrokenAnswer, codeOf, isGarbled, Unreachable } from "./faults.ts";
import { quote, type Unquotable } from "./quote.ts";
import { type RelayReason, reasonOf } from "./reasons.ts";
import type { Prompt } from "./usage.ts";
import type { Expiry, Limits } from "./watch.ts";

/** What the sentences of a failure need to know. */
export interface Asked {
  readonly model: string;
  readonly baseUrl: string;
  /** The variables the keys in use come from, in words. */
  readonly keyNames: string;
  readonly secret: Unquotable;
  /** What was sent, as reckoned from the text; asked for where the relay does not tell. */
  readonly prompt: () => Prompt;
}

/** Translates what the SDK threw (U3). The detail holds neither a key nor what anybody wrote (X5). */
export function toFailure(thrown: unknown, asked: Asked): RelayFailure {
  if (thrown instanceof APIConnectionError) return connectionFailure(thrown.cause, asked);
  if (thrown instanceof APIError) return refusal(thrown, asked);
  if (thrown instanceof BrokenAnswer) return broken(thrown.message);
  if (thrown instanceof SyntaxError) return broken("the data of an event is not JSON");
  const code = codeOf(thrown);
  if (thrown instanceof TypeError || thrown instanceof RangeError) return broken(`reading it failed with a ${code}`);
  if (isGarbled(code)) return broken(`the bytes stopped being HTTP (${code})`);
  return { reason: "cut", detail: `The connection to the relay broke in the middle of the answer (${code}).` };
}

/** A clock of ours ran out (U2). */
export function expiryFailure(expiry: Expiry, limits: Limits, { eventCount }: Answer): RelayFailure {
  const details: Record<Expiry, string> = {
    "slow-start": `The relay began no answer within ${limits.firstTokenMs} ms (${eventCount} events came).`,
    stall: `The relay sent nothing for ${limits.idleMs} ms in the middle of the answer (after ${eventCount} events).`,
    "too-long": `The answer was not finished within ${limits.totalMs} ms (${eventCount} events came).`,
  };
  return { reason: expiry, detail: details[expiry] };
}

/** The stream ended as if all were well, but without the relay's end mark (S5). */
export function endedEarly({ eventCount }: Answer, body: RelayBody | null): RelayFailure {
  const bytes = body?.receivedBytes ?? 0;
  if (eventCount === 0 && bytes > 0) return broken(`${bytes} bytes came, and no event among them`);
  return { reason: "cut", detail: `The relay ended the answer without message_stop, after ${eventCount} events.` };
}

function broken(what: string): RelayFailure {
  return { reason: "broken", detail: `The relay's answer is not a stream of events: ${what}.` };
}

function connectionFailure(cause: unknown, { baseUrl }: Asked): RelayFailure {
  if (cause instanceof BrokenAnswer) return broken(cause.message);
  const code = cause instanceof Unreachable ? cause.code : codeOf(cause);
  const why = codeWords[code] ?? "the connection was closed before an answer came";
  return { reason: "unreachable", detail: `The relay at ${baseUrl} was not reached (${code}): ${why}.` };
}

const codeWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "the host name in ANTHROPIC_BASE_URL does not exist",
  EAI_AGAIN: "the name server did not answer",
  EHOSTUNREACH: "there is no route to that host",
  ENETUNREACH: "there is no route to that network",
  UND_ERR_CONNECT_TIMEOUT: "making the connection took too long",
  ETIMEDOUT: "making the connection took too long",
  REFUSED_STREAM: "it takes no more requests at this moment",
  ENHANCE_YOUR_CALM: "it asks for fewer requests at a time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself; NODE_EXTRA_CA_CERTS can name it as trusted",
  SELF_SIGNED_CERT_IN_CHAIN:
    "its certificate comes from an unknown authority; NODE_EXTRA_CA_CERTS can name it as trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes from an unknown authority; NODE_EXTRA_CA_CERTS can name it",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name",
  EPROTO: "it does not speak TLS at that port; is it http:// instead of https://",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS at that port; is it http:// instead of https://",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS at that port; is it http:// instead of https://",
};

function refusal(error: APIError, asked: Asked): RelayFailure {
  const reason = reasonOf(error);
  const retryAfterMs = readRetryAfterMs(error.headers, Date.now());
  const kind = [error.status ?? "inside the stream", oneWord(error.type)].filter((part) => part !== "").join(" ");
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${retryAfterMs} ms.`;
  const detail = `${sentences[reason](error, asked)} (${kind}).${wait}${limits(error.headers)}${said(reason, error, asked)}`;
  return { reason, detail, status: error.status, retryAfterMs };
}

type Sentence = (error: APIError, asked: Asked) => string;

const serverError: Sentence = () => "The relay has a fault of its own";

/** Each goes on with the status and the type in brackets. */
const sentences: Readonly<Record<RelayReason, Sentence>> = {
  "bad-key": (_, { keyNames }) => `The relay refused the key: check ${keyNames}`,
  "unknown-model": (_, { model }) =>
    `The relay does not know the model "${model}": compare the table of models with the relay's own list`,
  "bad-request": (error, { baseUrl }) =>
    error.status === 404 || error.status === 405
      ? `There is no Messages API under ${baseUrl}: check ANTHROPIC_BASE_URL`
      : "The relay refused the request as malformed",
  "spend-limit": () => "The account's money or spending limit at the relay is used up: somebody has to raise it",
  "rate-limit": () => "The relay's rate limit is reached: fewer requests, or a higher limit at the relay",
  overloaded: () => "The relay is overloaded",
  broken: (error, { baseUrl }) => notEvents(error, baseUrl),
  "server-error": serverError,
  unreachable: serverError,
  "slow-start": serverError,
  stall: serverError,
  "too-long": serverError,
  cut: serverError,
};

function notEvents({ headers, status }: APIError, baseUrl: string): string {
  const location = headers?.get("location") ?? "";
  if (location !== "" && URL.canParse(location, baseUrl)) {
    const { origin } = new URL(location, baseUrl);
    return `The relay redirects to ${origin}, which is not followed because the key would go along: check ANTHROPIC_BASE_URL`;
  }
  const contentType = oneWord(headers?.get("content-type")) || "nothing";
  return `The relay's answer is ${status === 204 ? "empty" : contentType}, not a stream of events: check ANTHROPIC_BASE_URL`;
}

/** The relay's own words, only where a person has to mend something. */
function said(reason: RelayReason, error: APIError, { secret }: Asked): string {
  const mendable =
    reason === "bad-key" || reason === "unknown-model" || reason === "bad-request" || reason === "spend-limit";
  if (!mendable || typeof error.apiMessage !== "string" || error.apiMessage === "") return "";
  return ` It said: ${quote(error.apiMessage, secret)}`;
}

/** What the relay's `anthropic-ratelimit-…` headers leave, where they are sent. */
function limits(headers: Headers | undefined): string {
  const left = ["requests", "tokens", "input-tokens", "output-tokens"].flatMap((kind) => {
    const remaining = headers?.get(`anthropic-ratelimit-${kind}-remaining`);
    return remaining != null && /^\d{1,15}$/.test(remaining) ? [`${kind} ${remaining}`] : [];
  });
  return left.length === 0 ? "" : ` Left by its limits: ${left.join(", ")}.`;
}

function oneWord(text: unknown): string {
  return typeof text === "string" ? text.replace(/[^\w/;=+ .-]/g, "").slice(0, 60) : "";
}
