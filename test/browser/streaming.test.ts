import { afterAll, beforeAll, expect, test } from "vitest";
import { counted, long, meeting, saying } from "./asks.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, openTab, openVisitor } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

test("S1 the first piece of an answer is shown by itself and whole, and each piece when it comes", async () => {
  await using customer = await openCustomer(shop);
  const grown = await customer.watchGrowth();
  await customer.ask(saying("一二三四五六", { first: 30, delta: 700, chars: 2 }));
  await customer.ended(1);
  const steps = (await grown()).filter((step) => step !== "");
  expect(steps[0]).toBe("一二");
  // Later pieces may be spread over a few pictures.
  expect(steps).toEqual(expect.arrayContaining(["一二三四", "一二三四五六"]));
  for (const step of steps) expect("一二三四五六".startsWith(step), step).toBe(true);
});

test("a text grows in many small steps, and at no step are its words in disorder", async () => {
  await using customer = await openCustomer(shop);
  const grown = await customer.watchGrowth();
  const text = counted(100);
  await customer.ask(saying(text, { delta: 20, chars: 5 }));
  await customer.ended(1);
  const steps = (await grown()).filter((step) => step !== "");
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.filter((step) => !text.startsWith(step))).toEqual([]);
  expect(steps.at(-1)).toBe(text);
});

test("S1 frames of a busy node, ten a second, are spread over the pictures between them", async () => {
  await using customer = await openCustomer(shop);
  const grown = await customer.watchGrowth();
  const text = counted(100);
  const chars = Math.ceil(text.length / 10);
  await customer.ask(saying(text, { delta: 100, chars }));
  await customer.ended(1);
  const steps = (await grown()).filter((step) => step !== "");
  console.log(`${steps.length} steps of ${text.length / chars} frames`);
  // Three for each where sixty pictures a second are drawn; a busy machine draws fewer.
  expect(steps.length).toBeGreaterThan(15);
  expect(steps.filter((step) => !text.startsWith(step))).toEqual([]);
  expect(steps.at(-1)).toBe(text);
});

test("S5 a long answer is, character for character, what the same question gets over HTTP", async () => {
  await using customer = await openCustomer(shop);
  const question = long(6_000, { delta: 2, chars: 12 });
  expect(await customer.answerTo(question)).toBe(await shop.answerOver(question));
});

test("what a customer types is shown at once, then as sent; the assistant's answer is labelled as an AI's", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask("你好");
  expect(await customer.questions.locator(".bubble").textContent()).toBe("你好");
  await customer.panel.locator('.question[data-state="sent"]').waitFor();
  await customer.ended(1);
  expect(await customer.answers.locator(".label").textContent()).toBe("AI 生成");
});

test("S10 the stop button ends the answer upstream, keeps and marks the text, and the next question is answered", async () => {
  await using customer = await openCustomer(shop);
  const mark = "stop-by-button";
  await customer.ask(saying(counted(600), { delta: 20, chars: 5 }, mark));
  await customer.grownTo(30);
  await customer.stopButton.click();
  await customer.panel.locator('[data-turn][data-outcome="stopped"]').waitFor();
  const kept = await customer.lastText.textContent();
  expect(kept?.length).toBeGreaterThanOrEqual(30);
  expect(counted(600).startsWith(kept?.trimEnd() ?? "none")).toBe(true);
  expect(await customer.answers.locator(".ending").textContent()).toContain("已停止。");
  await eventually(async () => (await shop.asked(mark)).map(({ state }) => state)).toEqual(["aborted"]);

  await customer.sendButton.waitFor();
  await customer.ask(saying("好的"));
  await customer.ended(2);
  expect(await customer.lastText.textContent()).toBe("好的");
});

test("S10 Esc stops a running answer and leaves the panel open; the next Esc closes it", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(saying(counted(600), { delta: 20, chars: 5 }));
  await customer.grownTo(20);
  await customer.field.press("Escape");
  await customer.panel.locator('[data-turn][data-outcome="stopped"]').waitFor();
  expect(await customer.panel.isVisible()).toBe(true);
  await customer.field.press("Escape");
  await customer.panel.waitFor({ state: "hidden" });
});

test("A4 what is asked during an answer waits as chips, is answered together after it, and is said once", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(saying(counted(80), { delta: 20, chars: 5 }));
  await customer.grownTo(20);
  await customer.ask("第二个问题");
  await customer.ask(saying("两个都答了"));
  await eventually(() => customer.panel.locator(".chip").count()).toBe(2);
  expect(await customer.questions.count()).toBe(1);
  await customer.ended(2);
  expect(await customer.answers.locator(".text").allTextContents()).toEqual([counted(80), "两个都答了"]);
  expect(await customer.panel.locator(".chip").count()).toBe(0);
  expect(await customer.questions.count()).toBe(3);
});

