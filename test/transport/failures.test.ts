import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { type ErrorCode, errors } from "../../src/contract/errors.ts";
import type { Outcome } from "../../src/contract/shapes.ts";
import { openCustomer } from "../support/customer.ts";
import { type FaultInput, openTestServer, type TestServer, withRelay } from "../support/server.ts";

/** Waits for the first text not long: for what is too slow by far. */
const eager = withRelay({ backoffMs: 5, firstTokenMs: 150, idleMs: 3_000, startDeadlineMs: 2_000 });
/** Waits for more text not long. */
const hasty = withRelay({ backoffMs: 5, firstTokenMs: 3_000, idleMs: 150, startDeadlineMs: 5_000 });
/** For what fails by itself: no clock runs out, however busy the machine is. */
const patient = withRelay({ backoffMs: 5, firstTokenMs: 3_000, idleMs: 3_000, startDeadlineMs: 5_000 });

interface Case {
  readonly name: string;
  readonly fault: FaultInput;
  readonly code: ErrorCode;
  /** The reason in the log. */
  readonly reason: string;
  /** True when text had come. */
  readonly text?: boolean;
  /** For what only a clock can tell: one that runs out soon for this, and not for anything else. */
  readonly config?: (config: Config) => Config;
}

const cases: Case[] = [
  { name: "401", fault: { kind: "bad-key" }, code: "assistant-unavailable", reason: "bad-key" },
  { name: "404 model", fault: { kind: "unknown-model" }, code: "assistant-unavailable", reason: "unknown-model" },
  { name: "400", fault: { kind: "bad-request" }, code: "assistant-unavailable", reason: "bad-request" },
  { name: "402", fault: { kind: "billing" }, code: "assistant-unavailable", reason: "spend-limit" },
  { name: "403", fault: { kind: "forbidden" }, code: "assistant-unavailable", reason: "bad-key" },
  { name: "spend limit", fault: { kind: "spend-limit" }, code: "assistant-unavailable", reason: "spend-limit" },
  { name: "429", fault: { kind: "rate-limit" }, code: "assistant-busy", reason: "rate-limit" },
  {
    name: "429 with retry-after",
    fault: { kind: "rate-limit", retryAfter: "3" },
    code: "assistant-busy",
    reason: "rate-limit",
  },
  { name: "529", fault: { kind: "overloaded" }, code: "assistant-busy", reason: "overloaded" },
  { name: "500", fault: { kind: "api-error" }, code: "assistant-unreachable", reason: "server-error" },
  { name: "502 page", fault: { kind: "bad-gateway" }, code: "assistant-unreachable", reason: "server-error" },
  { name: "200 with a web page", fault: { kind: "html" }, code: "assistant-cut", reason: "broken" },
  { name: "connection destroyed", fault: { kind: "destroy" }, code: "assistant-unreachable", reason: "unreachable" },
  { name: "silence", fault: { kind: "silent" }, code: "assistant-slow", reason: "slow-start", config: eager },
  {
    name: "slow first token",
    fault: { kind: "slow", ms: 1_000 },
    code: "assistant-slow",
    reason: "slow-start",
    config: eager,
  },
  { name: "error event first", fault: { kind: "error-event" }, code: "assistant-busy", reason: "overloaded" },
  { name: "broken JSON first", fault: { kind: "broken" }, code: "assistant-cut", reason: "broken" },
  { name: "cut", fault: { kind: "cut", after: 3 }, code: "assistant-cut", reason: "cut", text: true },
  { name: "no message_stop", fault: { kind: "end", after: 3 }, code: "assistant-cut", reason: "cut", text: true },
  {
    name: "stall",
    fault: { kind: "stall", after: 3 },
    code: "assistant-cut",
    reason: "stall",
    text: true,
    config: hasty,
  },
  {
    name: "error event in mid-answer",
    fault: { kind: "error-event", after: 3 },
    code: "assistant-cut",
    reason: "overloaded",
    text: true,
  },
  {
    name: "broken JSON in mid-answer",
    fault: { kind: "broken", after: 3 },
    code: "assistant-cut",
    reason: "broken",
    text: true,
  },
];

