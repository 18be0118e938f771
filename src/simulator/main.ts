import { readFileSync } from "node:fs";
import { openSimulator, type Simulator } from "./server.ts";

const defaultPort = 4010;

async function main(): Promise<void> {
  const port = Number(process.env["SIMULATOR_PORT"] || defaultPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return refuse("SIMULATOR_PORT must be a whole number from 0 to 65535.");
  }
  const tls = readTls();
  if (tls === null) return refuse("SIMULATOR_TLS_KEY and SIMULATOR_TLS_CERT must be the paths of two PEM files.");
  const simulator = await openSimulator({ port, tls }).catch(() => null);
  if (simulator === null)
    return refuse(`Port ${port} cannot be opened: stop what listens there, or set SIMULATOR_PORT.`);
  console.log(
    `Simulator: a stand-in for the Messages API at ${simulator.baseUrl}. Its answers are made up; no model is called.`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(simulator));
}

/** Undefined where plain HTTP is wished for, null where what is wished for cannot be read. */
function readTls(): { readonly key: string; readonly cert: string } | undefined | null {
  const { SIMULATOR_TLS_KEY: key = "", SIMULATOR_TLS_CERT: cert = "" } = process.env;
  if (key === "" && cert === "") return undefined;
  try {
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } catch {
    return null;
  }
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 1;
}

function stop(simulator: Simulator): void {
  void simulator.close().then(() => process.exit(0));
}

await main();
