import { afterAll, beforeAll, expect, test } from "vitest";
import { long, rich, saying } from "./asks.ts";
import { eventually } from "./eventually.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, openVisitor, phone } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

test("what comes while the panel is closed is counted on the launcher and in the title, until it is seen", async () => {
  await using customer = await openCustomer(shop);
  const title = await customer.page.title();
  await customer.ask(saying("读到我", { first: 500 }));
  await customer.panel.getByRole("button", { name: "关闭" }).click();
  const badge = customer.launcher.locator(".unread");
  await badge.waitFor();
  expect(await badge.textContent()).toBe("1");
  expect(await customer.launcher.getAttribute("aria-label")).toBe("在线客服, 1 条未读");
  expect(await customer.page.title()).toBe(`(1) ${title}`);
  expect((await customer.heard()).filter(({ event }) => event === "unread").at(-1)?.detail).toEqual({ count: 1 });
  await customer.launcher.click();
  await badge.waitFor({ state: "hidden" });
  expect(await customer.page.title()).toBe(title);
});

test("an answer that ends while another tab is looked at is told in the title until the reader is back", async () => {
  await using customer = await openCustomer(shop);
  const title = await customer.page.title();
  await customer.ask(saying("在后台", { first: 800 }));
  await customer.away(true);
  await eventually(() => customer.page.title()).toBe(`(1) ${title}`);
  await customer.away(false);
  await eventually(() => customer.page.title()).toBe(title);
  await eventually(() => customer.lastText.textContent()).toBe("在后台");
});

test("an answer can be copied as it was written, and a mark given to it is still there after a reload", async () => {
  await using customer = await openCustomer(shop, { permissions: ["clipboard-read", "clipboard-write"] });
  await customer.ask(saying("**粗体** 与 `代码`"));
  await customer.ended(1);
  await customer.panel.getByRole("button", { name: "复制" }).click();
  await customer.panel.getByRole("button", { name: "已复制" }).waitFor();
  expect(await customer.page.evaluate(() => navigator.clipboard.readText())).toBe("**粗体** 与 `代码`");
  const good = customer.panel.getByRole("button", { name: "有帮助" });
  await good.click();
  await eventually(() => good.getAttribute("aria-pressed")).toBe("true");
  await customer.page.reload();
  await eventually(() => good.getAttribute("aria-pressed")).toBe("true");
});

test("the language of the page is the widget's, and changes at once when the page says so", async () => {
  await using customer = await openCustomer(shop, { locale: "en-US" });
  expect(await customer.field.getAttribute("placeholder")).toBe("Ask a question…");
  await customer.ask(saying("hello", { delta: 20 }));
  await customer.ended(1);
  await customer.call("setLocale", "zh-TW");
  await eventually(() => customer.field.getAttribute("placeholder")).toBe("请输入您的问题…");
  expect(await customer.answers.locator(".label").textContent()).toBe("AI 生成");
  expect(await customer.page.locator("tidegate-widget").getAttribute("lang")).toBe("zh-CN");
  expect(await customer.lastText.textContent()).toBe("hello");
});

test("the appearance follows the system until the page chooses one", async () => {
  await using customer = await openVisitor(shop, { colorScheme: "dark" });
  await (await customer.visit()).open();
  const ground = () => customer.panel.evaluate((panel) => getComputedStyle(panel).backgroundColor);
  expect(await ground()).toBe("rgb(16, 27, 31)");
  await customer.call("setTheme", "light");
  expect(await ground()).toBe("rgb(255, 255, 255)");
});

test("on a phone the panel fills the screen, the page behind it stays still, and all targets are large enough", async () => {
  await using customer = await openCustomer(shop, phone);
  await customer.ask(saying(rich));
  await customer.ended(1);
  // It rises as it opens.
  await eventually(() => customer.panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  expect(await customer.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await customer.page.evaluate(() => document.body.inert)).toBe(true);
  const small = await customer.panel.locator("button").evaluateAll((buttons) =>
    buttons
      .map((button) => ({ name: button.ariaLabel ?? button.textContent, box: button.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < 44)
      .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`),
  );
  expect(small).toEqual([]);
  const fontPx = await customer.field.evaluate((field) => Number.parseFloat(getComputedStyle(field).fontSize));
  expect(fontPx).toBeGreaterThanOrEqual(16);
});

test("a long answer never makes the panel scroll sideways", async () => {
  await using customer = await openCustomer(shop, phone);
  const wide = `${"长".repeat(200)}${"w".repeat(300)}\n\n|${" 列 |".repeat(30)}\n|${"-|".repeat(30)}\n\n\`\`\`\n${"x".repeat(300)}\n\`\`\``;
  await customer.ask(saying(wide));
  await customer.ended(1);
  await customer.ask(long(500));
  await customer.ended(2);
  const spill = await customer.panel.locator(".log").evaluate((log) => log.scrollWidth - log.clientWidth);
  expect(spill).toBe(0);
});
