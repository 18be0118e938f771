import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Config } from "../../src/config.ts";
import type { Spent } from "../../src/simulator/spending.ts";
import { freshId, type OpenCustomer, openCustomer } from "../support/customer.ts";
import { openRedis } from "../support/redis.ts";
import { type FaultInput, openTestServer, secret, withRelay } from "../support/server.ts";
import { until } from "../support/until.ts";

/** What the report and the simulator each say was used. */
export interface Comparison {
  readonly turns: number;
  /** Requests that the simulator has seen, as far as it remembers them: the latest 2,000. */
  readonly requests: number;
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly reported: Used & { readonly attempts: number; readonly aborted: number; readonly failed: number };
  readonly billed: Used;
  readonly records: readonly Readonly<Record<string, string>>[];
}

type Used = Readonly<Record<"input" | "output" | "cacheRead" | "cacheWrite", number>>;

/** Faults of every kind, each striking a small share of the requests. */
const faults: readonly FaultInput[] = [
  { kind: "rate-limit", retryAfter: "0.05" },
  { kind: "overloaded" },
  { kind: "api-error" },
  { kind: "html" },
  { kind: "destroy" },
  { kind: "silent" },
  { kind: "error-event" },
  { kind: "cut", after: 3 },
  { kind: "cut", after: 8, reset: true },
  { kind: "end", after: 5 },
  { kind: "stall", after: 2 },
  { kind: "error-event", after: 4 },
  { kind: "broken", after: 6 },
];
const shareOfEach = 0.012;
/** Each asks one question after the other. */
const customersFor = (turns: number) => Math.max(20, Math.min(150, Math.round(turns / 50)));
/** One in so many answers is stopped by its customer. */
const stoppedOneIn = 29;

const questions = [
  "any coupons today?",
  "我的订单到哪里了？订单号 TS20261101001",
  "[[sim: long chars=900]] tell me all of it",
  "which headphones do you have?",
  '[[sim: say "潮汐商店 🌊 您好！今天全场满三百减四十，欢迎选购。"]] 有活动吗',
];

/** So many turns of a crowd whose relay fails in every way, on a server with Redis; then the report of the command line. */
export async function runMixed(turns: number): Promise<Comparison> {
  const customers = customersFor(turns);
  await using redis = await openRedis();
  const config = (given: Config): Config => {
    const patient = withRelay({ firstTokenMs: 2_000, idleMs: 1_000, backoffMs: 5 })(given);
    // Long enough for the cache of prompts with the small model too, which needs four times as much.
    const instructions = `${given.assistant.instructions}\n${"Be kind. ".repeat(2_000)}`;
    return { ...patient, assistant: { ...patient.assistant, instructions } };
  };
  const simulator = { pace: { firstTokenMs: 1, deltaMs: 4, deltaChars: 8 }, seed: 7 };
  await using server = await openTestServer({ config, simulator, env: redis.env });
  for (const fault of faults) await server.misbehave({ ...fault, share: shareOfEach, times: "all" });
  await Promise.all(
    Array.from({ length: customers }, async (_, number) => {
      await using customer = await openCustomer(server.url);
      for (let turn = number; turn < turns; turn += customers) await ask(customer, turn);
    }),
  );
  // Closing enters what is held.
  await server.app.close();
  const look = async (path: string) => (await fetch(`${server.relayUrl}/simulator${path}`)).json();
  await until("all streams have ended", async () => (await look("")).openStreams === 0);
  const { models }: { models: Record<string, Spent> } = await look("/usage");
  const rows = readCsv(await report(redis.env));
  const records = readCsv(await report(redis.env, "--records"));
  const requests = (await server.requests()).length;
  return { turns, requests, rows, records, reported: reportedOf(rows), billed: billedOf(Object.values(models)) };
}

async function ask(customer: OpenCustomer, turn: number): Promise<void> {
  const text = questions[turn % questions.length] ?? "?";
  const { turnId } = await customer.ask("message:send", { messageId: freshId(), text });
  const ended = customer.fact("turn:ended", (end) => end.turnId === turnId);
  if (turn % stoppedOneIn === 0 && turnId !== null) {
    await Promise.race([ended, customer.fact("turn:delta", (delta) => delta.turnId === turnId)]);
    await customer.ask("turn:stop", { turnId }).catch(() => {});
  }
  await ended;
  // A long run keeps what it needs alone.
  customer.facts.length = 0;
}

async function report(env: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const options = {
    cwd: root,
    env: { PATH: process.env["PATH"], AUTH_SECRET: secret, ...env },
    maxBuffer: 100_000_000,
  };
  const { stdout } = await promisify(execFile)(process.execPath, ["src/cost.ts", "--csv", ...more], options);
  return stdout;
}

/** No cell of this run holds a comma. */
function readCsv(text: string): Record<string, string>[] {
  const [head = "", ...lines] = text.trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at] ?? "", cell])));
}

function reportedOf(rows: readonly Readonly<Record<string, string>>[]): Comparison["reported"] {
  const sum = (name: string) => rows.reduce((all, row) => all + Number(row[name]), 0);
  const used = { input: sum("inputTokens"), output: sum("outputTokens") };
  const cache = { cacheRead: sum("cacheReadTokens"), cacheWrite: sum("cacheWriteTokens") };
  return { ...used, ...cache, attempts: sum("attempts"), aborted: sum("aborted"), failed: sum("failed") };
}

function billedOf(models: readonly Spent[]): Used {
  const sum = (name: keyof Spent) => models.reduce((all, spent) => all + spent[name], 0);
  return {
    input: sum("input_tokens"),
    output: sum("output_tokens"),
    cacheRead: sum("cache_read_input_tokens"),
    cacheWrite: sum("cache_creation_input_tokens"),
  };
}