const question =
  '[[sim: say "一段用来中断的回答，长短刚好够分成许多小块，一块接一块地送到顾客面前。"]] 我的口令是芝麻开门';

describe.concurrent("a failure that does not pass", () => {
  test.for(cases)(
    "U3, C2: $name gives an outcome, an error and its sentence",
    async ({ fault, code, text, config = patient }) => {
      await using server = await openTestServer({ config });
      await server.misbehave({ ...fault, times: "all" });
      await using customer = await openCustomer(server.url);
      const { outcome, error, message } = await customer.answerTo(question);
      expect({ outcome, code: error?.code }).toEqual({ outcome: "failed" satisfies Outcome, code });
      expect(error?.message).toBe(errors[code].sentence);
      expect(message?.text !== "").toBe(text ?? false);
      const { messages } = await customer.ask("conversation:open", {});
      expect(messages.at(-1)).toMatchObject({ outcome: "failed", text: message?.text, error: { code } });
    },
  );

  test.for(cases)(
    "X5: $name is logged by its reason, without key and text",
    async ({ fault, reason, config = patient }) => {
      await using server = await openTestServer({ config });
      await server.misbehave({ ...fault, times: "all" });
      await using customer = await openCustomer(server.url);
      await customer.answerTo(question);
      const line = server.logged.find(({ level, msg }) => level === 40 && String(msg).startsWith("relay: "));
      expect(line?.["reason"]).toBe(reason);
      expect(String(line?.["msg"]).length).toBeGreaterThan(12);
      const everything = JSON.stringify(server.logged);
      expect(everything).not.toContain("芝麻开门");
      expect(everything).not.toContain("sk-test");
      expect(everything).not.toContain(customer.opened.guestToken);
      expect(unexpected(server)).toEqual([]);
    },
  );

  test.for(cases)("U4: after $name the next question is answered", async ({ fault, config = patient }) => {
    await using server = await openTestServer({ config });
    await server.misbehave({ ...fault, times: "all" });
    await using customer = await openCustomer(server.url);
    await customer.answerTo(question);
    await fetch(`${server.relayUrl}/simulator/faults`, { method: "DELETE" });
    expect((await customer.answerTo("运费怎么算")).outcome).toBe("completed");
  });
});

test("U3: a relay that refuses connections gives assistant-unreachable", async () => {
  const baseUrl = await closedPort();
  await using server = await openTestServer({ config: patient, env: { ANTHROPIC_BASE_URL: baseUrl } });
  await using customer = await openCustomer(server.url);
  const { outcome, error } = await customer.answerTo("你好");
  expect({ outcome, code: error?.code }).toEqual({ outcome: "failed", code: "assistant-unreachable" });
});

