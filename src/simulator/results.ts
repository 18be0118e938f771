import type { ToolResult } from "./conversation.ts";
import type { Language } from "./shop.ts";
import { toldOf } from "./told.ts";

type Fields = { readonly [key: string]: unknown };

const maxRows = 6;
const maxColumns = 5;

/** Tells in words what the tools found. It reads any JSON, and quotes what is not JSON. */
export function writeResults(results: readonly ToolResult[], language: Language): string {
  const parts = results.map((result) => (result.isError ? apology(result, language) : tell(result, language)));
  const ending = language === "zh" ? "还有什么想了解的，随时告诉我 😊" : "Let me know if there is anything else 😊";
  return [...parts, ending].join("\n\n");
}

function apology({ text }: ToolResult, language: Language): string {
  const reason = text.trim().slice(0, 120);
  return language === "zh"
    ? `抱歉，这一项暂时没有查到${reason === "" ? "" : `（${reason}）`}。您可以核对一下信息再发给我，或者选择**转人工**。`
    : `I am sorry, I could not look that up${reason === "" ? "" : ` (${reason})`}. Please check the details, or ask for **a person**.`;
}

function tell({ text }: ToolResult, language: Language): string {
  const value = parse(text);
  const told = toldOf(value, language);
  if (told !== undefined) return told;
  const lead = language === "zh" ? "帮您查到了：" : "Here is what I found:";
  const body = render(unwrap(value), language);
  return body === "" ? nothing(language) : `${lead}\n\n${body}`;
}

function nothing(language: Language): string {
  return language === "zh"
    ? "没有查到符合的内容，方便换个说法或者多给一点信息吗？"
    : "Nothing matched. Could you put it differently or tell me a little more?";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Tools may answer in plain words; these are told as they are.
    return text;
  }
}

/** An object that only holds a list, such as `{ "products": [...] }`, is that list. */
function unwrap(value: unknown): unknown {
  if (!isFields(value)) return value;
  const lists = Object.values(value).filter((field) => Array.isArray(field) && field.every(isFields));
  return lists.length === 1 && Object.keys(value).length <= 2 ? lists[0] : value;
}

function render(value: unknown, language: Language): string {
  if (Array.isArray(value)) return value.every(isFields) ? table(value, language) : bullets(value);
  if (isFields(value)) return describe(value, language);
  return value === null || value === undefined ? "" : String(value);
}

function table(rows: readonly Fields[], language: Language): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0] ?? {})
    .filter((key) => !/url|link|image|^id$/i.test(key))
    .slice(0, maxColumns);
  const head = [`| ${columns.map((key) => label(key, language)).join(" | ")} |`, `|${" --- |".repeat(columns.length)}`];
  const body = rows.slice(0, maxRows).map((row) => `| ${columns.map((key) => cell(row, key)).join(" | ")} |`);
  return [...head, ...body].join("\n");
}

function cell(row: Fields, key: string): string {
  const url = row["url"] ?? row["link"];
  const text = scalar(row[key], key).replaceAll("|", "\\|").replaceAll("\n", " ");
  return /name|title/i.test(key) && typeof url === "string" ? `[${text}](${url})` : text;
}

function describe(fields: Fields, language: Language): string {
  return Object.entries(fields)
    .map(([key, value]) => `- **${label(key, language)}**${field(key, value)}`)
    .join("\n");
}

function field(key: string, value: unknown): string {
  if (!Array.isArray(value)) return `: ${scalar(value, key)}`;
  return value
    .map(
      (entry) =>
        `\n  - ${
          isFields(entry)
            ? Object.entries(entry)
                .map(([name, part]) => scalar(part, name))
                .join(" ")
            : scalar(entry, key)
        }`,
    )
    .join("");
}

function bullets(values: readonly unknown[]): string {
  return values.map((value) => `- ${scalar(value, "")}`).join("\n");
}

function scalar(value: unknown, key: string): string {
  if (typeof value === "number" && /cents|fen$/i.test(key)) return `¥${(value / 100).toFixed(2)}`;
  if (typeof value === "number" && /price|amount|total|pay|saving|discount|yuan/i.test(key)) return `¥${value}`;
  if (typeof value === "string" && /order_?(id|number|no)|^number$|code|sku/i.test(key)) return `\`${value}\``;
  if (isFields(value) || Array.isArray(value)) return JSON.stringify(value);
  return value === null || value === undefined ? "—" : String(value);
}

const labels: { readonly [key: string]: string } = {
  name: "商品",
  title: "商品",
  price: "价格",
  stock: "库存",
  status: "状态",
  state: "状态",
  total: "合计",
  items: "商品",
  steps: "物流",
  logistics: "物流",
  number: "单号",
  eta: "预计送达",
  discount: "优惠",
  coupon: "优惠券",
  pay: "实付",
  orderid: "订单号",
  ordernumber: "订单号",
};

function label(key: string, language: Language): string {
  const plain = key.replace(/_?(cents|yuan|fen)$/i, "");
  if (language === "zh") return labels[plain.replace(/_/g, "").toLowerCase()] ?? plain;
  return plain
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
