import { Askers } from "./askers.ts";
import { type Contestant, contestants, type Running, type Stage } from "./contestants.ts";
import { cpuUs, median } from "./processes.ts";
import { progress, type Table } from "./table.ts";

/** A hundred answers at a time, each of a hundred pieces at the pace of a fast model. */
const clients = 100;
const deltas = 100;
const answers = 3;
/** So many answers before it is looked: by then what is compiled is compiled, of small servers and of large ones. */
const warmUp = 600;
export const question = `[[sim: long chars=${deltas * 4}; pace first=40 delta=20 chars=4]] 这款还有货吗?`;

export interface Spent {
  /** CPU of the server's processes for each piece that the relay wrote: whole answers, with all that begins and ends them. */
  readonly us: number;
  /** How many of those pieces came to the client by themselves; the others came together. */
  readonly share: number;
}

export async function measureDeltas(running: Running, askers: Askers, perClient = answers): Promise<Spent> {
  const before = cpuUs(running.pids);
  const heard = await askers.ask({ question, answers: perClient, chars: deltas * 4, spreadMs: 2_000 });
  const written = heard.firstMs.length * deltas;
  return { us: (cpuUs(running.pids) - before) / written, share: heard.deltas / written };
}

/** All of them in turn, round by round, so that what else the machine does meets each of them. */
export async function deltaTable(stage: Stage, rounds: number): Promise<Table> {
  const all: readonly Contestant[] = Object.values(contestants);
  const samples = new Map(all.map(({ name }) => [name, [] as Spent[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, open } of all) {
      await using running = await open(stage);
      await using askers = await Askers.open({ speech: running.speech, urls: running.urls, clients });
      await measureDeltas(running, askers, warmUp / clients);
      const spent = await measureDeltas(running, askers);
      samples.get(name)?.push(spent);
      progress(name, spent.us);
    }
  }
  const us = (name: string) => (samples.get(name) ?? []).map((each) => each.us);
  const tutorial = median(us(contestants.tutorial.name));
  return {
    title: `CPU per piece of text, ${clients} answers at a time, ${rounds} rounds in turn`,
    columns: ["server", "µs, median", "times the tutorial", "all rounds", "pieces that came alone"],
    rows: [...samples].map(([name, each]) => [
      name,
      median(us(name)).toFixed(1),
      (median(us(name)) / tutorial).toFixed(2),
      us(name)
        .map((each) => each.toFixed(1))
        .join(" "),
      `${(100 * median(each.map(({ share }) => share))).toFixed(0)} %`,
    ]),
  };
}
