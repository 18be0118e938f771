import { expect, test } from "vitest";
import { TidegateError, toWireError } from "../../src/contract/errors.ts";

test("A3: a refusal that thousands are given each second says all that any other says, and has no stack", () => {
  const often = TidegateError.often("shed", { retryAfterMs: 1_500 });
  expect(toWireError(often)).toEqual(toWireError(new TidegateError("shed", undefined, { retryAfterMs: 1_500 })));
  expect(often.stack?.split("\n")).toHaveLength(1);
});

test("errors that come after it have their stack", () => {
  TidegateError.often("shed");
  expect(new Error("another").stack).toContain(import.meta.filename);
});
