import type { APIError } from "@anthropic-ai/sdk";
import type { FailureReason } from "../../domain/relay.ts";

/** Whether a whole answer says enough is not for the relay's engine to judge. */
export type RelayReason = Exclude<FailureReason, "empty" | "declined">;

/** Types that say enough alone. The others are told apart by what is wrong, and then by status. */
const byType: Readonly<Record<string, RelayReason>> = {
  authentication_error: "bad-key",
  permission_error: "bad-key",
  billing_error: "spend-limit",
  insufficient_quota: "spend-limit",
  request_too_large: "bad-request",
  rate_limit_error: "rate-limit",
  overloaded_error: "overloaded",
  timeout_error: "server-error",
};

const byStatus: Readonly<Record<number, RelayReason>> = {
  401: "bad-key",
  402: "spend-limit",
  403: "bad-key",
  408: "server-error",
  429: "rate-limit",
  529: "overloaded",
};

/** How the API and the common relay programs say that money has run out. */
const moneySpent = [
  /credit balance is too low/i,
  /reached your specified (API )?usage limits/i,
  /insufficient[_ ](user[_ ])?(quota|balance|credits?)/i,
  /(余额|额度)(不足|已用)/,
];

/** How the API and the common relay programs say that they know no such model. */
const modelMissing = [
  /^model:\s*\S+$/i,
  /\b(unknown|invalid|unsupported|unrecogni[sz]ed|no such) model\b/i,
  /\bmodel\b.{0,80}?\b(not found|does(n't| not) exist|is not (a )?(known|valid|available|supported|recogni[sz]ed))\b/i,
  /模型.{0,80}?(不存在|不支持|无效|未找到)/,
];

/** Why the relay refused (U3): by its own error type first, and by status where the type says too little. */
export function reasonOf(error: APIError): RelayReason {
  const words = typeof error.apiMessage === "string" ? error.apiMessage : "";
  if (isSpent(error, words)) return "spend-limit";
  const typed = Object.hasOwn(byType, String(error.type)) ? byType[String(error.type)] : undefined;
  if (typed !== undefined) return typed;
  if (isModelMissing(error, words)) return "unknown-model";
  return byStatus[error.status ?? 0] ?? byStatusClass(error);
}

function isSpent(error: APIError, words: string): boolean {
  if (/spend_limit|billing/.test(error.errorCode ?? "")) return true;
  return (error.status ?? 400) < 500 && moneySpent.some((pattern) => pattern.test(words));
}

function isModelMissing(error: APIError, words: string): boolean {
  if ((error.status ?? 400) >= 500) return false;
  if (error.type === "not_found_error") return /model/i.test(words);
  return codeIn(error.error) === "model_not_found" || modelMissing.some((pattern) => pattern.test(words));
}

function byStatusClass({ status, type }: APIError): RelayReason {
  if (type === "invalid_request_error") return "bad-request";
  if (status === undefined || status >= 500) return "server-error";
  if (status >= 400) return "bad-request";
  return type === null ? "broken" : "server-error";
}

/** `error.code`, where relays modelled on another API say more than in `error.type`. */
function codeIn(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
