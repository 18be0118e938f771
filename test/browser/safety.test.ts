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

const evil = "https://evil.example/x";
const spellings = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  " javascript:alert(1)",
  "\u0001javascript:alert(1)",
  "javascript&colon;alert(1)",
  "&#106;avascript:alert(1)",
  "&#x6A;avascript&#58;alert(1)",
  "javascript%3Aalert(1)",
  "vbscript:msgbox(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "blob:https://evil.example/1",
  "file:///etc/passwd",
];

const hostile: Record<string, string> = {
  "script tags": `<script>alert(1)</script><SCRIPT SRC=${evil}></SCRIPT><script\n>alert(1)</script\n>`,
  "event handlers":
    "<img src=x onerror=alert(1)><svg/onload=alert(1)><body onload=alert(1)><details open ontoggle=alert(1)>",
  frames: `<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=${evil}></object><embed src=${evil}>`,
  styles: `<style>*{background:url(${evil})}</style><link rel=stylesheet href=${evil}><base href=${evil}>`,
  forms: `<form action=${evil}><button>x</button></form><meta http-equiv=refresh content="0;url=${evil}">`,
  images: `![a](${evil}.png) ![](data:image/svg+xml,<svg onload=alert(1)>) ![x][r]\n\n[r]: ${evil}.gif`,
  "links in all spellings": spellings.map((url, at) => `[l${at}](${url}) <${url}>`).join("\n\n"),
  "unfinished markdown": "**bold *both `code [link](https://a.example/ ![i](\n\n| a | b |\n| - |\n\n```js\nalert(1)",
  "a huge table": `|${" a |".repeat(60)}\n|${"-|".repeat(60)}\n${`|${" b |".repeat(60)}\n`.repeat(5)}`,
  "writing turned around":
    "\u202egnp.exe\u202c \u2066\u2067\u200f[\u202etxt](https://a.example/\u202e)\u2069 \u0000\u200b\ufeff",
  "deep nesting": `${"> ".repeat(300)}x\n\n${"- ".repeat(300)}y\n\n${"[".repeat(500)}z${"](a)".repeat(100)}`,
};

/** What may stand in an answer; everything else is a hole. */
const harmless =
  "p br strong em del code pre a ul ol li h3 h4 h5 h6 blockquote hr table thead tbody tr th td div span input".split(
    " ",
  );

test.for(Object.entries(hostile))("X4 an answer full of %s does nothing and fetches nothing", async ([, text]) => {
  await using customer = await openCustomer(shop);
  await customer.ask(saying(text, { chars: 7 }));
  await customer.ended(1);
  const found = await customer.lastText.evaluate((root) => {
    const elements = [...root.querySelectorAll("*")];
    return {
      names: [...new Set(elements.map(({ localName }) => localName))],
      handlers: elements.flatMap((element) => element.getAttributeNames().filter((name) => /^on|src|style/.test(name))),
      links: [...root.querySelectorAll("a")].map(({ protocol, rel, target }) => ({ protocol, rel, target })),
    };
  });
  expect(found.names.filter((name) => !harmless.includes(name))).toEqual([]);
  expect(found.handlers).toEqual([]);
  for (const { protocol, rel, target } of found.links) {
    expect(["https:", "http:", "mailto:", "tel:"]).toContain(protocol);
    expect(rel).toContain("noopener");
    expect(target).toBe("_blank");
  }
  expect(customer.complaints).toEqual([]);
  expect(customer.fetched.filter((url) => !url.startsWith(shop.url))).toEqual([]);
  await customer.ask(saying("仍然正常"));
  await customer.ended(2);
  expect(await customer.lastText.textContent()).toBe("仍然正常");
});

test("X4 what a customer writes is text, too", async () => {
  await using customer = await openCustomer(shop);
  const text = "<img src=x onerror=alert(1)><script>alert(1)</script> **b**";
  await customer.ask(text);
  expect(await customer.panel.locator(".bubble").textContent()).toBe(text);
  await customer.ended(1);
  expect(customer.complaints).toEqual([]);
});

test("20 KB of the worst markdown do not hold up the page", async () => {
  await using customer = await openVisitor(shop);
  await customer.context.addInitScript(multiplyMark);
  await (await customer.visit()).open();
  await customer.ask(saying("@@@", { chars: 3 }));
  await customer.ended(1);
  expect((await customer.lastText.textContent())?.length).toBeGreaterThan(15_000);
  const longest = await customer.page.evaluate(() => Math.max(0, ...window.tasks));
  expect(longest).toBeLessThan(1_000);
  expect(customer.complaints).toEqual([]);
});

declare global {
  interface Window {
    tasks: number[];
  }
}

/** Runs in the page: in all that comes over the wire a mark stands for 20 KB of emphasis that never closes. */
function multiplyMark(): void {
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration);
  }).observe({ type: "longtask" });
  const worst = "**a ".repeat(5_000);
  window.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.addEventListener("message", (event) => {
        const data = String(event.data);
        // Only the server's words, not the question that comes back.
        if (!/"turn:(delta|ended)"/.test(data) || !data.includes('"text":"@@@"')) return;
        event.stopImmediatePropagation();
        const multiplied = data.replaceAll('"text":"@@@"', `"text":"${worst}"`);
        this.dispatchEvent(new MessageEvent("message", { data: multiplied }));
      });
    }
  };
}

test("X4 the front page runs under the server's policy without a violation, in both appearances and languages", async () => {
  for (const [locale, colorScheme] of [
    ["zh-CN", "dark"],
    ["en-US", "light"],
  ] as const) {
    await using customer = await openVisitor(shop, { locale, colorScheme });
    const response = await customer.page.goto(shop.url);
    const policy = response?.headers()["content-security-policy"];
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    await customer.open();
    await customer.ask(saying("**好**"));
    await customer.ended(1);
    expect(customer.complaints).toEqual([]);
  }
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
  expect((await customer.heard()).map(({ event }) => event)).toEqual(["ready", "open", "message", "ended"]);
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
