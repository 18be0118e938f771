import { Askers } from "./askers.ts";
import { type Contestant, contestants, type Running, type Stage, tidegate } from "./contestants.ts";
import { measureDeltas, type Spent } from "./deltas.ts";
import { median } from "./processes.ts";
import { progress, type Table } from "./table.ts";

/** The same load on each node, so that what a node costs can be compared. */
const clientsPerNode = 25;

const cases: readonly (Contestant & { readonly nodes: number })[] = [
  { ...contestants.memory, nodes: 1 },
  { ...contestants.redis, nodes: 1 },
  { ...tidegate("Tidegate, Redis, 2 nodes", 2, true), nodes: 2 },
  { ...tidegate("Tidegate, Redis, 4 nodes", 4, true), nodes: 4 },
];

async function measure(running: Running, nodes: number): Promise<Spent> {
  const clients = clientsPerNode * nodes;
  await using askers = await Askers.open({ speech: running.speech, urls: running.urls, clients });
  await measureDeltas(running, askers, 1);
  return await measureDeltas(running, askers, 4);
}

/** CPU of all nodes together per piece of text, as nodes are added. */
export async function scalingTable(stage: Stage, rounds: number): Promise<Table> {
  const samples = new Map(cases.map(({ name }) => [name, [] as Spent[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, open, nodes } of cases) {
      await using running = await open(stage);
      const spent = await measure(running, nodes);
      samples.get(name)?.push(spent);
      progress(name, spent.us);
    }
  }
  const us = (name: string) => median((samples.get(name) ?? []).map((each) => each.us));
  const one = us(contestants.redis.name);
  return {
    title: `CPU of all nodes per piece of text, ${clientsPerNode} answers at a time on each node, ${rounds} rounds in turn`,
    columns: ["nodes", "µs, median", "times one node with Redis"],
    rows: cases.map(({ name }) => [name, us(name).toFixed(1), (us(name) / one).toFixed(2)]),
  };
}
