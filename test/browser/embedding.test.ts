import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { counted, saying } from "./asks.ts";
import { eventually } from "./eventually.ts";
import { type ForeignSite, openForeignSite } from "./foreign-site.ts";
import { openServer, openShop, type Shop, secret } from "./shop.ts";
import { openCustomer, openVisitor, visit } from "./visitor.ts";

let shop: Shop;
let site: ForeignSite;
beforeAll(async () => {
  site = await openForeignSite();
  shop = await openShop({ ALLOWED_ORIGINS: site.url });
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

test("where storage throws the widget works, and forgets with the page", async () => {
  const forbidStorage = () => {
    for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      });
  };
  await using customer = await openCustomer(shop, { before: forbidStorage });
  await customer.ask(saying("没有存储也能用"));
  await customer.ended(1);
  expect(await customer.lastText.textContent()).toBe("没有存储也能用");
  await customer.page.reload();
  await customer.open();
  expect(await customer.answers.count()).toBe(0);
  expect(customer.complaints).toEqual([]);
});

test("a page of another origin with the documented policy embeds the widget", async () => {
  await using customer = await openVisitor({ browser: shop.browser, url: site.url });
  site.show({ policy: documentedPolicy(shop.url), head: tag(shop.url) });
  await (await customer.visit()).open();
  await customer.ask(saying(counted(40)));
  await customer.ended(1);
  expect(await customer.lastText.textContent()).toBe(counted(40));
  expect(customer.complaints).toEqual([]);
  expect(customer.fetched.filter((url) => !url.startsWith(shop.url) && !url.startsWith(site.url))).toEqual([]);
});

test("X2 a page that may not connect is told so in words", async () => {
  await using strict = await openServer({ AUTH_SECRET: secret });
  await using customer = await openVisitor({ browser: shop.browser, url: site.url });
  site.show({ head: tag(strict.said) });
  await customer.visit();
  await customer.launcher.click();
  await customer.panel.locator('.link-bar[data-state="refused"]').waitFor();
  expect(await customer.panel.locator(".link-bar").textContent()).toContain("本网站尚未获准使用客服");
});

test("a page's own rules do not reach into the widget, however loud they are", async () => {
  await using customer = await openVisitor({ browser: shop.browser, url: site.url });
  const rules =
    "*{all:unset!important;font-size:40px!important;color:red!important}div{display:none!important}" +
    "tidegate-widget{display:none!important;position:static!important;visibility:hidden!important;opacity:0!important}";
  site.show({ head: `<style>${rules}</style>${tag(shop.url)}` });
  await (await customer.visit()).open();
  await customer.ask(saying("正常"));
  await customer.ended(1);
  expect(await customer.lastText.isVisible()).toBe(true);
  const looks = await customer.lastText.evaluate((text) => {
    const { fontSize, color } = getComputedStyle(text);
    return { fontSize, color };
  });
  expect(looks).toEqual({ fontSize: "15px", color: "rgb(18, 38, 43)" });
  const box = await customer.panel.boundingBox();
  expect(box).toMatchObject({ width: 400 });
  expect((box?.x ?? 0) + 400).toBeGreaterThan(1_200);
});

test("two script tags, one of them in the head, are one widget", async () => {
  await using customer = await openVisitor({ browser: shop.browser, url: site.url });
  site.show({ head: tag(shop.url, "async"), body: tag(shop.url) });
  await (await customer.visit()).open();
  expect(await customer.page.locator("tidegate-widget").count()).toBe(1);
  expect(customer.complaints).toEqual([]);
});

test("calls that are made before the widget has loaded are kept, in order", async () => {
  await using customer = await visit(shop);
  await customer.page.evaluate((question) => {
    window.Tidegate?.setLocale("en");
    window.Tidegate?.send(question);
  }, saying("early"));
  await customer.ended(1);
  expect(await customer.panel.getAttribute("aria-label")).toBe("Support");
  expect((await customer.heard()).map(({ event }) => event)).toEqual(["ready", "opened", "message", "ended"]);
  await customer.call("destroy");
  await customer.page.locator("tidegate-widget").waitFor({ state: "detached" });
  expect(await customer.page.evaluate(() => typeof window.Tidegate)).toBe("undefined");
});

test("X1 a customer who signs in goes on under the shop's token, and is forgotten on log-out", async () => {
  const token = await new SignJWT({ sub: "c-17", class: "vip" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(secret));
  await using first = await openCustomer(shop);
  await first.ask(saying("访客的问题"));
  await first.ended(1);
  await first.call("identify", token);
  await eventually(() => first.answers.count()).toBe(0);
  await first.online();
  await first.ask(saying("会员的回答"));
  await first.ended(1);

  await using elsewhere = await openCustomer(shop);
  await elsewhere.call("identify", token);
  await eventually(() => elsewhere.lastText.allTextContents()).toEqual(["会员的回答"]);

  await first.call("reset");
  await first.panel.waitFor({ state: "hidden" });
  await first.open();
  expect(await first.answers.count()).toBe(0);
});

test("X1 a token that is not the shop's is refused in words", async () => {
  await using customer = await openCustomer(shop);
  await customer.call("identify", "not.a.token");
  await customer.panel.locator('.link-bar[data-state="refused"]').waitFor();
  expect(await customer.panel.locator(".link-bar").textContent()).toContain("登录状态无效");
});

const tag = (server: string, how = "defer") => `<script ${how} src="${server}/widget.js" data-lang="zh-CN"></script>`;

/** The lines of docs/widget.md, and for the rest the strictest that there is. */
const documentedPolicy = (server: string) =>
  `default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; script-src ${server}; ` +
  `connect-src ${server} ${server.replace(/^http/, "ws")};`;