test("A4 a burst of questions in one moment is asked in order, each once", async () => {
  await using customer = await openCustomer(shop);
  const texts = Array.from({ length: 8 }, (_, at) => `第 ${at} 句`);
  await customer.page.evaluate((all) => {
    for (const text of all) window.Tidegate?.send(text);
  }, texts);
  await eventually(() => customer.questions.locator(".bubble").allTextContents()).toEqual(texts);
  await customer.panel.locator('[data-turn]:not([data-state="ended"])').waitFor({ state: "detached" });
});

test("S11 a second tab shows the same thread and the same partial answer, and what one tab does the other shows", async () => {
  await using customer = await openCustomer(shop);
  await customer.ask(saying(counted(700), { delta: 40, chars: 5 }));
  await customer.grownTo(50);
  const second = await (await openTab(customer)).open();
  await second.grownTo(50);
  expect(await second.answers.getAttribute("data-state")).toBe("streaming");
  await second.stopButton.click();
  for (const tab of [customer, second]) await tab.panel.locator('[data-outcome="stopped"]').waitFor();
  const texts = [await customer.lastText.textContent(), await second.lastText.textContent()];
  expect(texts[0]).toBe(texts[1]);
  expect(counted(700).startsWith(texts[0]?.trimEnd() ?? "none")).toBe(true);

  await second.ask(saying("在另一页问的"));
  await Promise.all([customer.ended(2), second.ended(2)]);
  expect(await customer.lastText.textContent()).toBe("在另一页问的");
  expect(await customer.questions.count()).toBe(2);
  expect(await second.questions.count()).toBe(2);
});

test("two tabs that open at the very same moment, on a slow line, are one guest", async () => {
  await using first = await openVisitor(shop);
  // Each waits half a second for its identity: time enough for the other to ask for one, too.
  await first.context.routeWebSocket(/socket\.io/, (near) => {
    const far = near.connectToServer();
    near.onMessage((frame) => setTimeout(() => far.send(frame), 500));
  });
  await first.visit();
  const second = await openTab(first);
  await Promise.all([first.call("open"), second.call("open")]);
  await Promise.all([first.online(), second.online()]);
  await first.ask(saying("同一位客人"));
  await second.ended(1);
  expect(await second.lastText.textContent()).toBe("同一位客人");
});

test("tables, lists, code and links of an answer are drawn as such", async () => {
  await using customer = await openCustomer(shop);
  const rich =
    "| 商品 | 价格 |\n| --- | ---: |\n| 耳机 | ¥199 |\n\n- 一\n- 二\n\n```js\nlet a = 1;\n```\n\n[链接](https://example.com/a)";
  await customer.ask(saying(rich, { chars: 3 }));
  await customer.ended(1);
  const cells = await customer.lastText.locator("td").allTextContents();
  expect(cells).toEqual(["耳机", "¥199"]);
  expect(await customer.lastText.locator("li").count()).toBe(2);
  expect(await customer.lastText.locator("pre code").textContent()).toContain("let a = 1;");
  expect(await customer.lastText.locator("a").getAttribute("href")).toBe("https://example.com/a");
});

test("the thread follows its end, stays where the reader has scrolled up to, and jumps back on demand", async () => {
  await using customer = await openCustomer(shop);
  const log = customer.panel.locator(".log");
  const toEnd = () => log.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);
  const lines = Array.from({ length: 150 }, (_, at) => `第 ${at} 行\n\n`).join("");
  // So slow that it is still being written when a busy browser has scrolled.
  await customer.ask(saying(lines, { delta: 45, chars: 8 }));
  await customer.grownTo(200);
  expect(await toEnd()).toBeLessThanOrEqual(1);

  await log.hover();
  await customer.page.mouse.wheel(0, -250);
  const jump = customer.panel.getByRole("button", { name: "回到最新消息" });
  await jump.waitFor();
  const top = await log.evaluate((box) => box.scrollTop);
  const { length } = (await customer.lastText.textContent()) ?? "";
  await customer.grownTo(length + 100);
  expect(await log.evaluate((box) => box.scrollTop)).toBe(top);

  await jump.click();
  await jump.waitFor({ state: "detached" });
  expect(await toEnd()).toBeLessThanOrEqual(1);
  await customer.ended(1);
  expect(await toEnd()).toBeLessThanOrEqual(1);
});

test("S4 an answer that breaks off upstream goes on by itself, with no character lost or doubled", async () => {
  await using customer = await openCustomer(shop);
  const question = `${meeting("cut after=12")} ${long(2_000, { delta: 2, chars: 12 })}`;
  const answer = await customer.answerTo(question);
  expect(await customer.answers.getAttribute("data-outcome")).toBe("completed");
  expect(answer).toBe(await shop.answerOver(question));
});
