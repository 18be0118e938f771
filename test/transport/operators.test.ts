import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { operatorCommands } from "../../src/contract/operator-events.ts";
import type { TroubleCode } from "../../src/contract/service.ts";
import { openAgent, tokenOf } from "../support/agent.ts";
import { freshId, openCustomer } from "../support/customer.ts";
import { openOperator, TestOperator } from "../support/operator.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Refused attempts are over at once. */
const hasty = (config: Config): Config => ({
  ...generous(config),
  relay: { ...config.relay, backoffMs: 5, firstTokenMs: 1_000, startDeadlineMs: 3_000 },
  models: {
    ...config.models,
    "claude-sonnet-4-5": { continues: "prefill", expectedFirstTokenMs: 50 },
  },
});

const metricsToken = "a-token-for-monitoring";
let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ config: hasty, env: { METRICS_TOKEN: metricsToken } });
});
afterAll(() => server[Symbol.asyncDispose]());

const metrics = async () =>
  (await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).text();

/** Sends what the contract does not know; gives the reply's error code, or `ok`. */
async function codeOf({ socket }: TestOperator, name: string, payload: unknown): Promise<string> {
  // CAST: hostile names and payloads are none of the contract's.
  const send = socket.timeout(10_000) as unknown as {
    emitWithAck(name: string, payload: unknown): Promise<{ ok: boolean; error?: { code: string; message: string } }>;
  };
  const { error } = await send.emitWithAck(name, payload);
  if (error) expect(error.message.length).toBeGreaterThan(10);
  return error?.code ?? "ok";
}

describe("who may look, and what may be sent", () => {
  test.each([
    ["an agent", { role: "agent" }],
    ["a customer", { role: "customer", class: "vip" }],
    ["whoever says so in a class", { class: "member", operator: true }],
  ])("X1 %s is refused", async (_, claims) => {
    const token = await tokenOf({ sub: "somebody", ...claims });
    const operator = new TestOperator(server.url, { token, role: "operator" });
    await expect(operator.connected()).rejects.toMatchObject({ data: { code: "forbidden" } });
  });

  test("X1 a guest, and whoever signs by another key, is refused", async () => {
    await expect(new TestOperator(server.url, {}).connected()).rejects.toMatchObject({ data: { code: "forbidden" } });
    const token = await tokenOf({ sub: "mei", role: "operator" }, "another secret that is long enough, too");
    const forged = new TestOperator(server.url, { token }).connected();
    await expect(forged).rejects.toMatchObject({ data: { code: "unauthenticated" } });
  });

  test("X3 whatever comes as an operator's command is answered once, and what is malformed changes nothing", async () => {
    await using mei = await openOperator(server.url);
    const before = (await mei.ask("service:open", {})).service;
    const odd = fc.constantFrom(
      "",
      "x".repeat(65),
      "lowest",
      0,
      -1,
      1.5,
      1e9,
      "5",
      [],
      {},
      { $ne: 1 },
      true,
      undefined,
    );
    const payload = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({ tier: odd, minutes: odd, nodeId: odd, active: odd }),
      fc.record({ nodeId: fc.constantFrom("nobody", "__proto__"), active: fc.boolean() }),
      fc.constant({ tier: "x".repeat(20_000) }),
    );
    const names = fc.constantFrom(...Object.keys(operatorCommands), "message:send", "inbox:open", "__proto__");
    await fc.assert(
      fc.asyncProperty(names, payload, async (name, given) => {
        const code = await codeOf(mei, name, given);
        const known = ["bad-request", "unknown-command", "too-large", "not-found"];
        if (code === "ok") expect(name).toBe("service:open");
        else expect(known).toContain(code);
      }),
      { numRuns: 150, endOnFailure: true },
    );
    const { service } = await mei.ask("service:open", {});
    expect([service.orders, service.audit]).toEqual([before.orders, before.audit]);
    expect(server.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test("X2 an operator who floods is refused, and the flood is named", async () => {
    await using narrow = await openTestServer({
      config: (config) => ({ ...config, limits: { ...config.limits, commandsPerSecond: 5, commandsBurst: 10 } }),
    });
    await using mei = await openOperator(narrow.url);
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(mei, "tier:hold", {})));
    expect(codes).toContain("rate-limited");
    const seen = await mei.sees(({ troubles }) => troubles.some(({ code }) => code === "flood"));
    expect(seen.troubles).toMatchObject([{ code: "flood", about: "commands", isNow: true }]);
  });
});

test("the service is told each second, with all that it is, and the history goes on without a gap", async () => {
  await using customer = await openCustomer(server.url);
  await customer.answerTo("[[sim: say Yes.]]");
  await using mei = await openOperator(server.url);
  const { me, service, history } = await mei.ask("service:open", {});
  expect([me.name, history.at.at(-1)]).toEqual(["Mei", service.at]);
  expect(service.nodes).toMatchObject([{ nodeId: service.nodeId, state: "up", redis: "none" }]);
  expect(service.nodes[0]?.memoryBytes).toBeGreaterThan(10_000_000);
  expect(service.tier).toMatchObject({ tier: "high", reason: "relay" });
  const seen = await mei.sees(({ firstTokens, cost }) => firstTokens.count > 0 && cost.perMinute > 0);
  expect(seen.at).toBeGreaterThan(service.at);
  expect(seen.relay.attempts["complete"]).toBeGreaterThan(0);
  expect(seen.nodes[0]?.customers).toBeGreaterThanOrEqual(1);
  expect(await (await fetch(`${server.url}/dashboard`)).text()).toContain("Tidegate");
});

