import { render } from "preact";
import { openVoice } from "../staff/regions.ts";
import { Dashboard } from "./app.tsx";
import { openSettings } from "./settings.ts";

const place = document.querySelector("#dashboard");
if (place) {
  const announcer = openVoice();
  void openSettings().then((settings) => render(<Dashboard settings={settings} announcer={announcer} />, place));
}
