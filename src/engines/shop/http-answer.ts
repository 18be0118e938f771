import { type Dispatcher, errors, request } from "undici";
import type { z } from "zod";
import { ShopFailure } from "../../domain/shop.ts";

/** Longest answer that is read. */
export const maxAnswerBytes = 1_048_576;

/** One request, without repetitions. `null` is the answer of a place that holds nothing for this customer. */
export interface Lookup<T> {
  readonly url: URL;
  readonly schema: z.ZodType<T>;
  /** 404, 403 and 410 mean that there is nothing, and do not tell which. */
  readonly mayBeMissing: boolean;
}

export interface Access {
  readonly apiKey: string;
  readonly dispatcher: Dispatcher;
}

const missing = new Set([403, 404, 410]);

/** @throws {ShopFailure}, or the signal's reason when it was aborted */
export async function lookUp<T>(asked: Lookup<T>, access: Access, signal: AbortSignal): Promise<T | null> {
  try {
    const headers = { authorization: `Bearer ${access.apiKey}`, accept: "application/json", "user-agent": "tidegate" };
    const { statusCode, body } = await request(asked.url, { dispatcher: access.dispatcher, headers, signal });
    if (statusCode !== 200) {
      await body.dump({ limit: maxAnswerBytes, signal });
      if (asked.mayBeMissing && missing.has(statusCode)) return null;
      throw failureOf(statusCode);
    }
    return parse(await read(body), asked.schema);
  } catch (fault) {
    signal.throwIfAborted();
    throw fault instanceof ShopFailure ? fault : unreachable(fault);
  }
}

/** Redirects are never followed: they would carry the key elsewhere. */
function failureOf(status: number): ShopFailure {
  if (status === 401 || status === 403) return new ShopFailure("refused", `HTTP ${status}; check SHOP_API_KEY`);
  if (status === 404) return new ShopFailure("not-found", "HTTP 404; check shop.url");
  if (status === 429 || status >= 500) return new ShopFailure("unavailable", `HTTP ${status}`);
  if (status >= 300 && status < 400) return new ShopFailure("broken", `HTTP ${status}: redirects are not followed`);
  return new ShopFailure("broken", `HTTP ${status}`);
}

async function read(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new ShopFailure("broken", `more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The log is told where the answer is wrong and what was expected, never what stood there (X5). */
function parse<T>(text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new ShopFailure("broken", `${fault?.path.join(".") || "(the whole)"} is not as agreed (${fault?.code})`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ShopFailure("broken", "no JSON");
  }
}

function unreachable(fault: unknown): ShopFailure {
  const code = fault instanceof errors.UndiciError ? fault.code : codeOf(fault);
  return new ShopFailure("unavailable", `not reached (${code})`, fault);
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && "code" in fault ? String(fault.code) : "no code";
}
