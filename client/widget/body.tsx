// biome-ignore assist/source/organizeImports: styles before all code compress better than in its midst.
import css from "./widget.css?inline";
import { h, render } from "preact";
import { openAnnouncer } from "./announce.ts";
import type { Handoff, TidegateCalls } from "./api.ts";
import { Panel } from "./panel.tsx";
import { openWidget } from "./widget.ts";
import type { Words } from "./words/words.ts";

/** Called once by the loader, with the words to begin with: puts the panel beside the launcher and takes over its calls. */
export function mount(handoff: Handoff, words: Words): TidegateCalls {
  const { root, launcher } = handoff;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);

  const place = document.createElement("div");
  const announcer = openAnnouncer(liveRegion(place, "status"), liveRegion(place, "alert"));
  const panel = place.appendChild(document.createElement("div"));
  launcher.after(place);
  return openWidget(handoff, words, announcer, { h, root, server: handoff.server }, (view) =>
    render(view && <Panel view={view} />, panel),
  );
}

/** There from the beginning: a region that arrives with its words is not read. */
function liveRegion(place: HTMLElement, role: "status" | "alert"): HTMLElement {
  const region = place.appendChild(document.createElement("div"));
  region.role = role;
  region.ariaLive = role === "status" ? "polite" : "assertive";
  region.className = "heard";
  return region;
}
