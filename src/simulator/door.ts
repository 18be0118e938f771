import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { failures, Refused, refuseInvalid } from "./failures.ts";

const maxBodyBytes = 32 * 1024 * 1024;

/** The key a request shows. Throws `Refused` (401) when there is none or it is not good. */
export function authenticate(headers: IncomingHttpHeaders, keys: readonly string[] | undefined): string {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const key = keyOf(headers) ?? bearer;
  if (key === undefined) throw new Refused({ ...failures["bad-key"], message: "x-api-key header is required" });
  if (!isGood(key, keys)) {
    throw new Refused({
      ...failures["bad-key"],
      message: keyOf(headers) ? "invalid x-api-key" : "Invalid bearer token",
    });
  }
  return key;
}

/** How a request shows its key. */
export function authOf(headers: IncomingHttpHeaders): "x-api-key" | "bearer" | null {
  if (keyOf(headers)) return "x-api-key";
  return /^Bearer\s+\S/i.test(headers.authorization ?? "") ? "bearer" : null;
}

/** Throws `Refused` (400) without a version this relay knows. */
export function checkVersion(headers: IncomingHttpHeaders, versions: readonly string[]): void {
  const version = headers["anthropic-version"];
  if (version === undefined) refuseInvalid("anthropic-version: header is required");
  if (!versions.includes(String(version))) refuseInvalid(`anthropic-version: "${version}" is not a valid version`);
}

/** Reads a JSON body of at most 32 MB. Throws `Refused` (413, 400). */
export async function readJson(request: IncomingMessage): Promise<{ body: unknown; bytes: number }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    // The rest of a body too large is read and dropped: an answer before its end would reset the connection.
    if (bytes <= maxBodyBytes) parts.push(part);
  }
  if (bytes > maxBodyBytes) throw new Refused(failures["too-large"]);
  try {
    return { body: JSON.parse(Buffer.concat(parts).toString()), bytes };
  } catch (cause) {
    return refuseInvalid(`The request body is not valid JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers["x-api-key"];
  return typeof key === "string" && key.trim() !== "" ? key : undefined;
}

function isGood(key: string, keys: readonly string[] | undefined): boolean {
  return keys === undefined ? !/bad|invalid/i.test(key) : keys.includes(key);
}
