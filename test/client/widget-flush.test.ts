import { describe, expect, test } from "vitest";
import { openFlush, type Pace } from "../../client/widget/flush.ts";

/** A flush whose pictures are drawn by hand, sixty a second. */
function openByHand() {
  const written: string[] = [];
  let due: ((pictureAt?: number) => void) | undefined;
  let at = 1000;
  const pace: Pace = {
    soon(work) {
      due = work;
      return () => {
        due = undefined;
      };
    },
  };
  const call = (pictureAt?: number) => {
    const work = due;
    due = undefined;
    work?.(pictureAt);
  };
  const draw = (pictures = 1, perSecond = 60) => {
    for (let drawn = 0; drawn < pictures; drawn++) {
      at += 1000 / perSecond;
      call(at);
    }
  };
  return { written, draw, wake: () => call(), flush: openFlush((text) => written.push(text), pace) };
}

describe("text on its way to the page", () => {
  test("the first words are written at once, the rest with the next picture", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    expect(written).toEqual(["a"]);
    draw();
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

  test("a frame that came after six pictures is spread over the next six, and is there when another is due", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw(6);
    flush.push("一二三四五六七八九十甲乙");
    draw(4);
    expect(written.slice(1)).toEqual(["一二三四", "五六七八"]);
    draw(2);
    expect(written.at(-1)).toBe("九十甲乙");
    flush.push("丙丁戊");
    draw(6);
    expect(written.slice(-3)).toEqual(["丙", "丁", "戊"]);
  });

  test("text that stood still for long is spread over no more than a tenth of a second", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw(600);
    flush.push("x".repeat(600));
    draw(6);
    expect(written.join("")).toBe(`a${"x".repeat(600)}`);
    expect(written).toHaveLength(4);
  });

  test("25 frames a second are smooth as they are", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    for (let came = 0; came < 10; came++) {
      draw(came % 2 === 0 ? 1 : 2);
      flush.push("a frame");
      draw();
      expect(written.at(-1)).toBe("a frame");
    }
  });

  test.each([60, 120, 144])("text that comes with every picture of %i a second is not held back", (perSecond) => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw();
    for (let came = 0; came < 10; came++) {
      flush.push("next ");
      draw(1, perSecond);
      expect(written.at(-1)).toBe("next ");
    }
  });

  test("more text while some is held back is shown in order, and none stays behind", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw(6);
    flush.push("123456789012");
    draw(2);
    flush.push("abcdefgh");
    draw(3);
    expect(written.join("")).toBe("a123456789012abcdefgh");
  });

  test("no half of a character is shown", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw(6);
    flush.push("😀😀😀😀😀😀😀");
    draw(6);
    for (const text of written) expect(text).toBe(text.toWellFormed());
    expect(written.join("")).toBe("a😀😀😀😀😀😀😀");
  });

  test("where no pictures are drawn all of it is written when time comes", () => {
    const { written, draw, wake, flush } = openByHand();
    flush.push("a");
    draw(6);
    flush.push("123456");
    draw();
    wake();
    wake();
    expect(written).toEqual(["a", "12", "3456"]);
  });

  test("an end in the middle of a frame writes the rest of it", () => {
    const { written, draw, flush } = openByHand();
    flush.push("a");
    draw(6);
    flush.push("123456");
    draw(2);
    flush.flush();
    draw(6);
    expect(written).toEqual(["a", "12", "3456"]);
  });
});
