/**
 * Floods a server of its own while honest customers ask: `npm run flood -- --seconds 600 [--redis]`. Ends with 0 when they
 * notice nothing, with 1 when they do, and with 2 when nothing could be done.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Flood, flood } from "./flood.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, redis: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 20) {
  console.error("--seconds takes a whole number from 20 on. Usage: npm run flood -- [--seconds 60] [--redis]");
  process.exit(2);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
const ms = (value: number | null) => (value === null ? "none" : `${value.toFixed(0)} ms`);

function lineOf({ tallies, calm, storm, bytes, cpu, findings }: Flood): string {
  const done = [...tallies].map(
    ([name, { due, begun, refused, cut }]) =>
      `${name} ${begun.toLocaleString("en")} of ${Math.round(due).toLocaleString("en")} (${refused} refused, ${cut} cut)`,
  );
  return [
    `${seconds} s (${values.redis ? "Redis, two nodes" : "memory"})`,
    ...done,
    `first word of ${calm.count} answers in calm p50 ${ms(calm.at(50))}, p99 ${ms(calm.at(99))}`,
    `of ${storm.count} in the flood p50 ${ms(storm.at(50))}, p99 ${ms(storm.at(99))}`,
    `CPU of the nodes ${cpu.nodes.toFixed(2)} cores, of programs that have no part in it ${cpu.others?.toFixed(2) ?? "unknown"}, of ${availableParallelism()}`,
    `memory ${megabytes(bytes.before)} → ${megabytes(bytes.after)}`,
    `${findings.length} findings`,
  ].join("; ");
}

const result = await flood({ seconds, redis: values.redis, progress: (so) => console.error(lineOf(so)) });
for (const finding of result.findings) console.log(finding);
console.log(lineOf(result));
process.exit(result.findings.length > 0 ? 1 : 0);
