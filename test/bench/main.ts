/**
 * What Tidegate costs beside others that stream an answer: `npm run bench -- [name…] [--rounds n] [--tls]`. All in one run, on the same
 * simulator of a relay and with the same clients; compare only figures of one run.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCertificate } from "../engines/relay.certificate.ts";
import { openProgram } from "../support/process.ts";
import { openRedis } from "../support/redis.ts";
import { admissionTable } from "./admission.ts";
import { connectTable } from "./connects.ts";
import { installPeers, type Stage } from "./contestants.ts";
import { deltaTable } from "./deltas.ts";
import { firstTextTable } from "./first-text.ts";
import { memoryTable } from "./memory.ts";
import { partsTable } from "./parts.ts";
import { questionTable } from "./questions.ts";
import { scalingTable } from "./scaling.ts";
import { showTable, type Table } from "./table.ts";

const widgetBench: string = "../browser/widget.bench.ts";
const benches: Readonly<Record<string, (stage: Stage, rounds: number) => Promise<Table>>> = {
  deltas: deltaTable,
  questions: questionTable,
  scaling: scalingTable,
  "first-text": firstTextTable,
  memory: memoryTable,
  connects: connectTable,
  admission: admissionTable,
  parts: partsTable,
  // Written for the browser's side of the types.
  widget: async (stage, rounds) => (await import(widgetBench)).widgetTable(stage, rounds),
};

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, tls: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !(name in benches));
const rounds = Number(values.rounds);
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  const why = unknown === undefined ? "--rounds takes a whole number" : `There is no benchmark named ${unknown}`;
  console.error(`${why}. Usage: npm run bench -- [${Object.keys(benches).join("|")} …] [--rounds n] [--tls]`);
  process.exit(2);
}

installPeers();
await using stack = new AsyncDisposableStack();
const { relay, trust } = values.tls ? overTls() : { relay: {}, trust: {} };
const simulator = stack.use(
  await openProgram("src/simulator/main.ts", { SIMULATOR_PORT: "0", ...relay }, /at (https?:\/\/[\d.]+:\d+)/),
);
const stage: Stage = { relayUrl: simulator.said, redis: stack.use(await openRedis()), trust };
for (const [name, measure] of Object.entries(benches)) {
  if (positionals.length === 0 || positionals.includes(name)) console.log(showTable(await measure(stage, rounds)));
}

/** As public relays are reached: each server then asks it as it does by itself. The clients trust it too. */
function overTls() {
  const folder = mkdtempSync(join(tmpdir(), "tidegate-bench-"));
  const { key, cert } = makeCertificate();
  const paths = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
  writeFileSync(paths.key, key, { mode: 0o600 });
  writeFileSync(paths.cert, cert);
  const trust = { NODE_EXTRA_CA_CERTS: paths.cert };
  Object.assign(process.env, trust);
  return { relay: { SIMULATOR_TLS_KEY: paths.key, SIMULATOR_TLS_CERT: paths.cert }, trust };
}
