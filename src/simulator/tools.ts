import { topicsOf } from "./answers/answer.ts";
import type { Ask } from "./ask.ts";
import type { Tool, ToolChoice } from "./request.ts";
import { bestCoupon, type Product } from "./shop.ts";

/** A tool the model wants to run; `json` is the input as it will be streamed. */
export interface ToolCall {
  readonly name: string;
  readonly json: string;
}

type Purpose = "order" | "deal" | "product";
type Schema = { readonly [key: string]: unknown };

const maxCalls = 4;
const purposes: readonly (readonly [Purpose, RegExp])[] = [
  ["deal", /discount|coupon|promo|best_price|优惠/i],
  ["order", /order|logistic|shipment|track|parcel|订单/i],
  ["product", /product|catalog|search|item|goods|stock|商品/i],
];

/** The tools a question calls for, as far as `tool_choice` permits; several run in parallel. */
export function chooseCalls(ask: Ask, tools: readonly Tool[], choice: ToolChoice | null | undefined): ToolCall[] {
  if (choice?.type === "none" || tools.length === 0) return [];
  const calls = choice?.type === "tool" ? forced(ask, tools, choice.name) : wanted(ask, tools);
  const must = choice?.type === "any" && calls.length === 0 ? forced(ask, tools, tools[0]?.name ?? "") : calls;
  return must.slice(0, choice?.disable_parallel_tool_use ? 1 : maxCalls);
}

function wanted(ask: Ask, tools: readonly Tool[]): ToolCall[] {
  const topics = topicsOf(ask);
  return tools.flatMap((tool) => {
    const purpose = purposeOf(tool);
    return purpose !== undefined && topics.includes(purpose) ? callsFor(ask, tool, purpose) : [];
  });
}

function forced(ask: Ask, tools: readonly Tool[], name: string): ToolCall[] {
  return tools
    .filter((tool) => tool.name === name)
    .map((tool) => ({ name, json: inputJson(ask, tool, ask.orderNumbers[0]) }));
}

function purposeOf(tool: Tool): Purpose | undefined {
  const byName = purposes.find(([, match]) => match.test(tool.name));
  return (byName ?? purposes.find(([, match]) => match.test(tool.description ?? "")))?.[0];
}

/** One call for each order number; no call when the number is required and nobody said it. */
function callsFor(ask: Ask, tool: Tool, purpose: Purpose): ToolCall[] {
  if (purpose !== "order") return [{ name: tool.name, json: inputJson(ask, tool, ask.orderNumbers[0]) }];
  const needsNumber = (tool.input_schema.required ?? []).length > 0;
  if (ask.orderNumbers.length === 0) return needsNumber ? [] : [{ name: tool.name, json: inputJson(ask, tool) }];
  return ask.orderNumbers.map((number) => ({ name: tool.name, json: inputJson(ask, tool, number) }));
}

function inputJson(ask: Ask, tool: Tool, orderNumber?: string): string {
  const required = new Set(tool.input_schema.required ?? []);
  const fields = Object.entries(tool.input_schema.properties ?? {}).flatMap(([name, schema]) => {
    const value = known(name, schema, ask, orderNumber) ?? (required.has(name) ? filler(schema, ask) : undefined);
    return value === undefined ? [] : [[name, value]];
  });
  return JSON.stringify(Object.fromEntries(fields));
}

/** What the conversation says about a field, found by the field's name. */
function known(name: string, schema: Schema, ask: Ask, orderNumber?: string): unknown {
  if (/order|tracking/i.test(name)) return orderNumber;
  if (/quer|keyword|search|text|^q$|name/i.test(name)) return searchWords(ask);
  if (/amount|total|subtotal/i.test(name)) return inUnit(name, ask.amountsYuan.at(0));
  if (/sku|items|cart|product/i.test(name)) return skusFor(schema, ask);
  if (/coupon|code/i.test(name)) return bestCoupon(Math.max(0, ...ask.amountsYuan))?.code;
  return undefined;
}

function inUnit(name: string, amountYuan: number | undefined): number | undefined {
  return amountYuan !== undefined && /cent|fen/i.test(name) ? Math.round(amountYuan * 100) : amountYuan;
}

function searchWords({ products, text, language }: Ask): string {
  return products[0]?.name[language] ?? text.replace(/\s+/g, " ").trim().slice(0, 60);
}

function skusFor(schema: Schema, ask: Ask): unknown {
  const skus = ask.products.map((product) => product.sku);
  if (skus.length === 0) return undefined;
  if (schema["type"] !== "array") return schema["type"] === "string" ? skus[0] : undefined;
  const items = asSchema(schema["items"]);
  return items["type"] === "object"
    ? ask.products.map((product) => filledItem(items, product.sku, countOf(product, ask.text)))
    : skus;
}

function filledItem(items: Schema, sku: string, count: number): Schema {
  const names = Object.entries(asSchema(items["properties"]));
  return Object.fromEntries(names.map(([name, schema]) => [name, asSchema(schema)["type"] === "string" ? sku : count]));
}

const words = "一 二 三 四 五 六 七 八 九 十".split(" ");
const counted = /(\d{1,2}|[一二两三四五六七八九十]|\b(?:two|three|four|five)\b)[^\d，。,;；、和]{0,8}$/i;

/** How many of a product the question names: “两个睡袋”, “two tents”; one where it says nothing. */
function countOf({ match }: Product, text: string): number {
  const before = text.slice(0, Math.max(0, text.search(match)));
  const said = counted.exec(before)?.[1]?.toLowerCase();
  if (said === undefined) return 1;
  const english = ["two", "three", "four", "five"].indexOf(said);
  const chinese = words.indexOf(said === "两" ? "二" : said);
  return english >= 0 ? english + 2 : chinese >= 0 ? chinese + 1 : Math.max(1, Number(said));
}

/** A value of the right type for a required field nobody spoke of. */
function filler(schema: Schema, ask: Ask): unknown {
  const options = schema["enum"];
  if (Array.isArray(options)) return options[0];
  switch (schema["type"]) {
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return searchWords(ask);
  }
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
