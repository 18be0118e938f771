import { flushCompileCache } from "node:module";
import type { Logger } from "pino";
import { type App, openApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { withKeptSecret } from "./demonstration.ts";
import { tendHeap } from "./garbage.ts";
import { secretsOf } from "./secrets.ts";
import { openLog } from "./telemetry/log.ts";

/** A second signal, or as much time beyond the drain, ends the process at once. */
const patienceMs = 10_000;

async function main(): Promise<void> {
  tendHeap();
  const config = readSettings();
  const pretty = process.stdout.isTTY === true && !config.production;
  const log = openLog({ level: config.logLevel, pretty, hidden: secretsOf(config) });
  process.on("unhandledRejection", (fault) => log.error({ err: fault }, "unhandled rejection"));
  const app = await openApp(config, log).catch((fault: unknown) => refuseToStart(log, fault, config));
  announce(log, app, config);
  closeOnSignal(log, app, config);
  // Now, and not when it ends: it may be killed.
  flushCompileCache();
}

function readSettings(): Config {
  try {
    return withKeptSecret(readConfig());
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    console.error(`Tidegate does not start:\n${fault.message}`);
    process.exit(2);
  }
}

function refuseToStart(log: Logger, fault: unknown, { host, port }: Config): never {
  const taken = fault instanceof Error && "code" in fault && fault.code === "EADDRINUSE";
  if (taken) log.fatal(`port ${port} on ${host} is taken: stop what listens there, or set PORT`);
  else log.fatal({ err: fault }, "Tidegate does not start");
  log.flush();
  process.exit(1);
}

function announce(log: Logger, app: App, { demonstration }: Config): void {
  if (demonstration)
    log.warn(
      "AUTH_SECRET is not set: a demonstration with a secret of its own, on loopback only; npm run token makes tokens for agents",
    );
  log.info(`Tidegate listens on ${app.url}`);
}

/** One listener for good: while none is there, as between two `once`, a signal would end the process as the system does. */
function closeOnSignal(log: Logger, app: App, { drainMs }: Config): void {
  let closing = false;
  const onSignal = (signal: string) => {
    if (closing) process.exit(1);
    closing = true;
    log.info({ signal }, "closing: running answers may finish");
    setTimeout(() => process.exit(1), drainMs + patienceMs).unref();
    close(log, app);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
}

function close(log: Logger, app: App): void {
  app.close().then(
    () => process.exit(0),
    (fault: unknown) => {
      log.fatal({ err: fault }, "closing failed");
      process.exit(1);
    },
  );
}

await main();
