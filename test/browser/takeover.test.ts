import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openService, type Service } from "../cluster/service.support.ts";
import { tokenOf } from "../support/agent.ts";
import { saying } from "./asks.ts";
import { type AgentPage, openAgent } from "./console-page.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";
import { openCustomer, type Visitor } from "./visitor.ts";

/** Customers' pages are of one node, agents' pages of the other. */
const stack = new AsyncDisposableStack();
let service: Service;
let browser: Browser;
let shop: { readonly url: string; readonly browser: Browser };
let deskUrl: string;

beforeAll(async () => {
  service = stack.use(await openService());
  browser = stack.adopt(await openBrowser(), (opened) => opened.close());
  const [here = "", there = ""] = service.urls;
  shop = { url: here, browser };
  deskUrl = there;
});
afterAll(() => stack.disposeAsync());

const slow = { timeout: 60_000 };

async function openConsole(name: string): Promise<AgentPage> {
  const token = await tokenOf({ sub: `${name}@shop`, role: "agent", name });
  return openAgent(browser, deskUrl, { token });
}

async function openLatest({ page, field }: AgentPage, words: string): Promise<void> {
  await page.locator(".tabs button").nth(3).click();
  await page.locator(".row", { hasText: words }).first().locator("button").click();
  await field.waitFor();
}

/** A long answer that says nothing but its word: by that it is found in a list. */
const writing = (word: string) => saying(`${word} `.repeat(400), { delta: 40, chars: 4 }, "写");
const answerOf = ({ items }: AgentPage) => items.locator('[data-by="assistant"] .text').last();
const shownTo = ({ panel }: Visitor) => panel.locator("[data-turn] .text").last();

/** The length of the answer on a page, every few milliseconds, for so long. */
function lengthsOf(visitor: Visitor, forMs: number): Promise<{ readonly at: number; readonly chars: number }[]> {
  return shownTo(visitor).evaluate(async (text, ms) => {
    const seen: { at: number; chars: number }[] = [];
    for (const startedAt = performance.now(); performance.now() - startedAt < ms; ) {
      seen.push({ at: performance.timeOrigin + performance.now(), chars: text.textContent?.length ?? 0 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return seen;
  }, forMs);
}

test(
  "H1 H3 H5: on two nodes an agent watches live, cuts in, answers, hands back, and the assistant knows what was agreed",
  slow,
  async () => {
    await using customer = await openCustomer(shop);
    await using agent = await openConsole("小李");
    await customer.ask(writing("潮水"));
    await customer.grownTo(40);
    await openLatest(agent, "潮水");
    await eventually(async () => (await answerOf(agent).textContent())?.length ?? 0).toBeGreaterThan(100);

    const watched = lengthsOf(customer, 2_500);
    const pressedAt = Date.now();
    await agent.page.keyboard.press("t");
    await agent.page.locator(".bar", { hasText: "由您接待" }).waitFor();
    const lengths = await watched;
    const last = lengths.at(-1)?.chars ?? 0;
    const silentAt = lengths.find(({ chars }) => chars === last)?.at ?? 0;
    const silentMs = silentAt - pressedAt;
    console.log(`H1: silent ${Math.round(silentMs)} ms after the key`);
    expect(silentMs).toBeLessThan(200);
    await agent.items.locator('[data-outcome="interrupted"]').waitFor();

    await agent.field.fill("给您退 20 元。");
    await agent.field.press("Enter");
    await customer.panel.getByText("给您退 20 元。").waitFor();
    await agent.field.press("Escape");
    await agent.page.keyboard.press("b");
    await agent.page.locator("dialog textarea").fill("已答应退 20 元，别再多给");
    await agent.page.locator("dialog .main").click();
    await customer.ask("那什么时候到账？");
    await customer.ended(2);
    const asked = await service.lastAsked();
    expect(JSON.stringify(asked.messages)).toContain("给您退 20 元。");
    expect(JSON.stringify(asked.system)).toContain("已答应退 20 元，别再多给");
    expect(JSON.stringify(asked.messages)).not.toContain("别再多给");
    expect([...customer.complaints, ...agent.complaints]).toEqual([]);
  },
);

test("H5: an agent's reload and lost network cost nothing of what is being written", slow, async () => {
  await using customer = await openCustomer(shop);
  await using agent = await openConsole("小王");
  await customer.ask(writing("月亮"));
  await customer.grownTo(40);
  await openLatest(agent, "月亮");
  await agent.context.setOffline(true);
  await eventually(async () => (await shownTo(customer).textContent())?.length ?? 0).toBeGreaterThan(200);
  await agent.context.setOffline(false);
  await eventually(async () => (await answerOf(agent).textContent())?.length ?? 0).toBeGreaterThan(200);
  await agent.page.reload();
  await openLatest(agent, "月亮");
  await customer.ended(1);
  await eventually(() => answerOf(agent).textContent()).toBe(await shownTo(customer).textContent());
});

test("H2: of two agents who take at the same moment one has it, and both pages say who", slow, async () => {
  await using customer = await openCustomer(shop);
  await using li = await openConsole("小李");
  await using wang = await openConsole("小王");
  await customer.ask(writing("海风"));
  await customer.grownTo(20);
  for (const agent of [li, wang]) await openLatest(agent, "海风");
  await Promise.all([li, wang].map(({ page }) => page.keyboard.press("t")));
  const mine = ({ page }: AgentPage) => page.locator(".bar", { hasText: "由您接待" }).count();
  await eventually(async () => (await mine(li)) + (await mine(wang))).toBe(1);
  const [winner, loser, name] = (await mine(li)) === 1 ? [li, wang, "小李"] : [wang, li, "小王"];
  await loser.page.locator(".bar", { hasText: `${name} 已接管` }).waitFor();
  await winner.field.fill("我来。");
  await winner.field.press("Enter");
  await customer.panel.getByText("我来。").waitFor();
  expect(await customer.panel.locator(".by-person .text").count()).toBe(1);
  expect(await customer.panel.locator(".system").allTextContents()).toEqual([`${name} 已接入`]);
});
