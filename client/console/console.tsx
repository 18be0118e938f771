import { render } from "preact";
import { openAnnouncer } from "../widget/announce.ts";
import { Console } from "./app.tsx";
import { openSettings } from "./settings.ts";

/** There from the beginning: a region that arrives with its words is not read. */
function liveRegion(role: "status" | "alert"): HTMLElement {
  const region = document.body.appendChild(document.createElement("div"));
  region.role = role;
  region.ariaLive = role === "status" ? "polite" : "assertive";
  region.className = "heard";
  return region;
}

const place = document.querySelector("#console");
if (place) {
  const announcer = openAnnouncer(liveRegion("status"), liveRegion("alert"));
  void openSettings().then((settings) => render(<Console settings={settings} announcer={announcer} />, place));
}
