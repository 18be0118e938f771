import { isDeepStrictEqual } from "node:util";
import { type ErrorCode, errors } from "../../src/contract/errors.ts";
import { wireError } from "../../src/contract/shapes.ts";
import { exactly } from "../support/contract.ts";
import { cut, silence } from "./lane.ts";
import { strangerIn } from "./marks.ts";
import type { Table } from "./tables.ts";

/** What no answer may tell: where the code lies, how it got there, and what signs tokens. */
const insides =
  /node_modules|file:\/\/|\/src\/\w|\.[cm]?[jt]s:\d|\n\s+at |Cannot read propert|is not a function|ERR_[A-Z]/;
const longestSentence = 400;

/** What is wrong with the reply to a command; null when nothing is. */
export function faultOfReply({ commands }: Table, name: string, reply: unknown): string | null {
  if (reply === silence) return "no reply in time";
  // Commands never end a connection here: the limits are out of their reach.
  if (reply === cut) return "the connection was cut";
  if (isAccepted(reply)) return faultOfResult(Object.hasOwn(commands, name) ? commands[name] : undefined, reply.result);
  const { ok, error } = Object(reply) as { ok?: unknown; error?: unknown }; // CAST: looked at below
  return ok === false ? faultOfError(error) : "neither a result nor an error";
}

function isAccepted(reply: unknown): reply is { ok: true; result: unknown } {
  return typeof reply === "object" && reply !== null && "ok" in reply && reply.ok === true;
}

function faultOfResult(command: Table["commands"][string] | undefined, result: unknown): string | null {
  if (command === undefined) return "a result of a command that does not exist";
  return faultOf(() => exactly(command.result, result));
}

/** What is wrong with a refusal; null when nothing is. */
export function faultOfError(error: unknown): string | null {
  const parsed = wireError.safeParse(error);
  if (!parsed.success || !isDeepStrictEqual(parsed.data, error)) return "an error beyond the contract";
  const { code, message, retryable } = parsed.data;
  if (code === "internal") return "a fault of our own";
  if (retryable !== errors[code satisfies ErrorCode].retryable) return "an error that is not as the table has it";
  if (message.length > longestSentence) return "an error without end";
  return insides.test(message) ? "an error that tells of our insides" : null;
}

export function faultOfFact({ facts }: Table, name: string, payload: unknown): string | null {
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
  return fact === undefined ? `a fact that does not exist: ${name}` : faultOf(() => exactly(fact.payload, payload));
}

function faultOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (fault) {
    return `beyond the contract: ${String(fault).slice(0, 500)}`;
  }
}

/** Text of somebody else in what somebody hears. */
export function leakIn(text: string, own: ReadonlySet<string>): string | null {
  const stranger = strangerIn(text, own);
  return stranger === null ? null : `a text of somebody else: ${stranger}`;
}

const statusLine = /^HTTP\/1\.1 (\d{3}) /;
/** What a node may say of itself while it goes on. */
const stated = /"code":"(draining|shed|unavailable|place-given-up|assistant-[a-z]+|agents-away)"/;

/** What is wrong with an answer over HTTP, of one request or of several; null when nothing is. */
export function faultOfResponse(text: string, secret: string): string | null {
  if (text === "") return null;
  const status = Number(statusLine.exec(text)?.[1] ?? 0);
  const [head = ""] = text.split("\r\n\r\n", 1);
  if (status === 0) return "no answer of HTTP";
  if (/^x-injected|^polluted/im.test(head)) return "a header of the sender's own";
  if (status >= 500 && !(status === 503 && stated.test(text))) return `status ${status}`;
  if (status >= 400 && insides.test(text)) return "an answer that tells of our insides";
  return text.includes(secret) ? "a secret" : null;
}
