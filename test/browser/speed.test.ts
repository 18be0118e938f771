import { afterAll, beforeAll, expect, test } from "vitest";
import { saying } from "./asks.ts";
import { type ForeignSite, openForeignSite } from "./foreign-site.ts";
import { openShop, type Shop } from "./shop.ts";
import { openVisitor, type Visitor } from "./visitor.ts";

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

/** A task that blocks a page for longer than this is a long one. */
const longTaskMs = 50;

test("the loader alone cannot make a long task, and fetches nothing but itself", async () => {
  site.show({ head: `<script async src="${shop.url}/widget.js"></script>` });
  // Other work on the machine only adds, so the calmest of three visits tells most of the loader.
  const spentMs = [await loaderMs(), await loaderMs(), await loaderMs()];
  console.log(`the loader: ${spentMs.map((ms) => ms.toFixed(1)).join(", ")} ms of script, the page's own included`);
  expect(Math.min(...spentMs)).toBeGreaterThan(0);
  expect(Math.min(...spentMs)).toBeLessThan(longTaskMs);
});

async function loaderMs(): Promise<number> {
  await using customer = await openVisitor({ browser: shop.browser, url: site.url });
  const scriptMsSpent = await meterScript(customer);
  await customer.visit();
  await customer.launcher.waitFor();
  const fetched = customer.fetched.filter((url) => url.startsWith(shop.url));
  expect(fetched).toEqual([`${shop.url}/widget.js`]);
  // Before the page is closed, which ends the measuring.
  return await scriptMsSpent();
}

const pieces = 5_000;

test(`${pieces} deltas cost the page little script, and every character is there`, async () => {
  await using customer = await openVisitor(shop, { before: splitMark });
  await (await customer.visit()).open();
  const scriptMsSpent = await meterScript(customer);
  await customer.ask(saying("@@@", { chars: 3 }));
  await customer.ended(1);
  const spentMs = await scriptMsSpent();
  console.log(`${pieces} deltas: ${spentMs.toFixed(0)} ms of script`);
  expect((await customer.lastText.textContent())?.replaceAll(/\s/g, "").length).toBe(pieces * 2);
  expect(spentMs).toBeLessThan(2_000);
});

/** What the page has spent on scripts since this was called. */
async function meterScript({ context, page }: Visitor): Promise<() => Promise<number>> {
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "ScriptDuration")?.value ?? 0) * 1_000;
  };
  const before = await read();
  return async () => (await read()) - before;
}

/** Runs in the page: what comes over the wire as one piece with a mark arrives as 5,000 pieces, fifty at a time. */
function splitMark(): void {
  const piece = "**三字** ";
  window.WebSocket = class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      const tell = (data: string) => this.dispatchEvent(new MessageEvent("message", { data }));
      const held: string[] = [];
      let left = 5_000;
      const next = (delta: string) => {
        for (let at = 0; at < 50; at++, left--) {
          const offset = (5_000 - left) * piece.length;
          tell(delta.replace('"offset":0', `"offset":${offset}`).replace("@@@", piece));
        }
        if (left > 0) setTimeout(() => next(delta));
        else for (const later of held.splice(0)) tell(whole(later));
      };
      const whole = (data: string) => data.replaceAll('"text":"@@@"', `"text":"${piece.repeat(5_000)}"`);
      this.addEventListener("message", (event) => {
        const data = String(event.data);
        if (!event.isTrusted || !data.includes('"text":"@@@"')) return;
        event.stopImmediatePropagation();
        if (data.includes("turn:delta")) next(data);
        else if (left > 0) held.push(data);
        else tell(whole(data));
      });
    }
  };
}
