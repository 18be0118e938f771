import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { judge } from "./checks.ts";
import { nowMs } from "./clock.ts";
import type { Findings } from "./findings.ts";
import { onOneTier } from "./line-stage.ts";
import { type Lies, openLyingService, type Said, turnId } from "./lying-service.ts";
import { Report } from "./report.ts";
import type { Asked } from "./visitors/asked.ts";
import { openTally, type Tally } from "./visitors/tally.ts";
import { Visitor } from "./visitors/visitor.ts";

const started: Said = ["turn:started", { turnId, epoch: 1, offset: 0, model: "m" }];
const delta = (offset: number, text: string): Said => ["turn:delta", { turnId, epoch: 1, offset, text }];
const queued = (position: number): Said => ["turn:queued", { turnId, position, waitMs: null, tier: "high" }];
const ended = (text: string): Said => [
  "turn:ended",
  {
    turnId,
    epoch: 1,
    outcome: "completed",
    message: { messageId: "m-2", author: "assistant", text, at: 1, turnId, outcome: "completed" },
  },
];
const whole = [started, delta(0, "Hello "), delta(6, "world"), ended("Hello world")];

/** One question to a service that says just that; the names of the checks that fail. */
async function failing(lies: Lies, isLasting = false): Promise<string[]> {
  await using service = await openLyingService(lies);
  const tally = openTally();
  const asked: Asked[] = [];
  const visitor = openVisitor(service.url, tally, asked);
  const from = nowMs();
  await visitor.open();
  visitor.ask({ messageId: "m-1", text: "hello?", answer: "Hello world" });
  if (isLasting) await until("the question was taken", () => visitor.unsettled?.acknowledgedAt != null);
  else await until("it is known what became of the question", () => asked.length === 1);
  // Whatever was said after the end has come by the time of a second reply.
  await visitor.ping();
  const all = [...asked, ...[visitor.unsettled].filter((one) => one !== null)];
  visitor.close();
  const report = new Report(() => {});
  judge(report, findingsOf(from, all, tally));
  return report.checks.filter(({ holds }) => !holds).map(({ what }) => what);
}

function openVisitor(url: string, tally: Tally, asked: Asked[]): Visitor {
  return new Visitor({
    class: "guest",
    token: null,
    urls: [url],
    localAddress: undefined,
    tally,
    remark: () => {},
    tier: () => {},
    settled: (_, one) => asked.push(one),
    back: () => {},
  });
}

function findingsOf(from: number, asked: readonly Asked[], tally: Tally): Findings {
  const admission = { tiers: onOneTier({ perSecond: 1_000, burst: 1_000 }) };
  const nothing = { before: [], tiers: [], backMs: [], lateMs: [], nodeFaults: [], incidents: [], samples: [] };
  return {
    plan: { title: "", sockets: 1, phases: [], admission, incidents: [], settleSeconds: 0, expects: [] },
    ...{ ...nothing, isOwn: false, openedAt: from, from, to: nowMs(), asked, tally, connectMs: [1], deafMs: 0 },
    ...{ remarks: [], wasInterrupted: false },
  };
}

test("nothing is found where everything is as it should be", async () => {
  expect(await failing({ facts: [queued(2), queued(1), ...whole] })).toEqual([]);
});

test.each<[what: string, facts: readonly Said[], check: string]>([
  [
    "text that comes with the end alone",
    [started, delta(0, "Hello "), ended("Hello world")],
    "S1: no text is held back until its answer's end",
  ],
  ["an end that nobody was told", [started, delta(0, "Hello "), ended("Hello ")], "S3: no text is lost"],
  ["a hole that nobody fills", [started, delta(6, "world"), ended("Hello world")], "S3: no text is lost"],
  [
    "a piece that is told twice",
    [started, delta(0, "Hello "), delta(0, "Hello "), delta(6, "world"), ended("Hello world")],
    "S3: no text is told twice",
  ],
  ["a piece after the end", [...whole, delta(11, "!")], "S5: no text comes after its answer's end"],
  [
    "a piece that says something else",
    [started, delta(0, "Hello world"), delta(6, "there"), ended("Hello world")],
    "S11: no text is another than was said",
  ],
  [
    "somebody else's answer",
    [started, delta(0, "Not yours"), ended("Not yours")],
    "S11: no text is another than was said",
  ],
  ["a place that rises", [queued(3), queued(5), ...whole], "A6: no place ever rises"],
  ["a fact of another shape", [["turn:started", { turnId }], ...whole], "facts that are not as the contract has them"],
])("%s is found", async (_, facts, check) => {
  expect(await failing({ facts })).toEqual([check]);
});

test("a question without an outcome is found", async () => {
  expect(await failing({ facts: [started, delta(0, "Hello ")] }, true)).toEqual(["every question has an outcome"]);
});

test("whoever is shed without a time to come back is found", async () => {
  const error = { code: "shed", message: "too many", retryable: true };
  expect(await failing({ facts: [], reply: { ok: false, error } })).toEqual([
    "A3: whoever is shed is told when to come back",
  ]);
});

test("S3: a hole that turn:resume fills is no loss, and what lay beyond it is kept", async () => {
  const result = { state: "streaming", epoch: 1, offset: 0, text: "Hello " };
  const facts = [started, delta(6, "world"), ended("Hello world")];
  expect(await failing({ facts, resumed: { ok: true, result } })).toEqual([]);
});

test("S4: a higher epoch cuts the text, and what a lower one still says is dropped", async () => {
  const again: Said = ["turn:started", { turnId, epoch: 2, offset: 6, model: "m" }];
  const second: Said = ["turn:delta", { turnId, epoch: 2, offset: 6, text: "world" }];
  const facts = [started, delta(0, "Hello wor"), again, delta(6, "mud"), second, ended("Hello world")];
  expect(await failing({ facts })).toEqual([]);
});
