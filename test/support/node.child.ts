import { pino } from "pino";
import { openApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { generous } from "./server.ts";

/** A node in a process of its own. Any message is answered with the memory it uses after a collection of garbage. */
const app = await openApp(generous(readConfig()), pino({ level: "silent" }));
process.send?.({ url: app.url });
process.on("message", () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ bytes: heapUsed + external });
});
process.on("disconnect", () => process.exit());
