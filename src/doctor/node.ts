import type { Config } from "../config.ts";
import { doubtful, type Finding, well } from "./finding.ts";

const withinMs = 3_000;

/** Whether a node of these settings is running, and gives the pages away. */
export async function* pageFindings({ host, port }: Config): AsyncGenerator<Finding> {
  const name = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const base = `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
  const look = (path: string) => fetch(base + path, { signal: AbortSignal.timeout(withinMs) });
  const ready = await look("/readyz").catch(() => null);
  if (ready === null) {
    yield doubtful("pages", `no node answers at ${base}`, "npm start");
    return;
  }
  const { ok, why, notes = [] } = await ready.json().catch(() => ({}));
  if (ok === true) {
    yield well("pages", "the node wants traffic");
    for (const note of notes) yield noteFinding(String(note));
  } else
    yield doubtful(
      "pages",
      `the node at ${base} wants no traffic: ${why ?? "it is none of Tidegate's"}`,
      "see its log",
    );
  const widget = await look("/widget.js").catch(() => null);
  const type = widget?.headers.get("content-type") ?? "";
  if (widget?.ok && type.includes("javascript")) yield well("pages", `${base}/widget.js is there`);
  else yield doubtful("pages", `${base}/widget.js is not there`, "npm run build");
}

/** What the notes of `/readyz` mean, and where the runbook says what to do. */
const notes: Readonly<Record<string, readonly [what: string, section: string]>> = {
  "redis-away": ["the node cannot reach Redis, and goes on by itself", "redisaway"],
  "budget-spent": ["the day's budget is spent: the tier is lowered", "budgetspent"],
  "tier-medium": ["the tier is medium: the relay is slow or fails", "tiermedium"],
  "tier-degraded": ["the tier is degraded: most of the relay's answers fail or hang", "tierdegraded"],
  "customers-shed": ["customers are turned away: the line is full", "customersshed"],
};

export function noteFinding(note: string): Finding {
  const [what, section] = notes[note] ?? [note, "during-the-night"];
  return doubtful("service", what, `docs/runbook.md#${section}`);
}
