import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { shopSchemas } from "../../src/engines/shop/shop-api.ts";

const document = parse(readFileSync(join(import.meta.dirname, "../../docs/shop-api.openapi.yaml"), "utf8"));

/** A JSON schema without what is said for people, and without the long pattern of a date that `format` says as well. */
function bare(value: unknown, insideProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => bare(one));
  if (typeof value !== "object" || value === null) return value;
  const dated = "format" in value && value.format === "date-time";
  const told = Object.entries(value).filter(
    ([name]) => insideProperties || !(/^(description|\$schema|\$id)$/.test(name) || (dated && name === "pattern")),
  );
  return Object.fromEntries(told.map(([name, one]) => [name, bare(one, !insideProperties && name === "properties")]));
}

function schemasOfTheCode(): unknown {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(shopSchemas)) registry.add(schema, { id });
  return z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` }).schemas;
}

test("the shop's OpenAPI document and the schemas that answers are checked with are the same, field by field", () => {
  expect(bare(document.components.schemas)).toEqual(bare(schemasOfTheCode()));
  expect(bare(document.components.schemas)).toHaveProperty("Product.properties.description");
});

test("every reference in the document leads somewhere", () => {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
  const lost = [...references].filter(
    ([, path = ""]) => path.split("/").reduce((place, step) => place?.[step], document) === undefined,
  );
  expect(lost).toEqual([]);
  expect(document.openapi).toMatch(/^3\.1\./);
});

test("each look-up of the interface is one operation of the document", () => {
  const operations = Object.values<{ get: { operationId: string } }>(document.paths).map(({ get }) => get.operationId);
  expect(operations.toSorted()).toEqual(["findProducts", "getOrder", "ordersOf", "products", "promotions"]);
});
