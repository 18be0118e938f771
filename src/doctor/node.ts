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
  if (ok === true) yield well("pages", ["the node wants traffic", ...notes].join("; "));
  else
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
