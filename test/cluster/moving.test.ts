import { afterAll, beforeAll, expect, test } from "vitest";
import { openCustomer } from "../support/customer.ts";
import { asking, openService, type Service } from "./service.support.ts";
import { openTab, type Tab } from "./tab.support.ts";

const moves = 50;
/** What a tab must have been shown anew before it moves on. */
const step = 30;

let service: Service;

beforeAll(async () => {
  service = await openService();
});

afterAll(async () => {
  const { faults } = service;
  await service[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

/** Goes from node to node, each time once more text has come. */
async function moveAlong(tab: Tab, turnId: string): Promise<void> {
  for (let move = 0; move < moves; move++) {
    await tab.grownTo(turnId, tab.textOf(turnId).length + step);
    tab.hop();
  }
  await tab.grownTo(turnId, tab.textOf(turnId).length + step);
}

test("S3, S4, S8: fifty moves between two nodes in mid-answer lose no character and double none", async () => {
  const tabs = await Promise.all([0, 1, 2, 3].map((at) => openTab(at % 2 ? service.urls : service.urls.toReversed())));
  await Promise.all(
    tabs.map(async (tab) => {
      const turnId = await tab.ask(asking({ chars: 50_000, deltaMs: 10 }));
      const shown = tab.watch(turnId);
      await moveAlong(tab, turnId);
      tab.chat.stop(turnId);
      expect(await tab.ended(turnId)).toMatchObject({ outcome: "stopped" });

      const [url = ""] = service.urls;
      await using witness = await openCustomer(url, tab.browser.auth);
      const [, answer] = witness.opened.messages;
      const truth = answer?.text ?? "";
      expect(truth.length).toBeGreaterThan(moves * step);
      expect(tab.attempts).toBe(1 + moves);
      expect(shown.at(-1)).toBe(truth);
      expect(shown.filter((text) => !truth.startsWith(text))).toEqual([]);
      // The owner never changes, so nobody may be shown less than before.
      expect(shown.filter((text, at) => text.length < (shown[at - 1] ?? "").length)).toEqual([]);
      expect(await witness.ask("turn:resume", { turnId, epoch: 0, offset: 0 })).toMatchObject({ epoch: 1 });
    }),
  );
});
