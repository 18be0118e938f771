import type { Ask } from "../ask.ts";
import { products as catalogue, type Language, type Product, productLink } from "../shop.ts";

const suggested = 3;

/** Products that fit the question: one in a paragraph, several in a table. */
export function answerProduct(ask: Ask): string {
  const found = ask.products.length > 0 ? ask.products : catalogue.slice(0, suggested);
  const [only] = found;
  return found.length === 1 && only !== undefined ? one(only, ask) : several(found, ask);
}

function one(product: Product, { language }: Ask): string {
  return language === "zh"
    ? `推荐您看看 **${productLink(product, language)}**：\n\n- 价格：**¥${product.priceYuan}**\n- 特点：${product.note.zh}\n- 库存：${stock(product, language)}\n\n想了解尺寸、颜色或者搭配优惠，都可以问我。`
    : `Have a look at **${productLink(product, language)}**:\n\n- Price: **¥${product.priceYuan}**\n- Details: ${product.note.en}\n- Stock: ${stock(product, language)}\n\nAsk me about sizes, colours or the best discount.`;
}

function several(found: readonly Product[], { language }: Ask): string {
  const [opening, head, ending] =
    language === "zh"
      ? ["为您挑了几款：", "| 商品 | 价格 | 特点 | 库存 |", "您主要在什么场景用、预算大概多少？我可以帮您再缩小范围。"]
      : [
          "Here are some that fit:",
          "| Product | Price | Details | Stock |",
          "What will you use it for, and what is your budget? I can narrow it down.",
        ];
  return [
    opening,
    "",
    head,
    "| --- | --- | --- | --- |",
    ...found.map((product) => row(product, language)),
    "",
    ending,
  ].join("\n");
}

function row(product: Product, language: Language): string {
  return `| ${productLink(product, language)} | ¥${product.priceYuan} | ${product.note[language]} | ${stock(product, language)} |`;
}

function stock({ stock }: Product, language: Language): string {
  if (stock === 0) return language === "zh" ? "暂时缺货，预计 3 天内补货" : "sold out, back in about 3 days";
  if (stock < 20) return language === "zh" ? `仅剩 ${stock} 件` : `only ${stock} left`;
  return language === "zh" ? "现货" : "in stock";
}
