import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshId, openCustomer as openOther } from "../support/customer.ts";
import { saying } from "./asks.ts";
import { looks, violationsOf } from "./axe.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, type Visitor } from "./visitor.ts";

/** One answer begins every second. */
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ TIDEGATE_CONFIG: join(import.meta.dirname, "line.json") });
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Crowd extends AsyncDisposable {
  /** So many of the first leave the line. */
  leave(count: number): Promise<void>;
}

/**
 * Others who have asked before. The line moves on from here: pages are opened before. At the end all have left, so that the next
 * test begins with a line of its own.
 */
async function openCrowd(count: number): Promise<Crowd> {
  await using stack = new AsyncDisposableStack();
  const others: { leave(): Promise<unknown> }[] = [];
  for (let at = 0; at < count; at++) {
    const other = stack.use(await openOther(shop.url));
    const { turnId } = await other.ask("message:send", { messageId: freshId(), text: "hello" });
    others.push({ leave: () => other.send("turn:stop", { turnId: turnId ?? "" }) });
  }
  const leave = async (leaving: number) => {
    for (const other of others.splice(0, leaving)) await other.leave();
  };
  const rest = stack.move();
  return {
    leave,
    async [Symbol.asyncDispose]() {
      await leave(count);
      await rest.disposeAsync();
    },
  };
}

const lineOf = ({ panel }: Visitor) => panel.locator(".line");
const placeOf = async (customer: Visitor) => Number(await lineOf(customer).getAttribute("data-position"));

/** What the banner says and shows at one moment; `progress` is how far the bar has come, from 0 to 1. */
function bannerOf(customer: Visitor): Promise<{ place: number; progress: number; words: string }> {
  return lineOf(customer).evaluate((line) => ({
    place: Number((line as HTMLElement).dataset["position"]),
    progress: Number.parseFloat(line.querySelector<HTMLElement>(".progress")?.style.scale ?? ""),
    words: line.textContent,
  }));
}

/** Whoever only closes the page keeps the place for a minute, in front of the next test. */
async function leave(customer: Visitor): Promise<void> {
  await lineOf(customer).locator("button").click();
  await lineOf(customer).waitFor({ state: "detached" });
}

test("A6 two who wait see each a place that only falls, with a bar that only grows, over a reload as well", async () => {
  await using first = await openCustomer(shop);
  await using second = await openCustomer(shop, { locale: "en-US" });
  await using crowd = await openCrowd(15);
  await first.ask("你好");
  const told = await bannerOf(first);
  expect(told.words).toContain(`排队中，您排在第 ${told.place} 位`);
  await second.ask("hello");
  await eventually(async () => (await placeOf(second)) - (await placeOf(first))).toBe(1);
  expect(await lineOf(second).textContent()).toContain("Many people are asking right now.");

  await crowd.leave(5);
  await eventually(() => placeOf(first)).toBeLessThanOrEqual(told.place - 5);
  const closer = await bannerOf(first);
  expect(closer.progress).toBeGreaterThan(told.progress + 0.25);
  await first.page.reload();
  await first.online();
  const again = await bannerOf(first);
  expect(again.place).toBeLessThanOrEqual(closer.place);
  expect(again.progress).toBeGreaterThanOrEqual(closer.progress);
  await leave(first);
  await leave(second);
});

test("A6 whoever browses on is told on the button, in the title and by voice that it is their turn, until they look", async () => {
  await using customer = await openCustomer(shop);
  await using _crowd = await openCrowd(4);
  const title = await customer.page.title();
  const badge = customer.launcher.locator(".unread");
  await customer.ask(saying("轮到我了"));
  await lineOf(customer).waitFor();
  await customer.panel.getByRole("button", { name: "关闭" }).click();
  expect(await badge.textContent()).toMatch(/^#\d$/);
  expect(await customer.page.title()).toMatch(/^【第 \d 位】/);
  const spoken = await customer.listen();
  await eventually(() => badge.textContent()).toBe("轮到您了");
  expect(await customer.page.title()).toBe(`【轮到您了】${title}`);
  expect(await customer.launcher.getAttribute("aria-label")).toBe("在线客服, 轮到您了");
  await eventually(spoken).toContain("在线客服, 轮到您了");
  await eventually(async () => (await customer.heard()).some(({ event }) => event === "ended")).toBe(true);
  expect(await badge.textContent()).toBe("轮到您了");
  await customer.launcher.click();
  await badge.waitFor({ state: "hidden" });
  expect(await customer.page.title()).toBe(title);
  expect(await customer.lastText.textContent()).toBe("轮到我了");
});

test("A6 whoever looks at another tab is told in the title that it is their turn", async () => {
  await using customer = await openCustomer(shop, { locale: "en-US" });
  await using _crowd = await openCrowd(4);
  const title = await customer.page.title();
  await customer.ask(saying("here"));
  await lineOf(customer).waitFor();
  await customer.away(true);
  expect(await customer.page.title()).toMatch(/^\[#\d\] /);
  await eventually(() => customer.page.title()).toBe(`[Your turn] ${title}`);
  await customer.away(false);
  await eventually(() => customer.page.title()).toBe(title);
});

test("a widget that is taken off the page leaves no sign in its title", async () => {
  await using customer = await openCustomer(shop);
  await using _crowd = await openCrowd(9);
  const title = await customer.page.title();
  await customer.ask("你好");
  await lineOf(customer).waitFor();
  await customer.away(true);
  expect(await customer.page.title()).not.toBe(title);
  await customer.call("destroy");
  expect(await customer.page.title()).toBe(title);
});

test("A6 the voice tells the place and then that the answer begins", async () => {
  await using customer = await openCustomer(shop);
  await using _crowd = await openCrowd(4);
  const spoken = await customer.listen();
  await customer.ask(saying("好"));
  await eventually(async () => (await spoken()).at(-1)).toBe("回答完毕");
  const said = await spoken();
  expect(said[0]).toMatch(/^排队中，您排在第 \d 位$/);
  expect(said.slice(-3)).toEqual(["AI 助手正在回答", "好", "回答完毕"]);
});

test("A7 whoever leaves the line is out of it, may ask again, and moves the others up", async () => {
  await using first = await openCustomer(shop);
  await using second = await openCustomer(shop);
  await using _crowd = await openCrowd(15);
  await first.ask("问一下");
  await lineOf(first).waitFor();
  await second.ask("也问一下");
  await lineOf(second).waitFor();
  const before = await placeOf(second);
  await first.panel.getByRole("button", { name: "退出排队" }).click();
  await lineOf(first).waitFor({ state: "detached" });
  await first.panel.locator('[data-turn][data-outcome="stopped"]').waitFor();
  await eventually(() => placeOf(second)).toBeLessThan(before);
  const behind = await placeOf(second);
  await first.panel.getByRole("button", { name: "重新提问" }).click();
  await lineOf(first).waitFor();
  expect(await placeOf(first)).toBeGreaterThan(behind - 1);
  expect(await first.questions.last().locator(".bubble").textContent()).toBe("问一下");
  await leave(first);
  await leave(second);
});

test("nothing is inaccessible while one waits in line", { timeout: 60_000 }, async () => {
  for (const { look, options } of looks) {
    await using customer = await openCustomer(shop, options);
    await using _crowd = await openCrowd(15);
    await customer.ask("你好");
    await lineOf(customer).waitFor();
    expect.soft(await violationsOf(customer), look).toEqual([]);
    await leave(customer);
    expect.soft(await violationsOf(customer), look).toEqual([]);
  }
});
