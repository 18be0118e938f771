import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { fileConfig } from "../src/config-file.ts";
import { errors } from "../src/contract/errors.ts";
import { agentCommands, agentFacts, customerCommands, customerFacts } from "../src/contract/events.ts";
import { operatorCommands, operatorFacts } from "../src/contract/operator-events.ts";
import { handovers, webhookEvents } from "../src/contract/webhooks.ts";
import { settings } from "../src/settings.ts";

// `UPDATE_DOCS=1 npx vitest run test/docs.test.ts` writes the tables anew.
const update = process.env["UPDATE_DOCS"] === "1";
const root = join(import.meta.dirname, "..");

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(...head), row(...head.map(() => "---")), ...rows.map((cells) => row(...cells))].join("\n");
}

/** A schema as a reader writes it: `{ turnId, epoch, error? }`. */
function shapeOf(schema: z.ZodType): string {
  if (!(schema instanceof z.ZodObject)) return "…";
  const keys = Object.entries(schema.shape).map(([key, value]) => {
    // CAST: the shape of an object schema holds schemas; the library's type of its values is wider.
    return (value as z.ZodType).safeParse(undefined).success ? `${key}?` : key;
  });
  return keys.length === 0 ? "`{}`" : `\`{ ${keys.join(", ")} }\``;
}

type CommandRow = { readonly payload: z.ZodType; readonly result: z.ZodType; readonly does: string };
type FactRow = { readonly payload: z.ZodType; readonly tells: string };

const commandTable = (commands: Readonly<Record<string, CommandRow>>) =>
  table(
    ["command", "payload", "result", "what it does"],
    Object.entries(commands).map(([name, { payload, result, does }]) => [
      `\`${name}\``,
      shapeOf(payload),
      shapeOf(result),
      does,
    ]),
  );

const factTable = (facts: Readonly<Record<string, FactRow>>) =>
  table(
    ["fact", "payload", "what it tells"],
    Object.entries(facts).map(([name, { payload, tells }]) => [`\`${name}\``, shapeOf(payload), tells]),
  );

const tables: Record<string, { readonly names: readonly string[]; readonly english: string }> = {
  settings: {
    names: settings.map(({ name }) => name),
    english: table(
      ["variable", "when not set", "meaning"],
      settings.map(({ name, unset, meaning }) => [`\`${name}\``, unset, meaning]),
    ),
  },
  commands: {
    names: Object.keys(customerCommands),
    english: commandTable(customerCommands),
  },
  facts: {
    names: Object.keys(customerFacts),
    english: factTable(customerFacts),
  },
  errors: {
    names: Object.keys(errors),
    english: table(
      ["code", "again?", "meaning"],
      Object.entries(errors).map(([code, { retryable, sentence }]) => [
        `\`${code}\``,
        retryable ? "yes" : "no",
        sentence,
      ]),
    ),
  },
};

function section(text: string, name: string): string {
  return new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- /${name} -->`).exec(text)?.[1]?.trim() ?? "";
}

/** The table of that name in a document, written anew first if that is wished for. */
function shown(path: string, name: string, english: string): string {
  const text = readFileSync(path, "utf8");
  if (!update) return section(text, name);
  const marked = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  const written = text.replace(marked, (_, open, close) => `${open}\n${english}\n\n${close}`);
  writeFileSync(path, written);
  return section(written, name);
}

test.each(Object.entries(tables))("the README's table of %s is the code's", (name, { english }) => {
  expect(shown(join(root, "README.md"), name, english)).toBe(english);
});

test.each([
  ["agent-commands", commandTable(agentCommands)],
  ["agent-facts", factTable(agentFacts)],
])("the agents' page has the code's table of %s", (name, english) => {
  expect(shown(join(root, "docs/agents.md"), name, english)).toBe(english);
});

test.each([
  ["operator-commands", commandTable(operatorCommands)],
  ["operator-facts", factTable(operatorFacts)],
])("the operators' page has the code's table of %s", (name, english) => {
  expect(shown(join(root, "docs/dashboard.md"), name, english)).toBe(english);
});

describe("the Chinese README keeps step", () => {
  const [english, chinese] = ["README.md", "README.zh-CN.md"].map((name) => readFileSync(join(root, name), "utf8"));

  test.each(Object.entries(tables))("%s names the same, in the same order", (name, { names }) => {
    const rows = section(chinese ?? "", name)
      .split("\n")
      .slice(2);
    expect(rows.map((line) => /^\| `([^`]+)`/.exec(line)?.[1])).toEqual(names);
  });

  test("it has the same headings, and the same code", () => {
    const outline = (text = "") => text.match(/^#+ /gm)?.length;
    const code = (text = "") =>
      text.match(/^(npm|curl|ANTHROPIC_|<script).*$/gm)?.map((line) => line.split("#")[0]?.trim());
    expect(outline(chinese)).toBe(outline(english));
    expect(code(chinese)).toEqual(code(english));
  });
});

test("every dependency at run time is justified in the README", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const made = readFileSync(join(root, "README.md"), "utf8").split("## What it is made of")[1] ?? "";
  expect(Object.keys(dependencies).filter((name) => !made.includes(`\`${name}\``))).toEqual([]);
});

test("the configuration page shows the defaults of the code", () => {
  const path = join(root, "docs/configuration.md");
  const defaults = fileConfig.parse({});
  const shown = { ...defaults, assistant: { ...defaults.assistant, instructions: "…" }, models: {} };
  const block = ["```json", JSON.stringify(shown, null, 2), "```"].join("\n");
  if (update) {
    const marked = /(<!-- defaults -->\n)[\s\S]*?(<!-- \/defaults -->)/;
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(marked, (_, open, close) => `${open}\n${block}\n\n${close}`),
    );
  }
  expect(section(readFileSync(path, "utf8"), "defaults")).toBe(block);
});

test.each([
  [
    "events",
    table(
      ["type", "data", "when"],
      Object.entries(webhookEvents).map(([type, { data, tells }]) => [`\`${type}\``, shapeOf(data), tells]),
    ),
  ],
  [
    "changes",
    table(
      ["change", "meaning"],
      Object.entries(handovers).map(([change, tells]) => [`\`${change}\``, tells]),
    ),
  ],
])("the table of %s on the page on webhooks is the code's", (name, shown) => {
  const path = join(root, "docs/webhooks.md");
  if (update) {
    const marked = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(marked, (_, open, close) => `${open}\n${shown}\n\n${close}`),
    );
  }
  expect(section(readFileSync(path, "utf8"), name)).toBe(shown);
});
