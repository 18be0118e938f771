import { products, shopUrl } from "../../src/simulator/shop.ts";
import { type Family, families, type Make, type Size } from "./catalogue-families.ts";

/** What the pages show and the simulator knows comes first, with words that people use for it. */
const shown: Record<string, readonly [categories: readonly string[], keywords: string]> = {
  "tent-2p": [["camp", "tents"], "露营 野营 帐蓬 camping shelter two"],
  "sleeping-bag-5c": [["camp", "sleeping"], "露营 sleepingbag"],
  lantern: [["camp", "lighting"], "营地灯 照明 lamp light"],
  "jacket-storm": [["wear", "clothing"], "外套 夹克 防风 shell coat raincoat"],
  "boots-trail": [["wear", "footwear"], "鞋子 登山鞋 靴子 hiking shoes"],
  "backpack-40l": [["wear", "packs"], "书包 双肩包 登山包 rucksack"],
  "mug-wave": [["home", "drinkware"], "杯子 水杯 cup flask coffee"],
  "duvet-cloud": [["home", "bedding"], "被子 棉被 quilt comforter"],
  "kettle-1l": [["camp", "cooking"], "烧水壶 茶壶 teapot"],
};

/** The demo shop's catalogue, the same in every run. */
export function catalogue() {
  return { currency: "CNY", products: [...products.map(fromSimulator), ...families.flatMap(fromFamily)] };
}

function fromSimulator({ sku, name, note, priceYuan, stock }: (typeof products)[number]) {
  const [categories = [], keywords = ""] = shown[sku] ?? [];
  return { sku, name, description: note, categories, keywords, priceCents: priceYuan * 100, stock, url: urlOf(sku) };
}

function fromFamily(family: Family) {
  return family.makes.flatMap((make) => family.sizes.map((size) => productOf(family, make, size)));
}

function productOf(family: Family, make: Make, size: Size) {
  const [makeSku, makeZh, makeEn, percent, makeNoteZh, makeNoteEn] = make;
  const [sizeSku, sizeZh, sizeEn, yuan, sizeNoteZh, sizeNoteEn] = size;
  const sku = `${family.sku}-${makeSku}-${sizeSku}`;
  return {
    sku,
    name: {
      zh: spaced(makeZh, sizeZh, family.zh),
      en: /^(for|with) /.test(sizeEn) ? `${makeEn} ${family.en} ${sizeEn}` : `${makeEn} ${sizeEn} ${family.en}`,
    },
    description: { zh: `${sizeNoteZh}；${makeNoteZh}`, en: `${sizeNoteEn}; ${makeNoteEn}` },
    categories: family.categories,
    keywords: family.keywords,
    priceCents: (Math.round((yuan * percent) / 1_000) * 10 - 1) * 100,
    stock: stockOf(sku),
    url: urlOf(sku),
  };
}

/** Chinese words are joined, with a space beside Latin letters and digits. */
function spaced(...words: readonly string[]): string {
  return words
    .join("")
    .replace(/(\p{Script=Han})([\d\w−])/gu, "$1 $2")
    .replace(/([\w℃])(\p{Script=Han})/gu, "$1 $2");
}

function urlOf(sku: string): string {
  return `${shopUrl}/p/${sku}`;
}

/** From 0, for one in about twenty, to 240; the same for a sku in every run. */
function stockOf(sku: string): number {
  let hash = 7;
  for (const letter of sku) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 10_007;
  return hash % 20 === 0 ? 0 : 3 + (hash % 238);
}
