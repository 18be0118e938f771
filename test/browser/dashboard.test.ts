import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenOf } from "../support/agent.ts";
import { openCustomer } from "../support/customer.ts";
import { generous, openTestServer, type TestServer } from "../support/server.ts";
import { looks, violationsIn } from "./axe.ts";
import { eventually } from "./eventually.ts";
import { openBrowser } from "./shop.ts";
import type { VisitOptions } from "./visitor.ts";

let browser: Browser;
let server: TestServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), openTestServer({ config: generous })]);
});
afterAll(async () => {
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
async function openDashboard(options: VisitOptions = {}): Promise<OperatorPage> {
  const { before: _, ...more } = options;
  const context = await browser.newContext({ locale: "en-US", viewport: desktop, ...more });
  context.setDefaultTimeout(12_000);
  const operator = new OperatorPage(context, await context.newPage());
  const token = await tokenOf({ sub: "mei@shop", role: "operator", name: "Mei" });
  await operator.page.goto(`${server.url}/dashboard#token=${token}`);
  await operator.page.locator(".level").waitFor();
  return operator;
}

test("an operator sees at once which level holds and why, and the line, the answers and the nodes as they are", async () => {
  await using mei = await openDashboard();
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
  await using mei = await openDashboard();
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
  await using mei = await openDashboard();
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
  await page.getByLabel("Minutes").fill("0");
  await mei.button("Pause guests").click();
  expect(await page.locator("dialog").isVisible()).toBe(true);
  await page.getByLabel("Minutes").fill("7");
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

test("figures that stop coming are shown as old, with how old they are, and as live again when they come", async () => {
  await using mei = await openDashboard();
  await mei.page.locator(".pulse").waitFor();
  await mei.context.setOffline(true);
  await mei.page.locator('.link-bar[data-state="stale"]', { hasText: /These figures are \d+\ss old/ }).waitFor();
  expect(await mei.page.locator("main").getAttribute("data-stale")).toBe("true");
  expect(await mei.page.locator(".pulse").count()).toBe(0);
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

test.for(looks)("nothing is inaccessible, and nothing spills, in any state: $look", async ({ look, options }) => {
  await using mei = await openDashboard({ locale: "zh-CN", ...options });
  const { page } = mei;
  const check = async (state: string) => {
    expect.soft(await violationsIn(page), `${look}: ${state}`).toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), state).toBe(0);
  };
  await using customer = await openCustomer(server.url);
  await server.misbehave({ kind: "bad-key", times: 1 });
  await customer.answerTo("[[sim: say Yes.]]");
  await mei.part("troubles").locator("li").first().waitFor();
  await mei.part("charts").locator("summary").first().click();
  await check("live");
  for (const part of ["tier", "line"]) {
    await mei.part(part).locator(".acts .button").first().click();
    await page.locator("dialog").waitFor();
    await check(`dialog of ${part}`);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  await mei.context.setOffline(true);
  await page.locator('.link-bar[data-state="stale"]').waitFor();
  await check("stale");
});
