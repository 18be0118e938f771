import { describe, expect, test } from "vitest";
import { follows } from "../../client/widget/stick.ts";

const at = (top: number, toEnd: number) => ({ top, toEnd });

describe("following the end of the thread", () => {
  test("any move up ends it, also a small one near the end", () => {
    expect(follows(true, at(500, 0), at(490, 10))).toBe(false);
    expect(follows(true, at(500, 0), at(100, 400))).toBe(false);
  });

  test("growth without a move changes nothing", () => {
    expect(follows(true, at(500, 0), at(500, 120))).toBe(true);
    expect(follows(false, at(500, 40), at(500, 120))).toBe(false);
  });

  test("coming back to the end begins it again, coming closer does not", () => {
    expect(follows(false, at(100, 400), at(480, 20))).toBe(true);
    expect(follows(false, at(100, 400), at(300, 200))).toBe(false);
  });

  test("a thread that became shorter is at its end and still followed", () => {
    expect(follows(true, at(500, 0), at(440, 0))).toBe(true);
  });

  test("a reader who stays above is not pulled down while moving down", () => {
    expect(follows(false, at(100, 400), at(140, 380))).toBe(false);
  });
});
