import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { licencesPage, licencesPath, packages, permissive } from "./licences.ts";

test("the page of licences is the lock file's", () => {
  expect(readFileSync(licencesPath, "utf8")).toBe(licencesPage());
});

test("whatever runs is under a permissive licence, and of the tools only those that are known to be not", () => {
  const others = packages().filter(({ licence }) => !permissive.includes(licence));
  expect(others.filter(({ use }) => use === "shipped")).toEqual([]);
  expect(others.filter(({ licence }) => licence !== "MPL-2.0")).toEqual([]);
});
