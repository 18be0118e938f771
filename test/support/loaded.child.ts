import { registerHooks } from "node:module";

/** A node in a process of its own that tells which files it has loaded, once it has started with its settings. */
const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
const { pino } = await import("pino");
const { openApp } = await import("../../src/app.ts");
const { readConfig } = await import("../../src/config.ts");
const app = await openApp(readConfig(), pino({ level: "silent" }));
process.send?.({ url: app.url });
process.on("message", () => process.send?.({ loaded }));
process.on("disconnect", () => process.exit());
