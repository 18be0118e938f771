import { afterAll, beforeAll, expect, test } from "vitest";
import { saying } from "./asks.ts";
import { openShop, type Shop } from "./shop.ts";
import { openCustomer, openVisitor } from "./visitor.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

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

test("X4 nothing that the widget loads can set HTML", async () => {
  await using customer = await openCustomer(shop);
  await customer.panel.locator(".menu").waitFor();
  const scripts = customer.fetched.filter((url) => /\/(widget|assets\/(widget|extras)-.*)\.js$/.test(url));
  expect(scripts.length).toBe(3);
  for (const url of scripts) {
    expect(await (await fetch(url)).text(), url).not.toMatch(/(inner|outer|adjacent)HTML|DOMParser|document\.write/i);
  }
});
