/**
 * The address the Messages API lives under: no trailing slash and no trailing `/v1`, because the SDK adds its own (U1).
 * A path before it is kept (`https://relay.example/anthropic/v1` → `https://relay.example/anthropic`).
 * Throws one sentence, without the refused text's credentials or query, when the address cannot be a relay's.
 */
export function normaliseBaseUrl(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new Error("The relay's base URL is empty; set ANTHROPIC_BASE_URL.");
  if (!URL.canParse(trimmed)) throw refusal("is not a URL; write it as https://relay.example/v1");
  const url = new URL(trimmed);
  const fault = faultOf(url);
  if (fault !== null) throw refusal(fault);
  return url.origin + withoutVersion(url.pathname);
}

function refusal(fault: string): Error {
  return new Error(`The relay's base URL (ANTHROPIC_BASE_URL) ${fault}.`);
}

function faultOf(url: URL): string | null {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must begin with https:// or http://";
  if (url.username !== "" || url.password !== "") {
    return "carries a user name or password; give the key in ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN instead";
  }
  if (url.search !== "" || url.hash !== "")
    return "has a query or a fragment; only scheme, host and path may stand there";
  if (/\/messages\/*$/.test(url.pathname)) return "ends in /messages; leave that off, it is added to every request";
  return null;
}

function withoutVersion(pathname: string): string {
  return pathname.replace(/\/+/g, "/").replace(/\/$/, "").replace(/\/v1$/, "");
}
