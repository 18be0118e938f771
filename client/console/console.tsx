import { render } from "preact";
import { openVoice } from "../staff/regions.ts";
import { Console } from "./app.tsx";
import { openSettings } from "./settings.ts";

const place = document.querySelector("#console");
if (place) {
  const announcer = openVoice();
  void openSettings().then((settings) => render(<Console settings={settings} announcer={announcer} />, place));
}
