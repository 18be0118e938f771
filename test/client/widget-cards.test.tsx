// @vitest-environment jsdom
import { render } from "preact";
import { describe, expect, test } from "vitest";
import { Cards } from "../../client/widget/extras/cards.tsx";
import { money } from "../../client/widget/extras/money.ts";
import { safeUrl } from "../../client/widget/extras/plain.ts";
import { words as more } from "../../client/widget/extras/words/en.ts";
import type { View } from "../../client/widget/view.ts";
import { words } from "../../client/widget/words/en.ts";
import type { Card } from "../../src/contract/shapes.ts";

const product = { kind: "product", sku: "t", name: "Tent", priceCents: 129_900, currency: "CNY" } as const;
const order: Card = {
  kind: "order",
  number: "TS1",
  state: "on its way",
  totalCents: 149_800,
  currency: "CNY",
  lines: [{ name: "Tent", quantity: 2 }],
  steps: [
    { at: 1_000, what: "packed" },
    { at: 2_000, what: "in Shanghai" },
  ],
};
const discount: Card = {
  kind: "discount",
  currency: "CNY",
  beforeCents: 50_000,
  totalCents: 44_900,
  steps: [
    { what: "Autumn sale", offCents: 5_000, leftCents: 45_000 },
    { what: "Coupon", code: "SEA1", offCents: 100, leftCents: 44_900 },
  ],
};

/** CAST: cards ask a view for its words alone, and a test may hand them what the contract does not allow. */
function show(...cards: readonly unknown[]): HTMLElement {
  const page = document.createElement("div");
  render(<Cards view={{ words } as View} more={more} cards={cards as Card[]} />, page);
  return page;
}

describe("money", () => {
  test.each([
    [129_900, "CNY", "zh-CN", "¥1,299.00"],
    [129_905, "USD", "en", "$1,299.05"],
    [1_299, "JPY", "en", "¥1,299"],
    [-5_001, "CNY", "en", "-¥50.01"],
    [1_000_000_000_000, "CNY", "en", "¥10,000,000,000.00"],
    [150, "no currency", "en", "1.50 no currency"],
  ])("%i of %s in %s is %s", (cents, currency, locale, written) => {
    expect(money(cents, currency, locale)).toBe(written);
  });
});

describe("addresses on cards", () => {
  test.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:image/svg+xml,<svg/onload=alert(1)>",
    "blob:https://a.example/1",
    "file:///etc/passwd",
    "//a.example/x",
    "x",
    "",
    undefined,
  ])("%s is none", (address) => expect(safeUrl(address, ["https:", "http:"])).toBeUndefined());

  test("a picture comes over HTTPS, without telling where it is shown, and only when it is looked at", () => {
    const image = show({ ...product, imageUrl: "https://img.example/t.png" }).querySelector("img");
    expect(image?.src).toBe("https://img.example/t.png");
    expect(image?.getAttribute("referrerpolicy")).toBe("no-referrer");
    expect(image?.getAttribute("loading")).toBe("lazy");
    expect(show({ ...product, imageUrl: "http://img.example/t.png" }).querySelector("img")).toBeNull();
  });

  test("a link opens elsewhere and gives nothing away", () => {
    const link = show({ ...product, url: "https://shop.example/t" }).querySelector("a");
    expect(link?.href).toBe("https://shop.example/t");
    expect(link?.target).toBe("_blank");
    expect(link?.rel).toBe("noopener noreferrer");
    expect(show({ ...product, url: "javascript:alert(1)" }).querySelector("a")).toBeNull();
  });
});

describe("cards", () => {
  test("a product says what it costs and whether it can be had", () => {
    expect(show(product).textContent).toBe("Tent¥1,299.00");
    expect(show({ ...product, stock: 0 }).textContent).toContain("Out of stock");
    expect(show({ ...product, stock: 3 }).textContent).toContain("Only 3 left");
    expect(show({ ...product, stock: 10 }).textContent).toContain("In stock");
  });

  test("an order shows its newest step, and the way there, newest first, once it is unfolded", () => {
    const way = show(order).querySelector<HTMLDetailsElement>("details.way");
    expect(way?.open).toBe(false);
    expect(way?.querySelector("summary")?.textContent).toContain("in Shanghai");
    expect([...(way?.querySelectorAll("li span") ?? [])].map((step) => step.textContent)).toEqual([
      "in Shanghai",
      "packed",
    ]);
    expect(way?.querySelectorAll("time")).toHaveLength(2);
    expect(show({ ...order, steps: [] }).querySelector("details")).toBeNull();
  });

  test("a discount is arithmetic: each line takes off and says what is left", () => {
    const rows = [...show(discount).querySelectorAll("tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent?.trim()),
    );
    expect(rows).toEqual([
      ["Before", "", "¥500.00"],
      ["Autumn sale", "-¥50.00", "¥450.00"],
      ["Coupon SEA1", "-¥1.00", "¥449.00"],
      ["To pay You save ¥51.00", "¥449.00"],
    ]);
  });

  test("more than three are folded", () => {
    const page = show(...Array.from({ length: 5 }, (_, at) => ({ ...product, sku: `${at}` })));
    expect(page.querySelectorAll(".cards > .card")).toHaveLength(3);
    expect(page.querySelectorAll("details .card")).toHaveLength(2);
    expect(page.querySelector("summary")?.textContent).toBe("2 more");
  });

  test("what is no card is left out and takes nothing with it", () => {
    const page = show(null, { kind: "order" }, { kind: "from the future" }, product, "x", { ...product, name: 7 });
    expect(page.querySelectorAll(".card")).toHaveLength(1);
    expect(show({ kind: "order" }).textContent).toBe("");
  });

  test("X4 labels are text, and cannot turn the writing around a price around", () => {
    const evil = '<img src=x onerror="alert(1)">\u202e00.1¥\u2066';
    const page = show({ ...product, name: evil, note: evil }, { ...order, number: evil, state: evil });
    expect(page.querySelectorAll("img, script")).toHaveLength(0);
    expect(page.textContent).toContain("<img src=x");
    expect(page.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});
