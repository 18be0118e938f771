import { z } from "zod";
import { normaliseBaseUrl } from "./base-url.ts";
import { type Credentials, keysOf, relayHeaders } from "./credentials.ts";

const list = z.object({ data: z.array(z.object({ id: z.string().max(200) })) });
const withinMs = 10_000;
const mostModels = 1_000;

export type ModelList =
  | { readonly kind: "known"; readonly models: readonly string[]; readonly at: number | null }
  /** Many relays have no list, or none for this key. */
  | { readonly kind: "unknown"; readonly why: string };

/** Asks the relay which models it offers. Throws one sentence when address or key cannot work at all. */
export async function listModels(options: Credentials & { readonly baseUrl: string }): Promise<ModelList> {
  const url = `${normaliseBaseUrl(options.baseUrl)}/v1/models?limit=${mostModels}`;
  keysOf(options);
  try {
    const headers = { ...relayHeaders(options), accept: "application/json" };
    // The key would go along with a redirect.
    const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(withinMs) });
    if (!response.ok) return { kind: "unknown", why: `status ${response.status}` };
    const parsed = list.safeParse(await response.json());
    if (!parsed.success) return { kind: "unknown", why: "what came is no list" };
    const at = Date.parse(response.headers.get("date") ?? "");
    return { kind: "known", models: parsed.data.data.map(({ id }) => id), at: Number.isNaN(at) ? null : at };
  } catch {
    return { kind: "unknown", why: "it did not answer" };
  }
}
