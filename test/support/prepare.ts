import { spawnSync } from "node:child_process";
import { ensureChromium } from "./chromium.ts";
import { ensureHaproxy } from "./haproxy.ts";
import { ensureRedis } from "./redis.ts";

/** What the tests need beside npm's packages: a browser, Redis, HAProxy, and the built pages. */
ensureChromium();
ensureRedis();
ensureHaproxy();
const built = spawnSync(process.execPath, ["client/build/main.ts"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
