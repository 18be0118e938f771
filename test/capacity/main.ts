/** How many nodes a night needs: `npm run capacity -- --sockets 50000 --questions 8000`. What things cost is measured, see docs. */
import { parseArgs } from "node:util";
import { type Costs, memoryFor, type Night, nodesFor, redisShare } from "./capacity.ts";
import { measured } from "./costs.ts";

const night: Night = { sockets: 50_000, questions: 8_000, starts: 1_000, pieces: 100, connects: 2_000 };
const defaults: Night & Costs = { ...night, ...measured };
const names = Object.keys(defaults) as readonly (keyof typeof defaults)[]; // CAST: its own keys

function usage(why: string): never {
  const options = names.map((name) => `  --${name.padEnd(18)} ${defaults[name]}`).join("\n");
  console.error(`${why}\n\nnpm run capacity -- [--name number …], by default:\n${options}`);
  process.exit(2);
}

function read(): Night & Costs {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
    const { values } = parseArgs({ options });
    const given = Object.entries(values).map(([name, typed]) => {
      const value = Number(typed);
      if (typed === "" || !Number.isFinite(value) || value < 0) usage(`--${name} takes a number, not "${typed}".`);
      return [name, value];
    });
    return { ...defaults, ...Object.fromEntries(given) };
  } catch (fault) {
    return usage(fault instanceof Error ? fault.message : String(fault));
  }
}

const typed = read();
const needs = nodesFor(typed, typed);
const nodes = Math.max(1, ...needs.map((need) => Math.ceil(need.nodes)));
for (const { what, needed, nodes: wanted } of needs)
  console.log(`${what.padEnd(34)} ${needed.toFixed(1).padStart(9)} ${wanted.toFixed(1).padStart(7)} nodes`);
console.log(`${"memory of all nodes".padEnd(34)} ${(memoryFor(typed, nodes, typed) / 1e9).toFixed(1).padStart(9)} GB`);
console.log(`${"of a Redis' core".padEnd(34)} ${(100 * redisShare(typed, typed)).toFixed(0).padStart(9)} %`);
console.log(
  `\n${nodes} nodes, each with a core of its own${redisShare(typed, typed) > 0.7 ? ", and a Redis Cluster" : ""}.`,
);
