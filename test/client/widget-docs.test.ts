import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const docs = read("docs/widget.md");
const api = read("client/widget/api.ts");

/** What the first column of a table names. */
function documented(section: string, name: RegExp): string[] {
  const [, table = ""] = new RegExp(`<!-- ${section} -->([^]*)<!-- /${section} -->`).exec(docs) ?? [];
  const first = table.split("\n").map((line) => line.split(" | ")[0] ?? "");
  return [...first.join("\n").matchAll(name)].map(([, found = ""]) => found).sort();
}

/** The members of an interface, as they are written in its source. */
function membersOf(name: string): string[] {
  const [, body = ""] = new RegExp(`interface ${name} [^{]*\\{\\n([^]*?)\\n\\}`).exec(api) ?? [];
  return [...body.matchAll(/^ {2}(\w+)[(<:]/gm)].map(([, member = ""]) => member);
}

test("docs/widget.md has every call of window.Tidegate, and no other", () => {
  const calls = [...membersOf("TidegateCalls"), ...membersOf("TidegateApi")];
  expect(calls.length).toBeGreaterThan(5);
  expect(documented("calls", /`(\w+)\(/g)).toEqual(calls.sort());
});

test("docs/widget.md has every event, and no other", () => {
  expect(documented("events", /`(\w+)`/g)).toEqual(membersOf("TidegateEvents").sort());
});

test("docs/widget.md has every attribute that is read, and no other", () => {
  const sources = ["widget.ts", "starters.ts", "words/locale.ts"]
    .map((name) => read(`client/widget/${name}`))
    .join("\n");
  const names = [...sources.matchAll(/settings\["(\w+)"\]|"(starters\w+)"/g)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  const attributes = names.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  expect(documented("attributes", /`data-([\w-]+)`/g)).toEqual([...new Set(attributes)].sort());
});

test("docs/widget.md has every custom property that the styles read, and no other", () => {
  const styles = ["widget.css", "launcher.css", "extras/extras.css"]
    .map((name) => read(`client/widget/${name}`))
    .join("\n");
  const used = [...styles.matchAll(/var\((--tidegate-[\w-]+)/g)].map(([, name = ""]) => name);
  expect(documented("properties", /`(--tidegate-[\w-]+)`/g)).toEqual([...new Set(used)].sort());
});