const strikes: [TroubleCode, directive: string][] = [
  ["bad-key", "bad-key"],
  ["unknown-model", "unknown-model"],
  ["spend-limit", "spend-limit"],
  ["overloaded", "overloaded"],
  ["rate-limit", "rate-limit retry-after=0.1"],
  ["server-error", "api-error"],
  ["unreachable", "destroy"],
  ["slow", "slow ms=700 times=all"],
  ["slow-start", "silent"],
  ["cut", "long chars=80; cut after=3"],
];

test("U3 each way in which the relay fails is named within ten seconds, with the model", async () => {
  await using mei = await openOperator(server.url);
  const named = strikes.map(async ([code, directive]) => {
    await using customer = await openCustomer(server.url);
    const from = performance.now();
    await customer.ask("message:send", { messageId: freshId(), text: `[[sim: ${directive}]]` });
    const seen = await mei.sees(({ troubles }) => troubles.some((trouble) => trouble.code === code));
    const ms = Math.round(performance.now() - from);
    expect(seen.troubles.find((each) => each.code === code)).toMatchObject({ about: "claude-sonnet-4-5", isNow: true });
    expect(ms).toBeLessThan(10_000);
    return `${code} ${ms}`;
  });
  console.log(`U3: named after ms: ${(await Promise.all(named)).join(", ")}`);
});

describe("the knobs", () => {
  test("A9 a tier that is held is told to customers, metrics and every operator, with who holds it, and let go", async () => {
    await using mei = await openOperator(server.url);
    await using li = await openOperator(server.url, "Li");
    await using customer = await openCustomer(server.url);
    const [seen] = await Promise.all([
      li.sees(({ tier }) => tier.reason === "operator" && tier.tier === "medium"),
      mei.ask("tier:hold", { tier: "medium" }),
    ]);
    expect(seen.tier).toMatchObject({ tier: "medium", reason: "operator", by: "Mei" });
    expect(seen.audit[0]).toMatchObject({ by: "Mei", what: "tier-held", about: "medium" });
    await customer.fact("tier:changed", ({ tier }) => tier === "medium");
    expect(await metrics()).toContain('tidegate_tier{tier="medium",reason="operator"} 1');
    const line = server.logged.find(({ deed }) => deed === "tier-held");
    expect(line).toMatchObject({ level: 40, operator: "Mei", about: "medium", msg: "operator: the tier is held" });
    await Promise.all([li.sees(({ tier }) => tier.reason === "relay"), li.ask("tier:hold", { tier: null })]);
    await customer.fact("tier:changed", ({ tier }) => tier === "high");
  });

  test("A9 H5 an agent is told of the tier once, however many conversations are shown, and also when none is", async () => {
    await using mei = await openOperator(server.url);
    await using idle = await openAgent(server.url, "Idle");
    await using busy = await openAgent(server.url, "Busy");
    await using one = await openCustomer(server.url);
    await using other = await openCustomer(server.url);
    for (const { opened } of [one, other])
      await busy.ask("conversation:join", { conversationId: opened.conversationId });
    for (const [tier, held] of [
      ["medium", "medium"],
      ["high", null],
    ] as const) {
      await mei.ask("tier:hold", { tier: held });
      await Promise.all([idle, busy].map((agent) => agent.fact("tier:changed", (fact) => fact.tier === tier)));
    }
    for (const { facts } of [idle, busy])
      expect(facts.filter(({ name }) => name === "tier:changed").map(({ payload }) => payload)).toEqual([
        { tier: "medium" },
        { tier: "high" },
      ]);
  });

  test("A10 while guests are paused they wait without a promise, and the others are answered", async () => {
    await using mei = await openOperator(server.url);
    await using guest = await openCustomer(server.url);
    await using vip = await openCustomer(server.url, { token: await tokenOf({ sub: freshId(), class: "vip" }) });
    await mei.ask("guests:pause", { minutes: 5 });
    await mei.sees(({ orders }) => orders.guests !== null);
    await guest.ask("message:send", { messageId: freshId(), text: "[[sim: say Yes.]]" });
    expect(await guest.fact("turn:queued")).toMatchObject({ position: 1, waitMs: null });
    expect((await vip.answerTo("[[sim: say Yes.]]")).outcome).toBe("completed");
    const seen = await mei.sees(({ lines }) => lines.some(({ waiting }) => waiting === 1));
    expect(seen.orders.guests).toMatchObject({ by: "Mei" });
    expect(guest.facts.some(({ name }) => name === "turn:started")).toBe(false);
    await mei.ask("guests:pause", { minutes: null });
    expect((await mei.ask("service:open", {})).service.audit.map(({ what }) => what).slice(0, 2)).toEqual([
      "guests-released",
      "guests-paused",
    ]);
  });

  test("N3 the only node is not taken out", async () => {
    await using mei = await openOperator(server.url);
    const { service } = await mei.ask("service:open", {});
    const reply = await mei.send("node:drain", { nodeId: service.nodeId, active: true });
    expect(reply).toMatchObject({ ok: false, error: { code: "forbidden", retryable: false } });
    await until("it is ready", async () => (await fetch(`${server.url}/readyz`)).status === 200);
  });
});
