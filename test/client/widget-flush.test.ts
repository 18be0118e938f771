import { describe, expect, test } from "vitest";
import { openFlush, type Pace } from "../../client/widget/flush.ts";

/** A flush whose pictures are drawn by hand. */
function openByHand() {
  const written: string[] = [];
  let due: (() => void) | undefined;
  const pace: Pace = {
    soon(work) {
      due = work;
      return () => {
        due = undefined;
      };
    },
  };
  const draw = () => {
    const work = due;
    due = undefined;
    work?.();
  };
  return { written, draw, flush: openFlush((text) => written.push(text), pace) };
}

describe("text on its way to the page", () => {
  test("the first words are written at once, the rest once per picture", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    expect(written).toEqual(["a"]);
    flush.push("b");
    flush.push("c");
    expect(written).toEqual(["a"]);
    draw();
    flush.push("d");
    draw();
    expect(written).toEqual(["a", "bc", "d"]);
  });

  test("nothing is written twice, and nothing when there is nothing", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw();
    draw();
    flush.flush();
    expect(written).toEqual(["a"]);
  });

  test("the end writes what is held back without waiting for a picture", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    flush.push("b");
    flush.flush();
    draw();
    expect(written).toEqual(["a", "b"]);
  });

  test("a restart drops what is held back and is as quick as the beginning", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    flush.push("b");
    flush.restart();
    draw();
    flush.push("new");
    expect(written).toEqual(["a", "new"]);
  });
});
