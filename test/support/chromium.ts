import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

const places = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser of this machine, or null. */
export function findChromium(): string | null {
  return places.find((place) => place !== undefined && place !== "" && isExecutable(place)) ?? null;
}

/** The browser of this machine; installed from Debian's packages where that is possible, else the process says why and ends. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found !== null) return found;
  console.log("No Chromium found: installing Debian's packages chromium and fonts-noto-cjk …");
  const apt = (...args: string[]) => spawnSync(...asRoot("apt-get", args), { stdio: ["ignore", "ignore", "inherit"] });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk");
  const installed = findChromium();
  if (installed !== null) return installed;
  console.error(
    "The browser tests need Chromium, and it could not be installed. Install Chromium or Chrome, or set CHROMIUM_PATH to its program.",
  );
  process.exit(1);
}

function asRoot(command: string, args: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0 ? [command, [...args]] : ["sudo", ["-n", command, ...args]];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
