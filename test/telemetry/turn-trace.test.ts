import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { tracingVariables } from "../../src/config-tracing.ts";
import { Answer } from "../../src/domain/answer.ts";
import type { Step } from "../../src/domain/steps.ts";
import { SendFaults } from "../../src/telemetry/send-faults.ts";
import type { Span } from "../../src/telemetry/span.ts";
import { type SpanAttribute, spanAttributes } from "../../src/telemetry/span-attributes.ts";
import { TurnTrace } from "../../src/telemetry/turn-trace.ts";
import { attemptAborted, ended, newAnswer, raise, turnOf } from "../domain/answers.ts";

let now: number;
let spans: Span[];
beforeEach(() => {
  now = 1_000;
  spans = [];
});

/** One node's view of the turns. */
const openNode = (isSampled: (traceId: string) => boolean = () => true) =>
  new TurnTrace({
    now: () => now,
    hash: (id) => `#${id}`,
    relay: null,
    isSampled,
    emit: (span) => spans.push(span),
  });
const started = (answer: Answer): Step => ({ kind: "turn-started", answer, offset: 0 });
const question = (at: number): Step => ({
  kind: "message-added",
  conversationId: "c",
  message: { messageId: "m", author: "customer", text: "How much?", at, turnId: "t" },
  repeated: false,
  arrival: { way: "socket", at },
});
const ref = { conversationId: "c", turnId: "t" };
const spanOf = (name: string) => spans.find((span) => span.name === name);

describe("a turn that waits in line", () => {
  test("A6 is told with its place at entering, and how long it waited", () => {
    const node = openNode();
    node.step(question(990));
    node.step({ kind: "turn-queued", ref, place: { at: { class: "member", ticket: 7 }, position: 12 } });
    expect(spanOf("ask")).toMatchObject({ startAt: 990, endAt: 1_000, attributes: { "tidegate.position": 12 } });
    now = 4_000;
    node.step(started(newAnswer()));
    const attributes = { "tidegate.position": 12, "tidegate.class": "member" };
    expect(spanOf("wait")).toMatchObject({ startAt: 1_000, endAt: 4_000, attributes });
  });

  test("that is let begin at once did not wait", () => {
    const node = openNode();
    node.step(question(990));
    node.step(started(newAnswer()));
    expect(spans.map(({ name }) => name)).toEqual(["ask"]);
  });

  test("A7 that is given up is a whole trace as well", () => {
    const node = openNode();
    node.step(question(990));
    node.step({ kind: "turn-queued", ref, place: null });
    now = 61_000;
    node.step({ ...ended(newAnswer()), epoch: 0, outcome: "shed" });
    expect(spanOf("turn")).toMatchObject({ parentId: null, startAt: 990, endAt: 61_000 });
    expect(spanOf("turn")?.attributes).toMatchObject({ "tidegate.outcome": "shed", "tidegate.way": "socket" });
  });
});

test("N2 an answer that goes on at another node is in the same trace, and linked to where it began", () => {
  const [first, second] = [openNode(), openNode()];
  const answer = newAnswer();
  first.step(started(answer));
  first.step({ kind: "turn-lost", answer });
  const taken = new Answer(turnOf("t", "other", [0, 4]), "m", "abcd");
  second.step(started(taken));
  second.step(attemptAborted(taken));
  second.step(ended(taken));
  const [begun, gone] = spans.filter(({ name }) => name === "answer");
  expect(begun?.attributes).toMatchObject({ "tidegate.outcome": "lost", "tidegate.epoch": 1 });
  const { traceId = "", spanId = "" } = begun ?? {};
  expect(gone).toMatchObject({ traceId, link: { traceId, spanId }, parentId: spanOf("turn")?.spanId });
  expect(gone?.spanId).not.toBe(spanId);
  expect([begun?.link, begun?.parentId]).toEqual([undefined, spanOf("turn")?.spanId]);
  expect(spanOf("chat m")?.parentId).toBe(gone?.spanId);
});

test("S4 a raised epoch is the same answer", () => {
  const node = openNode();
  const answer = newAnswer();
  node.step(started(answer));
  node.step(raise(answer, 0));
  node.step(ended(answer));
  expect(spans.filter(({ name }) => name === "answer")).toHaveLength(1);
  expect(spanOf("answer")).toMatchObject({ link: undefined, attributes: { "tidegate.epoch": 2 } });
});

test.each([
  ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "b7ad6b7169203331"],
  ["cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more", "b7ad6b7169203331"],
  ["00-00000000000000000000000000000000-b7ad6b7169203331-01", undefined],
  ["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", undefined],
  ["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", undefined],
  ["nonsense", undefined],
  [undefined, undefined],
])("X3 a caller's own trace is linked to by %s where it names one", (traceparent, spanId) => {
  const node = openNode();
  node.step({ ...question(990), arrival: { way: "http", at: 990, traceparent } } as Step);
  node.step(started(newAnswer()));
  expect(spanOf("ask")?.link?.spanId).toBe(spanId);
});

test("a draft is a trace of its own", () => {
  const node = openNode();
  const step = attemptAborted(newAnswer());
  node.step({ ...step, purpose: "draft" });
  expect(spans).toMatchObject([{ name: "chat m", parentId: null }]);
});

test("every node keeps the same turns, and makes nothing of the others", () => {
  const asked: string[] = [];
  const refuse = (traceId: string) => {
    asked.push(traceId);
    return false;
  };
  for (const node of [openNode(refuse), openNode(refuse)]) {
    node.step(question(990));
    node.step(started(newAnswer()));
    node.step(attemptAborted(newAnswer()));
    node.step(ended(newAnswer()));
  }
  expect(spans).toEqual([]);
  expect(new Set(asked).size).toBe(1);
});

test("a collector that stays away is told once a minute", () => {
  const told: [string, number][] = [];
  const faults = new SendFaults({ now: () => now, report: (why, batches) => told.push([why, batches]) });
  faults.note(new AggregateError([new Error("refused")]));
  for (let at = 0; at < 5; at++) {
    now += 10_000;
    faults.note(new Error(`refused\n${"x".repeat(500)}`));
  }
  now += 10_000;
  faults.note(new Error("y".repeat(500)));
  expect(told).toEqual([
    ["refused", 1],
    ["y".repeat(200), 6],
  ]);
});

describe("the page on traces", () => {
  const path = join(import.meta.dirname, "../../docs/tracing.md");
  const section = (name: string) =>
    new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)<!-- /${name} -->`).exec(readFileSync(path, "utf8"))?.[1]?.trim() ?? "";

  test("has the code's table of attributes", () => {
    const all: readonly SpanAttribute[] = Object.values(spanAttributes);
    const rows = all.map(
      ({ name, on, says }) => `| \`${name}\` | ${on.map((span) => `\`${span}\``).join(" ")} | ${says} |`,
    );
    const table = ["| attribute | spans | what it says |", "| --- | --- | --- |", ...rows].join("\n");
    if (process.env["UPDATE_DOCS"] === "1") {
      const marked = /(<!-- attributes -->\n)[\s\S]*?(<!-- \/attributes -->)/;
      const written = readFileSync(path, "utf8").replace(marked, (_, open, close) => `${open}\n${table}\n\n${close}`);
      writeFileSync(path, written);
    }
    expect(section("attributes")).toBe(table);
  });

  test("names every variable that is read", () => {
    const shown = [...section("variables").matchAll(/`(OTEL_[A-Z_]+)`(?=[^|]*\|)/g)].map(([, name]) => name);
    for (const name of Object.keys(tracingVariables)) expect(shown).toContain(name);
  });
});
