import { setTimeout as sleep } from "node:timers/promises";
import { freshId, openCustomer, type TestCustomer } from "../support/customer.ts";
import { Askers } from "./askers.ts";
import { contestants, type Stage, tidegate } from "./contestants.ts";
import { measureDeltas } from "./deltas.ts";
import { cpuUs, median } from "./processes.ts";
import type { Table } from "./table.ts";

const idle = { clients: 5_000, ms: 20_000 };
const shed = { clients: 50, each: 100 };
const answers = { clients: 100, each: 3 };

/** What sockets cost that only wait, in a second: less what the node costs without them. */
async function idleUs(stage: Stage): Promise<number> {
  await using running = await contestants.redis.open(stage);
  const spend = async () => {
    await sleep(5_000);
    const before = cpuUs(running.pids);
    await sleep(idle.ms);
    return cpuUs(running.pids) - before;
  };
  const alone = await spend();
  await using _ = await Askers.open({ speech: "tidegate", urls: running.urls, clients: idle.clients, atOnce: 50 });
  return ((await spend()) - alone) / idle.clients / (idle.ms / 1_000);
}

/** What a question costs that is turned away at the door, while as many wait as may. */
async function shedUs(stage: Stage): Promise<number> {
  const tier = { perSecond: 0.1, burst: 1 };
  const line = { max: 1, acceptBelow: { vip: 1, member: 1, guest: 1 } };
  const closed = tidegate("closed", 1, true, { tiers: { high: tier, medium: tier, degraded: tier }, line });
  await using running = await closed.open(stage);
  await using stack = new AsyncDisposableStack();
  const [url = ""] = running.urls;
  const customers: TestCustomer[] = [];
  for (let at = 0; at < shed.clients; at++) customers.push(stack.use(await openCustomer(url)));
  let refused = 0;
  const insist = async (customer: TestCustomer) => {
    for (let at = 0; at < shed.each; at++) {
      const reply = await customer.send("message:send", { messageId: freshId(), text: "is it in stock?" });
      if (!reply.ok && reply.error.code === "shed") refused++;
    }
  };
  // The few that are let in are among these, and code that has never run.
  await Promise.all(customers.map(insist));
  refused = 0;
  const before = cpuUs(running.pids);
  await Promise.all(customers.map(insist));
  const us = cpuUs(running.pids) - before;
  // Those of them who wait already are refused for that.
  if (refused < 0.9 * shed.clients * shed.each) throw new Error(`only ${refused} were turned away`);
  return us / (shed.clients * shed.each);
}

/** What an answer of a hundred pieces costs Redis, its question and its place in line included. */
async function redisUs(stage: Stage): Promise<number> {
  await using running = await contestants.redis.open(stage);
  await using askers = await Askers.open({ speech: "tidegate", urls: running.urls, clients: answers.clients });
  await measureDeltas(running, askers, 1);
  const pids = [stage.redis.pid ?? 0];
  const before = cpuUs(pids);
  await measureDeltas(running, askers, answers.each);
  return (cpuUs(pids) - before) / (answers.clients * answers.each);
}

/** The small parts of what a night costs, for `npm run capacity`. */
export async function partsTable(stage: Stage, rounds: number): Promise<Table> {
  const parts = [
    { name: "a node, for each idle socket in a second", measure: idleUs },
    { name: "a node, for each question that is turned away at the door", measure: shedUs },
    { name: "Redis, for each answer of a hundred pieces", measure: redisUs },
  ];
  const rows: (readonly string[])[] = [];
  for (const { name, measure } of parts) {
    const us: number[] = [];
    for (let round = 0; round < rounds; round++) us.push(await measure(stage));
    rows.push([name, median(us).toFixed(1), us.map((each) => each.toFixed(1)).join(" ")]);
  }
  return { title: `Parts of a night, ${rounds} rounds`, columns: ["of", "µs CPU, median", "all rounds"], rows };
}
