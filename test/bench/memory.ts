import { setTimeout as pause } from "node:timers/promises";
import { Askers } from "./askers.ts";
import { contestants, type Running, type Stage } from "./contestants.ts";
import { median, rssBytes } from "./processes.ts";
import type { Speech } from "./speech.ts";
import { progress, type Table } from "./table.ts";

const clients = 5_000;
const streaming = 1_000;
/** Long enough to be measured in: a piece every 200 ms for a minute and a half. */
const slow = { chars: 1_800, text: "[[sim: long chars=1800; pace first=40 delta=200 chars=4]] 慢慢说" };

const { ws, socketIo, memory, redis } = contestants;
const cases: readonly {
  readonly name: string;
  readonly of: (typeof contestants)[keyof typeof contestants];
  readonly speech: Speech;
}[] = [
  { name: ws.name, of: ws, speech: "ws" },
  { name: socketIo.name, of: socketIo, speech: "socket.io" },
  { name: "Tidegate, memory: connected", of: memory, speech: "tidegate, conversation not open" },
  { name: "Tidegate, Redis: connected", of: redis, speech: "tidegate, conversation not open" },
  { name: "Tidegate, memory: conversation open", of: memory, speech: "tidegate" },
  { name: "Tidegate, Redis: conversation open", of: redis, speech: "tidegate" },
];

/** Nothing can be asked before the conversation is open. */
const canAsk = ({ speech }: (typeof cases)[number]) => speech !== "tidegate, conversation not open";

async function restingBytes(running: Running): Promise<number> {
  await pause(1_500);
  await running.collectGarbage();
  await pause(500);
  return rssBytes(running.pids);
}

interface Sizes {
  readonly idle: number;
  readonly streaming: number;
}

async function measure(stage: Stage, each: (typeof cases)[number]): Promise<Sizes> {
  const { of, speech } = each;
  await using running = await of.open(stage);
  const crowd = { speech, urls: running.urls };
  // Code that has run, and buffers that stay.
  await using warm = await Askers.open({ ...crowd, clients: 200 });
  await warm[Symbol.asyncDispose]();
  const empty = await restingBytes(running);
  await using askers = await Askers.open({ ...crowd, clients });
  const idle = await restingBytes(running);
  await askers[Symbol.asyncDispose]();
  if (!canAsk(each)) return { idle: (idle - empty) / clients, streaming: Number.NaN };
  const left = await restingBytes(running);
  await using busy = await Askers.open({ ...crowd, clients: streaming });
  const asking = busy.ask({ question: slow.text, answers: 1, chars: slow.chars, spreadMs: 1_000 }).catch(() => null);
  await pause(5_000);
  const open = await restingBytes(running);
  await busy[Symbol.asyncDispose]();
  await asking;
  return { idle: (idle - empty) / clients, streaming: (open - left) / streaming };
}

/** Resident memory of the server's process per socket: with nothing to do, and while an answer is written to it. */
export async function memoryTable(stage: Stage, rounds: number): Promise<Table> {
  const samples = new Map(cases.map(({ name }) => [name, [] as Sizes[]]));
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) {
      const sizes = await measure({ ...stage, isInspected: true }, each);
      samples.get(each.name)?.push(sizes);
      progress(each.name, sizes.idle, sizes.streaming);
    }
  }
  const of = (name: string, kind: keyof Sizes) => median((samples.get(name) ?? []).map((sizes) => sizes[kind]));
  const bare = of(socketIo.name, "idle");
  return {
    title: `Memory per socket: ${clients} without, ${streaming} with an answer that is being written, ${rounds} rounds in turn`,
    columns: ["server", "idle, kB", "times bare Socket.IO", "with an open answer, kB"],
    rows: cases.map(({ name }) => [
      name,
      (of(name, "idle") / 1_000).toFixed(1),
      (of(name, "idle") / bare).toFixed(2),
      Number.isNaN(of(name, "streaming")) ? "" : (of(name, "streaming") / 1_000).toFixed(1),
    ]),
  };
}
