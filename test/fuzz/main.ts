/**
 * Attacks a server of its own with made-up inputs: `npm run fuzz -- --count 1000000 --seed 1 [--redis]`. Ends with 0 when
 * nothing was found, with 1 when something was, and with 2 when nothing could be done.
 */
import { parseArgs } from "node:util";
import { fuzz, type Summary } from "./fuzz.ts";

const usage = "Usage: npm run fuzz -- [--count 100000] [--seed 1] [--redis]";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    redis: { type: "boolean", default: false },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (![count, seed].every((number) => Number.isSafeInteger(number) && number > 0)) {
  console.error(`--count and --seed take whole numbers. ${usage}`);
  process.exit(2);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
const many = (number: number) => number.toLocaleString("en");

function lineOf({ inputs, kinds, answers, seconds, bytes, findings }: Summary): string {
  const { command, frames, request } = kinds;
  return [
    `${many(inputs)} inputs of seed ${seed} (${values.redis ? "Redis, two nodes" : "memory"}) in ${Math.round(seconds)} s`,
    `${many(command)} commands, ${many(frames)} frames, ${many(request)} requests`,
    `${many(answers)} right answers to honest customers meanwhile`,
    `memory ${megabytes(bytes.before)} → ${megabytes(bytes.after)}`,
    `${findings.length} findings`,
  ].join("; ");
}

const growth = { bytes: 32 * 1_048_576, withinMs: 150_000 };
const progress = (summary: Summary) => console.error(lineOf(summary));
const summary = await fuzz({ count, seed, redis: values.redis, growth, progress });
// What did it, with the seed that does it again: `--seed <seed> --count 1000`.
for (const finding of summary.findings) console.log(JSON.stringify(finding));
console.log(lineOf(summary));
process.exitCode = summary.findings.length > 0 ? 1 : 0;
