import { expect, test } from "vitest";
import { Latest } from "../../src/domain/latest.ts";

test("what was set longest ago gives way; setting it again makes it the latest", () => {
  const latest = new Latest<string, number>(2);
  latest.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  expect([...latest]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
});

test("a value that is undefined, under a key that is, counts like any other", () => {
  const latest = new Latest<string | undefined, undefined>(1);
  latest.set(undefined, undefined).set("a", undefined);
  expect([...latest.keys()]).toEqual(["a"]);
});