describe("a failure that passes", () => {
  test.for(["rate-limit", "overloaded", "api-error", "destroy", "html", "error-event"] as const)(
    "U4: %s before the first text is tried again, and the turn stays what it was",
    async (kind) => {
      await using server = await openTestServer({ config: patient });
      await server.misbehave({ kind, times: 2 });
      await using customer = await openCustomer(server.url);
      const { turnId, outcome, epoch } = await customer.answerTo("你好");
      expect({ outcome, epoch }).toEqual({ outcome: "completed", epoch: 1 });
      expect(await server.requests()).toHaveLength(3);
      const started = customer.facts.filter(({ name }) => name === "turn:started");
      expect(started.map(({ payload }) => payload.turnId)).toEqual([turnId]);
    },
  );

  test("U4: a retry-after within the deadline is obeyed", async () => {
    await using server = await openTestServer({ config: patient });
    await server.misbehave({ kind: "rate-limit", retryAfter: "1" });
    await using customer = await openCustomer(server.url);
    expect((await customer.answerTo("你好")).outcome).toBe("completed");
    const [refused, answered] = await server.requests();
    expect((answered?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("U4: when one model fails for good, the next of the chain answers", async () => {
    await using server = await openTestServer({ config: patient });
    await server.misbehave({ kind: "overloaded", model: "claude-sonnet-4-5", times: "all" });
    await using customer = await openCustomer(server.url);
    const { outcome, turnId } = await customer.answerTo("你好");
    expect(outcome).toBe("completed");
    const models = customer.facts.filter(({ name }) => name === "turn:started").map(({ payload }) => payload.model);
    expect(models).toEqual(["claude-sonnet-4-5", "claude-haiku-4-5"]);
    expect(customer.textOf(turnId)).not.toBe("");
  });

  test.for<Pick<Case, "name" | "fault" | "config">>([
    { name: "a cut", fault: { kind: "cut", after: 12 } },
    { name: "a missing end mark", fault: { kind: "end", after: 12 } },
    { name: "a stall", fault: { kind: "stall", after: 12 }, config: hasty },
    { name: "an error event", fault: { kind: "error-event", after: 12 } },
  ])("U4: after $name the answer goes on under epoch 2, each character once", async ({ fault, config = patient }) => {
    const asked = "[[sim: long chars=400]] 怎么退货";
    await using calm = await openTestServer({ config: patient });
    await using undisturbed = await openCustomer(calm.url);
    const whole = (await undisturbed.answerTo(asked)).message?.text ?? "";

    await using server = await openTestServer({ config });
    await server.misbehave(fault);
    await using customer = await openCustomer(server.url);
    const { turnId, outcome, epoch, message } = await customer.answerTo(asked);
    expect({ outcome, epoch }).toEqual({ outcome: "completed", epoch: 2 });
    expect(message?.text).toBe(whole);
    expect(customer.textOf(turnId)).toBe(whole);
    const raised = customer.facts.find(({ name, payload }) => name === "turn:started" && payload.epoch === 2);
    expect(raised?.payload.offset).toBeGreaterThan(0);
  });

  test("U4: a continuation that repeats the end of what was said repeats nothing to the customer", async () => {
    const asked = "[[sim: long chars=400; overlap chars=20]]";
    const models = { relay: { model: "claude-sonnet-4-6" } };
    await using server = await openTestServer({ config: withRelay({ backoffMs: 5, ...models.relay }) });
    await server.misbehave({ kind: "cut", after: 12 });
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo(asked);
    expect(message?.text).toHaveLength(400);
    expect(customer.textOf(turnId)).toBe(message?.text);
    expect(message?.text).toContain("第 1 段：潮汐商店为您服务，请放心选购。\n第 2 段：");
  });

  test("S4: a page that was away while the epoch rose is given the text as it is now", async () => {
    await using server = await openTestServer({ config: patient });
    await server.misbehave({ kind: "cut", after: 12 });
    await using customer = await openCustomer(server.url);
    const { turnId, message } = await customer.answerTo("[[sim: long chars=400]]");
    const cutAt = customer.facts.find(({ name, payload }) => name === "turn:started" && payload.epoch === 2);
    const resumed = await customer.ask("turn:resume", { turnId, epoch: 1, offset: 399 });
    expect(resumed).toMatchObject({ epoch: 2, offset: cutAt?.payload.offset });
    expect(resumed.text).toBe(message?.text.slice(resumed.offset));
  });
});

test("U4: under permanent failure the relay is called at most 1.1 times a turn, beyond the reserve", async () => {
  await using server = await openTestServer({ config: withRelay({ backoffMs: 1 }) });
  await server.misbehave({ kind: "api-error", times: "all" });
  await using customer = await openCustomer(server.url);
  const turns = 120;
  const reserve = 20;
  for (let turn = 0; turn < turns; turn++) await customer.answerTo("你好");
  expect((await server.requests()).length).toBeLessThanOrEqual(1.1 * turns + reserve);
});

test("S10: a customer can stop an answer that waits for its next try", async () => {
  await using server = await openTestServer({ config: withRelay({ backoffMs: 60_000, startDeadlineMs: 600_000 }) });
  await server.misbehave({ kind: "overloaded", times: "all" });
  await using customer = await openCustomer(server.url);
  const { turnId } = await customer.ask("message:send", { messageId: "m", text: "你好" });
  await customer.fact("turn:started");
  expect(await customer.ask("turn:stop", { turnId: turnId ?? "" })).toEqual({ outcome: "stopped" });
});

function unexpected(server: TestServer): unknown[] {
  return server.logged.filter(({ level }) => Number(level) >= 50);
}

/** An address at which nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // CAST: a server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
