import { afterAll, beforeAll, expect, test } from "vitest";
import { asking, faultsOf, openService, type Service } from "./service.support.ts";
import { readStored } from "./stored.support.ts";
import { openTab, type Tab } from "./tab.support.ts";
import type { ClusterNode } from "./topology.ts";

const customers = 30;
const patience = { timeout: 90_000 };

let service: Service;
/** What nodes that have ended said. */
const faults: string[] = [];

beforeAll(async () => {
  service = await openService({ nodes: 3, haproxy: true, env: { DRAIN_SECONDS: "1" } });
}, 60_000);

afterAll(async () => {
  faults.push(...service.faults);
  await service[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

async function restart(node: ClusterNode): Promise<void> {
  expect(await node.kill("SIGTERM")).toBe(0);
  faults.push(...faultsOf(node));
  await node.start();
}

/** A question that was acknowledged, and how long its answer has to be. */
interface Asked {
  readonly turnId: string;
  readonly chars: number;
}

/** Asks one question after the other, each as soon as the answer before has ended. */
async function keepAsking(tab: Tab, until: AbortSignal): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  while (!until.aborted) {
    // Up to 2.4 seconds: some end while their node drains, others do not.
    const chars = 100 + Math.floor(Math.random() * 23) * 100;
    const turnId = await tab.ask(asking({ chars }));
    asked.push({ turnId, chars });
    await tab.ended(turnId);
  }
  return asked;
}

test(
  "N3: a node that is told to end hands over what takes longer than its drain: not one answer fails",
  patience,
  async () => {
    await using stack = new AsyncDisposableStack();
    const tabs = await Promise.all(Array.from({ length: customers }, () => openTab([service.url])));
    for (const tab of tabs) stack.use(tab);
    const chars = 1_500;
    const turns = await Promise.all(tabs.map((tab) => tab.ask(asking({ chars }))));
    const shown = tabs.map((tab, at) => tab.watch(turns[at] ?? ""));
    await Promise.all(tabs.map((tab, at) => tab.grownTo(turns[at] ?? "", 50)));
    const [leaving] = service.nodes;
    if (leaving) await restart(leaving);
    const epochs = await Promise.all(
      tabs.map(async (tab, at) => {
        const turnId = turns[at] ?? "";
        expect(await tab.ended(turnId)).toMatchObject({ outcome: "completed" });
        const { turn, questions, answers } = await readStored(service.url, tab.browser.auth, turnId);
        expect([questions.length, answers.length]).toEqual([1, 1]);
        expect(turn.text).toHaveLength(chars);
        expect(tab.textOf(turnId)).toBe(turn.text);
        expect(shown[at]?.filter((text) => !turn.text.startsWith(text))).toEqual([]);
        return turn.epoch;
      }),
    );
    const handedOver = epochs.filter((epoch) => epoch === 2).length;
    console.log(`N3: ${handedOver} of ${customers} answers were handed over`);
    // A third of the customers was at that node.
    expect(handedOver).toBeGreaterThan(customers / 6);
    expect(Math.max(...epochs)).toBe(2);
  },
);

test(
  "N3: all nodes restarted one after the other under load: every question is answered, whole, and none fails",
  patience,
  async () => {
    await using stack = new AsyncDisposableStack();
    const tabs = await Promise.all(Array.from({ length: customers }, () => openTab([service.url])));
    for (const tab of tabs) stack.use(tab);
    const over = new AbortController();
    const loads = tabs.map((tab) => keepAsking(tab, over.signal));
    for (const node of service.nodes) await restart(node);
    over.abort();
    const asked = await Promise.all(loads);
    console.log(`N3: ${asked.flat().length} questions during a restart of all nodes`);
    await Promise.all(
      tabs.map(async (tab, at) => {
        const own = asked[at] ?? [];
        expect(own.length).toBeGreaterThan(1);
        const { questions, answers } = await readStored(service.url, tab.browser.auth, own[0]?.turnId ?? "");
        expect(questions.map(({ turnId }) => turnId)).toEqual(own.map(({ turnId }) => turnId));
        expect(answers.map(({ turnId, outcome, text }) => ({ turnId, outcome, chars: text.length }))).toEqual(
          own.map((one) => ({ ...one, outcome: "completed" })),
        );
        for (const { turnId, text } of answers) expect(tab.textOf(turnId ?? "")).toBe(text);
      }),
    );
  },
);
