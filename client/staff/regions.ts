import { type Announcer, openAnnouncer } from "../widget/announce.ts";

/** There from the beginning: a region that arrives with its words is not read. */
function liveRegion(role: "status" | "alert"): HTMLElement {
  const region = document.body.appendChild(document.createElement("div"));
  region.role = role;
  region.ariaLive = role === "status" ? "polite" : "assertive";
  region.className = "heard";
  return region;
}

/** The one voice of a page. */
export const openVoice = (): Announcer => openAnnouncer(liveRegion("status"), liveRegion("alert"));
