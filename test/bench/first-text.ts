import { Askers } from "./askers.ts";
import { type Contestant, contestants, type Stage } from "./contestants.ts";
import { quantile } from "./processes.ts";
import type { Speech } from "./speech.ts";
import { progress, type Table } from "./table.ts";

const open = 1_000;
const probes = 20;
const asks = 40;
/** Together they ask twenty times a second: about as often as a thousand answers begin of which each takes a minute. */
const restMs = 750;
/** Open answers that go on for longer than the probes ask: about five pieces a second each, as they come in a crowd. */
const slow = { chars: 1_200, text: "[[sim: long chars=1200; pace first=40 delta=200 chars=4]] 慢慢说" };
const probe = { chars: 40, text: "[[sim: long chars=40; pace first=40 delta=20 chars=4]] 有货吗?" };

interface Firsts {
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds until the first text of short questions, while many long answers are being written. */
async function firstsOf(speech: Speech, urls: readonly string[], crowd: Askers | null): Promise<Firsts> {
  await using askers = await Askers.open({ speech, urls, clients: probes });
  await askers.ask({ question: probe.text, answers: 5, chars: probe.chars, spreadMs: 500 });
  const long = crowd?.ask({ question: slow.text, answers: 1, chars: slow.chars, spreadMs: 3_000 });
  if (long) await new Promise((resolve) => setTimeout(resolve, 5_000));
  const round = { question: probe.text, answers: asks, chars: probe.chars, spreadMs: 500, restMs };
  const { firstMs } = await askers.ask(round);
  await long;
  return { p50: quantile(firstMs, 0.5), p99: quantile(firstMs, 0.99) };
}

async function through({ open: start }: Contestant, stage: Stage, clients: number): Promise<Firsts> {
  await using running = await start(stage);
  if (clients === 0) return await firstsOf(running.speech, running.urls, null);
  await using crowd = await Askers.open({ speech: running.speech, urls: running.urls, clients });
  return await firstsOf(running.speech, running.urls, crowd);
}

/** What a server adds to the time until the first text, beside asking the relay itself in the same moment of the run. */
export async function firstTextTable(stage: Stage, rounds: number): Promise<Table> {
  const rows: (readonly string[])[] = [];
  const { tutorial, memory, redis } = contestants;
  for (const clients of [0, open]) {
    for (const each of [tutorial, memory, redis]) {
      const added: Firsts[] = [];
      for (let round = 0; round < rounds; round++) {
        await using direct =
          clients > 0 ? await Askers.open({ speech: "relay", urls: [stage.relayUrl], clients }) : null;
        const relay = await firstsOf("relay", [stage.relayUrl], direct);
        const own = await through(each, stage, clients);
        const more = { p50: own.p50 - relay.p50, p99: own.p99 - relay.p99 };
        added.push(more);
        progress(`${each.name} beside ${clients}`, more.p50, more.p99);
      }
      const of = (kind: keyof Firsts) =>
        quantile(
          added.map((firsts) => firsts[kind]),
          0.5,
        ).toFixed(1);
      rows.push([each.name, String(clients), of("p50"), of("p99")]);
    }
  }
  return {
    title: `Time added until the first text of ${probes * asks} questions, ${rounds} rounds`,
    columns: ["server", "other answers being written", "ms, p50", "ms, p99"],
    rows,
  };
}
