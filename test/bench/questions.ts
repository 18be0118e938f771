import { Askers } from "./askers.ts";
import { type Contestant, contestants, type Running, type Stage } from "./contestants.ts";
import { cpuUs, median } from "./processes.ts";
import { progress, type Table } from "./table.ts";

/** Twenty who ask again at once, and get ten pieces: as many questions as make one in a hundred late (see `first-text`). */
const clients = 20;
const pieces = 10;
/** So often each asks before it is looked, and while it is. A conversation grows meanwhile, as real ones do, to its bound. */
const warmUp = 30;
const asks = 30;
const question = `[[sim: long chars=${pieces * 4}; pace first=40 delta=20 chars=4]] 有货吗?`;

const contested: readonly Contestant[] = [
  contestants.tutorial,
  contestants.aiSdk,
  contestants.aiSdkResumable,
  contestants.memory,
  contestants.redis,
];

/** Milliseconds of CPU of the server's processes for each question, its answer included. */
async function measure({ pids }: Running, askers: Askers, answers: number): Promise<number> {
  const before = cpuUs(pids);
  const { firstMs } = await askers.ask({ question, answers, chars: pieces * 4, spreadMs: 500 });
  return (cpuUs(pids) - before) / firstMs.length / 1_000;
}

/** What a question costs with a short answer: nearly all that is not the pieces'. */
export async function questionTable(stage: Stage, rounds: number): Promise<Table> {
  const samples = new Map(contested.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, open } of contested) {
      await using running = await open(stage);
      await using askers = await Askers.open({ speech: running.speech, urls: running.urls, clients });
      await measure(running, askers, warmUp);
      const ms = await measure(running, askers, asks);
      samples.get(name)?.push(ms);
      progress(name, ms);
    }
  }
  const tutorial = median(samples.get(contestants.tutorial.name) ?? []);
  return {
    title: `CPU per question with an answer of ${pieces} pieces, ${clients} who ask again at once, ${rounds} rounds in turn`,
    columns: ["server", "ms, median", "times the tutorial", "all rounds"],
    rows: [...samples].map(([name, each]) => [
      name,
      median(each).toFixed(2),
      (median(each) / tutorial).toFixed(2),
      each.map((ms) => ms.toFixed(2)).join(" "),
    ]),
  };
}
