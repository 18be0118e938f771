import { runMixed } from "./mixed-run.ts";

/** Compares the report with the simulator's own count over many turns: `npx node test/telemetry/mixed.main.ts 10000`. */

const turns = Number(process.argv[2] ?? 10_000);
if (!Number.isInteger(turns) || turns < 100) throw new Error("At least 100 turns.");
const { reported, billed } = await runMixed(turns);
const { attempts, aborted, failed } = reported;
console.log(`${turns} turns: ${attempts} attempts, ${aborted} stopped, ${failed} failed`);
for (const kind of ["input", "output", "cacheRead", "cacheWrite"] as const) {
  const off = (100 * Math.abs(reported[kind] - billed[kind])) / Math.max(1, billed[kind]);
  console.log(`${kind.padEnd(10)} reported ${reported[kind]}, billed ${billed[kind]}: ${off.toFixed(3)} % apart`);
  if (off > 1) process.exitCode = 1;
}
