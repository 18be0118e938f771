/** How the relay is to know us (U1, U7): a key sent as `x-api-key`, a token sent as `Authorization: Bearer`, or both. */
export interface Credentials {
  readonly apiKey?: string | undefined;
  readonly authToken?: string | undefined;
  /** The `anthropic-version` header; {@link usualVersion} is what every relay knows. */
  readonly version?: string | undefined;
}

const usualVersion = "2023-06-01";

/** The keys in use, without surrounding white space. Throws when there is none. */
export function keysOf({ apiKey, authToken }: Credentials): string[] {
  const keys = [apiKey, authToken].map((key) => key?.trim() ?? "").filter((key) => key !== "");
  if (keys.length === 0) throw new Error("The relay's key is missing; set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN.");
  if (keys.some((key) => !/^[\x21-\x7e]+$/.test(key))) {
    throw new Error("The relay's key holds characters that no header can carry; copy it again, without spaces.");
  }
  return keys;
}

/** Where the keys in use come from, for the sentence that says which one to check. */
export function keyNames({ apiKey, authToken }: Credentials): string {
  const names = [
    ...(apiKey?.trim() ? ["ANTHROPIC_API_KEY (sent as x-api-key)"] : []),
    ...(authToken?.trim() ? ["ANTHROPIC_AUTH_TOKEN (sent as Authorization: Bearer)"] : []),
  ];
  return names.join(" and ");
}

/** All headers of a request to the relay, whatever else the SDK would add. */
export function relayHeaders({ apiKey, authToken, version }: Credentials): Record<string, string> {
  return {
    accept: "text/event-stream",
    "content-type": "application/json",
    "user-agent": "tidegate",
    "anthropic-version": version?.trim() || usualVersion,
    ...(apiKey?.trim() ? { "x-api-key": apiKey.trim() } : {}),
    ...(authToken?.trim() ? { authorization: `Bearer ${authToken.trim()}` } : {}),
  };
}
