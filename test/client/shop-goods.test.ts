import { expect, test } from "vitest";
import { goods } from "../../client/shop/goods.ts";
import { readCatalogue } from "../../src/engines/shop/demo-data.ts";

test("what the demo page shows is in the catalogue that the assistant looks through, under the same name and price", () => {
  const { products } = readCatalogue();
  const shown = goods.map(({ sku, name, priceYuan, soldOut = false }) => [sku, name, priceYuan * 100, soldOut]);
  const known = goods
    .flatMap(({ sku }) => products.find((product) => product.sku === sku) ?? [])
    .map(({ sku, name, priceCents, stock }) => [sku, name, priceCents, stock === 0]);
  expect(known).toEqual(shown);
});
