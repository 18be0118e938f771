import { parseArgs } from "node:util";
import { runLine } from "./line.ts";
import { runNight } from "./night.ts";
import { Report } from "./report.ts";
import { runTakeover } from "./takeover.ts";

const usage = `npm run load -- line [--customers 2000]
  A narrow rate and a long line: places, order, reloads, leaving, and a node that is killed half-way.
npm run load -- night [--scale 0.05]
  The night of the promotion: 200 questions a second become 8,000 in three seconds, all times the scale.
npm run load -- takeover [--races 5000] [--seed 0]
  Agents take over and hand back while answers are written, nodes are killed and fall asleep; a seed repeats its race.`;

const options = {
  customers: { type: "string", default: "2000" },
  scale: { type: "string", default: "0.05" },
  races: { type: "string", default: "5000" },
  seed: { type: "string", default: "0" },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [customers, scale] = [Number(values.customers), Number(values.scale)];
  const [races, seed] = [Number(values.races), Number(values.seed)];
  const report = new Report();
  if (positionals[0] === "line" && Number.isInteger(customers) && customers >= 1_000) await runLine(report, customers);
  else if (positionals[0] === "night" && scale >= 0.01 && scale <= 1) await runNight(report, scale);
  else if (positionals[0] === "takeover" && races >= 1 && seed >= 0) await runTakeover(report, races, seed);
  else throw new Error(`${usage}\nAt least 1,000 customers; a scale from 0.01 to 1.`);
  report.end();
  process.exitCode = report.hasFaults ? 1 : 0;
}

await main().catch((fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
