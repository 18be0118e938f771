import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenOf } from "../support/agent.ts";
import { openCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { violationsIn } from "./axe.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";

let browser: Browser;
let server: TestServer;
/** One operator looks on through all that happens here. */
let mei: OperatorPage;
beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), openTestServer({ config: generous })]);
  mei = await openDashboard();
});
afterAll(async () => {
  await mei[Symbol.asyncDispose]();
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** An operator at the dashboard, with everything recorded that a page must not do. */
class OperatorPage implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("console", (line) => {
      if (line.type() === "error" || line.type() === "warning") this.complaints.push(line.text());
    });
  }

  part(name: string) {
    return this.page.locator(`[data-part="${name}"]`);
  }

  button(name: string) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

const desktop = { width: 1366, height: 900 };

/** Somebody who has come with a link that signs them in, and sees figures. */
async function openDashboard(): Promise<OperatorPage> {
  const context = await browser.newContext({ locale: "en-US", viewport: desktop, reducedMotion: "reduce" });
  context.setDefaultTimeout(12_000);
  const operator = new OperatorPage(context, await context.newPage());
  const token = await tokenOf({ sub: "mei@shop", role: "operator", name: "Mei" });
  await operator.page.goto(`${server.url}/dashboard#token=${token}`);
  await operator.page.locator(".level").waitFor();
  return operator;
}

test("an operator sees at once which level holds and why, and the line, the answers and the nodes as they are", async () => {
  await mei.part("tier").getByText("High").waitFor();
  await mei.part("tier").getByText("It follows the relay.").waitFor();
  expect(mei.page.url()).not.toContain("token");
  await using customer = await openCustomer(server.url);
  await customer.answerTo("[[sim: long chars=400]]");
  await mei
    .part("relay")
    .getByRole("row", { name: /complete/ })
    .waitFor();
  await mei.part("nodes").getByRole("row", { name: /up/ }).waitFor();
  await eventually(() => mei.part("first-token").locator("dd").first().textContent()).toMatch(/ms/);
  const spoken = mei.part("charts").getByRole("img", { name: /^First token\. p50: now \d+ ms, at most/ });
  await spoken.waitFor();
  await mei.part("charts").getByText("As a table").first().click();
  await mei
    .part("charts")
    .getByRole("row", { name: /^now \d/ })
    .waitFor();
  expect(mei.complaints).toEqual([]);
});

test("a key that the relay refuses is named within ten seconds, with what to do, and counted in the title", async () => {
  await using customer = await openCustomer(server.url);
  await server.misbehave({ kind: "bad-key", times: 1 });
  const from = performance.now();
  await customer.answerTo("[[sim: say Yes.]]");
  const trouble = mei.part("troubles").locator('[data-code="bad-key"][data-now="true"]');
  await trouble.getByText("The relay refuses the key (401).").waitFor();
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(await trouble.locator(".todo").textContent()).toContain("ANTHROPIC_API_KEY");
  expect(await mei.page.title()).toMatch(/^\([1-9]\) Tidegate dashboard$/);
  expect(mei.complaints).toEqual([]);
});

test("a level is held after a question, under the operator's name, and let go after another", async () => {
  const { page } = mei;
  await mei.button("Hold a level…").click();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await mei.button("Hold a level…").press("Enter");
  await page.getByRole("radio", { name: /^Medium/ }).check();
  await mei.button("Hold a level").press("Enter");
  await page.locator('.level[data-tier="medium"]').waitFor();
  await mei.part("tier").getByText("Mei holds it.").waitFor();
  await mei.part("audit").getByText("Mei holds the level at Medium").waitFor();
  await mei.button("Let it go…").click();
  await mei.button("Let it go").click();
  await page.locator('.level[data-tier="high"]').waitFor();
  await mei.part("audit").getByText("Mei let the level go").waitFor();
  await mei.button("Pause guests…").click();
  const minutes = page.getByRole("spinbutton", { name: "Minutes" });
  await minutes.fill("0");
  await minutes.press("Enter");
  expect(await page.locator("dialog").isVisible()).toBe(true);
  await minutes.fill("7");
  await mei.button("Pause guests").click();
  await mei
    .part("line")
    .getByText(/Guests are paused for 6\smin \d+\ss more, by Mei/)
    .waitFor();
  await mei.button("Let guests go on…").click();
  await mei.button("Let guests go on").click();
  await mei.part("audit").getByText("Mei let guests go on").waitFor();
  expect(mei.complaints).toEqual([]);
});

test.each([
  ["wide and light", "light", desktop],
  ["narrow and dark", "dark", { width: 360, height: 740 }],
] as const)("nothing is inaccessible, and nothing spills: %s", async (look, colorScheme, viewport) => {
  const { page } = mei;
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
  const check = async (state: string) => {
    expect.soft(await violationsIn(page), `${look}: ${state}`).toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), state).toBe(0);
  };
  await mei.part("troubles").locator("li").first().waitFor();
  await check("live");
  await mei.button("Hold a level…").click();
  await page.locator("dialog").waitFor();
  await check("dialog");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("the other language is spoken at once", async () => {
  await mei.button("中文").click();
  await mei.part("tier").getByText("随中转接口自动调整。").waitFor();
  expect(await mei.page.title()).toContain("运行面板");
  await mei.button("English").click();
  await mei.part("tier").getByText("It follows the relay.").waitFor();
});

test("figures that stop coming are shown as old, with how old they are, and as live again when they come", async () => {
  await mei.page.locator(".pulse").waitFor();
  await mei.context.setOffline(true);
  await mei.page.locator('.link-bar[data-state="stale"]', { hasText: /These figures are \d+\ss old/ }).waitFor();
  expect(await mei.page.locator("main").getAttribute("data-stale")).toBe("true");
  expect(await mei.page.locator(".pulse").count()).toBe(0);
  expect(await violationsIn(mei.page)).toEqual([]);
  await mei.context.setOffline(false);
  await mei.page.locator(".pulse").waitFor();
  await mei.page.locator('.link-bar[data-state="stale"]').waitFor({ state: "detached" });
  expect(await mei.page.locator("main").getAttribute("data-stale")).toBe("false");
});

test("X1 an agent's token is not let in, and the form says why", async () => {
  await using context = await browser.newContext({ locale: "zh-CN", colorScheme: "dark" });
  const page = await context.newPage();
  const token = await tokenOf({ sub: "li@shop", role: "agent" });
  await page.goto(`${server.url}/dashboard#token=${token}`);
  await page.getByText("这个令牌不属于运维").waitFor();
  expect(await violationsIn(page)).toEqual([]);
});
