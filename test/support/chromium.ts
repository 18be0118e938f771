import { ensureProgram, findProgram } from "./debian.ts";

const places = [
  process.env["CHROMIUM_PATH"],
  // The same engine without the browser's own windows, for half the CPU.
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser of this machine, or null. */
export function findChromium(): string | null {
  return findProgram(places);
}

/** The browser of this machine; installed from Debian's packages where that is possible, else the process says why and ends. */
export function ensureChromium(): string {
  return ensureProgram({
    title: "Chromium",
    find: findChromium,
    packages: ["chromium-headless-shell", "fonts-noto-cjk"],
    otherwise: ["chromium", "fonts-noto-cjk"],
    remedy: "Install Chromium or Chrome, or set CHROMIUM_PATH to its program.",
  });
}
