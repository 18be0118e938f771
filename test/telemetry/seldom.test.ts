import { expect, test } from "vitest";
import { clusterLog, openLog, shedLog, traceLog } from "../../src/telemetry/log.ts";
import { Seldom } from "../../src/telemetry/seldom.ts";

test("what happens often is told at once, then once in a while with how often it was", () => {
  let now = 0;
  const seldom = new Seldom(10_000, () => now);
  expect([seldom.note(), seldom.note(), seldom.note(), seldom.isRecent]).toEqual([1, null, null, true]);
  now = 10_000;
  expect([seldom.isRecent, seldom.note(), seldom.note()]).toEqual([false, 3, null]);
  now = 19_999;
  expect([seldom.isRecent, seldom.note()]).toEqual([true, null]);
  now = 60_000;
  expect([seldom.isRecent, seldom.note()]).toEqual([false, 3]);
});

test("N4 A3 the log says why Redis is away, how many are turned away, and what keeps traces", () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = openLog({ level: "info", pretty: false, destination: { write } });
  clusterLog(log)({ kind: "away", why: "OOM command not allowed" });
  shedLog(log)(12);
  traceLog(log)("connect ECONNREFUSED", 3);
  expect(lines).toMatchObject([
    { msg: expect.stringContaining("Redis is away"), why: "OOM command not allowed" },
    { msg: expect.stringContaining("turned away"), customers: 12 },
    { msg: expect.stringContaining("traces cannot be sent"), why: "connect ECONNREFUSED", batches: 3 },
  ]);
});
