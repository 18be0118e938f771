import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FactPayload } from "../../src/contract/events.ts";
import { freshId, openAgain, openCustomer, type TestCustomer } from "../support/customer.ts";
import { TestMcp } from "../support/mcp.ts";
import { until } from "../support/until.ts";
import { openService } from "./service.support.ts";
import { readStored } from "./stored.support.ts";
import { openTab } from "./tab.support.ts";

/** Nodes whose assistant has the tools of an MCP server. */
async function openTools(mcp: TestMcp, stack: AsyncDisposableStack) {
  const folder = await mkdtemp(join(tmpdir(), "tidegate-tools-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const config = { relay: { fallbacks: [] }, tools: { mcp: [{ name: "test", url: mcp.url, timeoutMs: 20_000 }] } };
  const path = join(folder, "tidegate.json");
  await writeFile(path, JSON.stringify(config));
  return stack.use(await openService({ nodes: 2, env: { TIDEGATE_CONFIG: path } }));
}

const call = (name: string, input: object) => `call name=${name} input=${JSON.stringify(JSON.stringify(input))}`;
const activitiesOf = ({ facts }: TestCustomer): FactPayload<"turn:activity">[] =>
  facts.filter(({ name }) => name === "turn:activity").map(({ payload }) => payload);

test("C3 S11: what one node looks up is seen on the other, in order with the text, also by a page that comes meanwhile", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = () => held.then(() => ({ text: "forty-two" }));
  await using mcp = await TestMcp.open({ slow });
  await using stack = new AsyncDisposableStack();
  const service = await openTools(mcp, stack);
  const [one = "", other = ""] = service.urls;
  await using here = await openCustomer(one);
  await using there = await openAgain(other, here);
  await here.ask("message:send", { messageId: freshId(), text: `[[sim: ${call("test_slow", {})}]] hello` });
  await there.fact("turn:activity", ({ state }) => state === "running");
  await using late = await openAgain(other, here);
  await until("a page that comes meanwhile is told", () => {
    const [first] = [...(late.opened.turn?.activities ?? []), ...activitiesOf(late)];
    return first?.state === "running";
  });
  release();
  const { message, turnId } = await here.fact("turn:ended");
  for (const each of [there, late]) {
    await each.fact("turn:ended");
    expect(activitiesOf(each).at(-1)).toEqual(activitiesOf(here).at(-1));
  }
  expect(activitiesOf(there)).toEqual(activitiesOf(here));
  expect(there.exactTextOf(turnId)).toBe(message?.text);
  const names = there.facts.map(({ name }) => name);
  expect(names.indexOf("turn:delta")).toBeLessThan(names.indexOf("turn:activity"));
  expect(names.lastIndexOf("turn:delta")).toBeGreaterThan(names.lastIndexOf("turn:activity"));
  expect(service.faults).toEqual([]);
});

test("C3 N2: kill -9 of the node that writes, after a tool has run: the other one goes on and does not run it again", {
  timeout: 60_000,
}, async () => {
  let isHeld = true;
  const slow = () => (isHeld ? new Promise<never>(() => {}) : Promise.resolve({ text: "late" }));
  await using mcp = await TestMcp.open({ look: async () => ({ text: "seventeen tents" }), slow });
  await using stack = new AsyncDisposableStack();
  const service = await openTools(mcp, stack);
  const [one = "", other = ""] = service.urls;
  using tab = await openTab([one, other]);
  await using witness = await openCustomer(other, tab.browser.auth);
  const both = `${call("test_look", { q: "x" })}; ${call("test_slow", {})}`;
  const turnId = await tab.ask(`[[sim: rounds count=2; ${both}]] hello`);
  await witness.fact("turn:activity", ({ tool, state }) => tool === "test_look" && state === "done");
  isHeld = false;
  expect(await service.nodes[0]?.kill()).toBe("SIGKILL");
  await tab.ended(turnId);
  const ran = mcp.calls.map(({ name }) => name);
  expect(ran.filter((name) => name === "look")).toHaveLength(1);
  // It was under way when its node died, and nobody knows what came of it.
  expect(ran.filter((name) => name === "slow")).toHaveLength(2);
  const { answers } = await readStored(other, tab.browser.auth, turnId);
  expect(answers).toMatchObject([{ outcome: "completed", text: tab.textOf(turnId) }]);
  expect(tab.textOf(turnId)).toContain("seventeen tents");
});
