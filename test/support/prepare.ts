import { spawnSync } from "node:child_process";
import { ensureChromium } from "./chromium.ts";

/** What the tests need beside npm's packages: the built pages and a browser. */
ensureChromium();
const built = spawnSync(process.execPath, ["client/build.ts"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
