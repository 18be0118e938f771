import { makeToken } from "../../src/transport/identity.ts";
import { Askers } from "./askers.ts";
import { authSecret, type Contestant, contestants, type Stage } from "./contestants.ts";
import { cpuUs, median } from "./processes.ts";
import type { Speech } from "./speech.ts";
import { progress, type Table } from "./table.ts";

const clients = 6_000;
const atOnce = 100;
const { ws, socketIo, memory, redis } = contestants;

interface Case {
  readonly name: string;
  readonly of: Contestant;
  readonly speech: Speech;
  readonly isKnown: boolean;
}

const connected = "tidegate, conversation not open";
const cases: readonly Case[] = [
  { name: ws.name, of: ws, speech: "ws", isKnown: false },
  { name: socketIo.name, of: socketIo, speech: "socket.io", isKnown: false },
  { name: "Tidegate, memory: with the shop's token", of: memory, speech: connected, isKnown: true },
  { name: "Tidegate, Redis: with the shop's token", of: redis, speech: connected, isKnown: true },
  { name: "Tidegate, Redis: a guest who gets a token", of: redis, speech: connected, isKnown: false },
  { name: "Tidegate, Redis: token, conversation opened", of: redis, speech: "tidegate", isKnown: true },
];

interface Speed {
  readonly perSecond: number;
  readonly us: number;
}

async function measure(stage: Stage, { of, speech, isKnown }: Case, tokens: readonly string[]): Promise<Speed> {
  await using running = await of.open(stage);
  const crowd = { speech, urls: running.urls, atOnce, ...(isKnown && { tokens }) };
  await using warm = await Askers.open({ ...crowd, clients: 1_000 });
  await warm[Symbol.asyncDispose]();
  const before = cpuUs(running.pids);
  await using askers = await Askers.open({ ...crowd, clients });
  const us = (cpuUs(running.pids) - before) / clients;
  return { perSecond: (1_000 * clients) / askers.openedInMs, us };
}

/** How many connects one process accepts in a second, and what each costs it. */
export async function connectTable(stage: Stage, rounds: number): Promise<Table> {
  const tokens: string[] = [];
  for (let at = 0; at < clients; at++)
    tokens.push(makeToken({ sub: `customer${at}`, role: "customer", class: "member", name: "" }, authSecret, 3_600));
  const samples = new Map(cases.map(({ name }) => [name, [] as Speed[]]));
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) {
      const speed = await measure(stage, each, tokens);
      samples.get(each.name)?.push(speed);
      progress(each.name, speed.perSecond, speed.us);
    }
  }
  const of = (name: string, kind: keyof Speed) => median((samples.get(name) ?? []).map((speed) => speed[kind]));
  return {
    title: `Accepting ${clients} connections, ${atOnce} at a time from one process of clients, ${rounds} rounds in turn`,
    columns: ["server", "connects a second", "µs CPU each", "a core would accept a second"],
    rows: cases.map(({ name }) => [
      name,
      of(name, "perSecond").toFixed(0),
      of(name, "us").toFixed(0),
      (1_000_000 / of(name, "us")).toFixed(0),
    ]),
  };
}
