import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { innerNames } from "../../client/build/inner-names.ts";
import { startersOf } from "../../client/widget/starters.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const wordsOf = (text: string) => new Set(text.match(/[\w$]+/g));

test("names that the build shortens are none of the wire, of the shop's page or of the browser", () => {
  const contract = readdirSync(join(root, "src/contract")).map((name) => read(`src/contract/${name}`));
  const outer = wordsOf([...contract, read("client/widget/api.ts"), read("client/widget/loader.ts")].join("\n"));
  const known = wordsOf(read("node_modules/terser/tools/domprops.js"));
  expect(innerNames.filter((name) => outer.has(name) || known.has(name))).toEqual([]);
  expect(new Set(innerNames).size).toBe(innerNames.length);
});

test("names that the build shortens are never looked up by a string", () => {
  const files = ["chat", "widget", "markdown"].flatMap((room) =>
    readdirSync(join(root, "client", room), { recursive: true, encoding: "utf8" }).map(
      (name) => `client/${room}/${name}`,
    ),
  );
  const quoted = files
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) =>
      read(path)
        .split("\n")
        // What picks from a type is gone by the time that names are shortened.
        .filter((line) => !/\b(Pick|Omit|Exclude)</.test(line))
        .flatMap((line) => [...line.matchAll(/"([\w$]+)"/g)].map(([, name = ""]) => name)),
    );
  expect(innerNames.filter((name) => quoted.includes(name))).toEqual([]);
});

test("questions to begin with are the shop's where it has chosen some, for the language or for any", () => {
  expect(startersOf({}, "en")).toBeUndefined();
  expect(startersOf({ starters: "One? | Two?" }, "en")).toEqual(["One?", "Two?"]);
  expect(startersOf({ starters: "One?", startersZh: "一？|二？" }, "zh-CN")).toEqual(["一？", "二？"]);
  expect(startersOf({ starters: "" }, "en")).toEqual([]);
});
