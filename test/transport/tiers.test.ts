import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { freshId, type OpenCustomer, openCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Quick to trust the relay again. */
const trusting = (config: Config): Config => {
  const { admission } = generous(config);
  const model = { continues: "prefill", expectedFirstTokenMs: 50 } as const;
  return {
    ...generous(config),
    models: { "claude-sonnet-4-5": model, "claude-haiku-4-5": model },
    assistant: config.assistant,
    admission: { ...admission, signal: { ...admission.signal, goodSeconds: 2 } },
  };
};

const ask = (customer: OpenCustomer, text: string) => customer.ask("message:send", { messageId: freshId(), text });

/** Forty questions a second, until `isOver`. */
async function rush(server: TestServer, crowd: readonly OpenCustomer[], isOver: () => boolean): Promise<void> {
  for (let at = 0; !isOver(); at++) {
    const customer = crowd[at % crowd.length];
    // Whoever still waits for an answer adds to it: that begins no attempt of its own.
    if (customer) void ask(customer, "[[sim: say Yes.]]").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 25));
    if (at > 2_000) throw new Error(`the tier did not move: ${JSON.stringify(server.logged.at(-1))}`);
  }
}

const tiersTold = ({ facts }: OpenCustomer) =>
  facts.filter(({ name }) => name === "tier:changed").map(({ payload }) => payload.tier);

test("A9 A11: a relay that turns slow lowers the tier, every page is told, answers are asked for shorter and of the small model, and all of it comes back", {
  timeout: 60_000,
}, async () => {
  await using server = await openTestServer({ config: trusting });
  const crowd = await Promise.all(Array.from({ length: 150 }, () => openCustomer(server.url)));
  const [looker, guest] = await Promise.all([openCustomer(server.url), openCustomer(server.url)]);
  expect(looker.opened.tier).toBe("high");
  let asked = 0;
  await rush(server, crowd, () => asked++ > 20);
  const before = (await server.requests()).at(-1);
  expect(before).toMatchObject({ model: "claude-sonnet-4-5", maxTokens: 1_024 });
  await server.misbehave({ kind: "slow", ms: 1_500, times: "all" });
  await rush(server, crowd, () => tiersTold(looker).includes("degraded"));
  expect(tiersTold(looker)[0]).toBe("medium");
  expect((await openCustomer(server.url)).opened.tier).toBe("degraded");
  await guest.answerTo("[[sim: say No.]]");
  const sent = (await server.requests()).filter(({ body }) => JSON.stringify(body).includes("say No."));
  expect(sent).toMatchObject([{ model: "claude-haiku-4-5", maxTokens: 256 }]);
  // The tools are still in the prompt, and the model may not call them.
  await guest.answerTo("Where is my order TS20261108001?");
  expect(guest.facts.filter(({ name }) => name === "turn:activity")).toEqual([]);
  await fetch(`${server.relayUrl}/simulator/faults`, { method: "DELETE" });
  await rush(server, crowd, () => tiersTold(looker).at(-1) === "high");
  const lowered = server.logged.filter(({ msg }) => /the tier is (lowered|raised)/.test(String(msg)));
  expect(lowered.map(({ from, to }) => [from, to]).at(0)).toEqual(["high", "medium"]);
  expect(lowered.at(-1)).toMatchObject({ to: "high" });
});

test("A11: what was cut short for the tier's sake is told as such, and can be continued", async () => {
  const short = (config: Config): Config => ({
    ...generous(config),
    assistant: { ...config.assistant, maxTokens: 20 },
  });
  await using server = await openTestServer({ config: short });
  const customer = await openCustomer(server.url);
  const end = await customer.answerTo("[[sim: long chars=2000]]");
  expect(end.outcome).toBe("truncated");
  expect(end.message?.text.length).toBeGreaterThan(10);
  expect((await customer.answerTo("Continue")).outcome).toBe("truncated");
  const { body } = (await server.requests()).at(-1) ?? {};
  expect(JSON.stringify(body)).toContain(JSON.stringify(end.message?.text).slice(1, -1));
});

test("A10 U4: one refusal for want of capacity holds back everybody's start for as long as the relay asks, and nobody is failed", async () => {
  await using server = await openTestServer({ config: generous });
  const crowd = await Promise.all(Array.from({ length: 6 }, () => openCustomer(server.url)));
  const [first, ...others] = crowd;
  if (first === undefined) throw new Error("there are six");
  await server.misbehave({ kind: "rate-limit", retryAfter: "1", times: 1 });
  const refused = first.answerTo("[[sim: say Yes.]]");
  await until("the refusal is logged", () => server.logged.some(({ reason }) => reason === "rate-limit"));
  const from = performance.now();
  const ends = await Promise.all(others.map((each) => each.answerTo("[[sim: say Yes.]]")));
  expect(performance.now() - from).toBeGreaterThan(800);
  for (const { outcome } of [...ends, await refused]) expect(outcome).toBe("completed");
  expect(others.every(({ facts }) => facts.some(({ name }) => name === "turn:queued"))).toBe(true);
});
