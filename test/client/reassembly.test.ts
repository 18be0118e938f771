import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, type Reassembly, reassemble } from "../../client/chat/reassembly.ts";

/** What a page shows: built from the sink's calls alone. */
function page() {
  const shown = { text: "" };
  const text = reassemble({
    reset: (whole) => {
      shown.text = whole;
    },
    append: (piece) => {
      shown.text += piece;
    },
  });
  return { shown, text };
}

const delta = (epoch: number, offset: number, text: string): Piece => ({ epoch, offset, text });

test("S3: a piece at the end is appended, an old one is dropped, an overlapping one gives what lies beyond", () => {
  const { text, shown } = page();
  text.started(1, 0);
  text.delta(delta(1, 0, "Hello"));
  text.delta(delta(1, 0, "Hel"));
  text.delta(delta(1, 3, "lo you"));
  expect(text.text).toBe("Hello you");
  expect(shown.text).toBe("Hello you");
});

test("S3: a piece beyond a hole waits for the slice that fills it, then follows by itself", () => {
  const { text } = page();
  text.started(1, 0);
  text.delta(delta(1, 3, "def"));
  expect(text).toMatchObject({ text: "", lacking: true });
  text.slice(delta(1, 0, "abc"));
  expect(text).toMatchObject({ text: "abcdef", lacking: false });
});

test("S3: an emoji cut between two deltas comes out whole", () => {
  const { text, shown } = page();
  text.delta(delta(1, 0, "ok \ud83d"));
  text.delta(delta(1, 4, "\ude80"));
  expect(shown.text).toBe("ok 🚀");
  expect(text.text.isWellFormed()).toBe(true);
});

test("S4: a higher epoch cuts to the announced offset, a lower one is dropped", () => {
  const { text, shown } = page();
  text.started(1, 0);
  text.delta(delta(1, 0, "The old end"));
  text.started(2, 4);
  text.delta(delta(1, 11, " of the first try"));
  text.delta(delta(2, 4, "new end"));
  expect(shown.text).toBe("The new end");
});

test("S4: a higher epoch that was not announced is asked for, never guessed", () => {
  const { text } = page();
  text.delta(delta(1, 0, "abcdef"));
  text.delta(delta(2, 6, "gh"));
  expect(text).toMatchObject({ text: "abcdef", epoch: 1, lacking: true });
  text.slice(delta(2, 2, "CDEF"));
  expect(text.text).toBe("abCDEFgh");
});

test("S4: an epoch announced after one that was missed is asked for, because the missed one may have changed more", () => {
  const { text } = page();
  text.delta(delta(1, 0, "abcdef"));
  text.started(3, 5);
  expect(text).toMatchObject({ epoch: 1, lacking: true });
});

test("S3: a staler slice of the same epoch takes nothing away", () => {
  const { text } = page();
  text.delta(delta(1, 0, "abcdef"));
  text.slice(delta(1, 2, "cd"));
  expect(text.text).toBe("abcdef");
});

test("S5: the stored text replaces what was shown and nothing changes it afterwards", () => {
  const { text, shown } = page();
  text.delta(delta(1, 0, "abcdef"));
  text.finish("abc");
  text.delta(delta(1, 3, "xyz"));
  text.started(2, 0);
  text.slice(delta(2, 0, "other"));
  expect(shown.text).toBe("abc");
});

test("X3: pieces of an unexpected shape change nothing", () => {
  const { text } = page();
  text.delta(delta(1, 0, "abc"));
  for (const wrong of [{}, { epoch: 1, offset: -1, text: "x" }, { epoch: 1, offset: Number.NaN, text: "x" }])
    text.delta(wrong as Piece);
  text.delta({ epoch: 1, offset: 3, text: 7 } as unknown as Piece);
  expect(text).toMatchObject({ text: "abc", lacking: false });
});

// The life of an answer on the server, a network that loses, repeats and reorders, and pages that come back at any time.

type Step =
  | { do: "grow"; text: string }
  | { do: "raise"; keep: number }
  | { do: "deliver" | "lose" | "repeat"; which: number }
  | { do: "ask" | "handle"; which: number }
  | { do: "snapshot"; fresh: boolean };

const anyText = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
  fc.constantFrom("\ud83d", "\ude80", "🚀", "é", "请稍等", "\n\n"),
);
const which = fc.nat({ max: 50 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("grow"), text: anyText }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("raise"), keep: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("deliver"), which: fc.oneof(fc.constant(0), which) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("lose", "repeat"), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("ask", "handle"), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("snapshot"), fresh: fc.boolean() }) },
) as fc.Arbitrary<Step>;

interface Have {
  epoch: number;
  offset: number;
}

class Answer {
  epoch = 1;
  text = "";
  readonly starts = [{ epoch: 1, offset: 0 }];
  /** The longest text each epoch ever had: what a page may show under it is a beginning of this. */
  readonly under = new Map([[1, ""]]);

  grow(text: string): Piece {
    const piece = { epoch: this.epoch, offset: this.text.length, text };
    this.text += text;
    this.under.set(this.epoch, this.text);
    return piece;
  }

  raise(keep: number): { epoch: number; offset: number } {
    const start = { epoch: ++this.epoch, offset: Math.floor(keep * this.text.length) };
    this.starts.push(start);
    this.text = this.text.slice(0, start.offset);
    this.under.set(this.epoch, this.text);
    return start;
  }

  sliceFor({ epoch, offset }: Have): Piece {
    const parted = this.starts.filter((start) => start.epoch > epoch).map((start) => start.offset);
    const from = Math.min(offset, ...parted);
    return { epoch: this.epoch, offset: from, text: this.text.slice(from) };
  }
}

function live(steps: readonly Step[], check: (answer: Answer, text: Reassembly, shown: string) => void) {
  const answer = new Answer();
  const { text, shown } = page();
  const wire: (() => void)[] = [() => text.started(1, 0)];
  const requests: Have[] = [];
  const have = () => ({ epoch: text.epoch, offset: text.text.length });
  const take = <T>(from: T[], at: number) => from.splice(at % (from.length || 1), 1)[0];

  const run = (step: Step) => {
    switch (step.do) {
      case "grow": {
        const piece = answer.grow(step.text);
        return wire.push(() => text.delta(piece));
      }
      case "raise": {
        const { epoch, offset } = answer.raise(step.keep);
        return wire.push(() => text.started(epoch, offset));
      }
      case "deliver":
        return take(wire, step.which)?.();
      case "lose":
        return take(wire, step.which);
      case "repeat":
        return wire[step.which % (wire.length || 1)]?.();
      case "ask":
        return requests.push(have());
      case "handle": {
        const asked = take(requests, step.which);
        if (!asked) return;
        const reply = answer.sliceFor(asked);
        return wire.push(() => text.slice(reply));
      }
      case "snapshot":
        return text.slice(answer.sliceFor(step.fresh ? { epoch: 0, offset: 0 } : have()));
      default:
        return step satisfies never;
    }
  };
  for (const step of steps) {
    run(step);
    check(answer, text, shown.text);
  }
  return { answer, text, shown, have };
}

const steps = fc.array(anyStep, { maxLength: 80, size: "max" });

test("S3, S4: whatever the network does, the page shows a true beginning of the answer at every moment", () => {
  fc.assert(
    fc.property(steps, (life) => {
      live(life, (answer, text, shown) => {
        expect(shown).toBe(text.text);
        if (text.epoch > 0) expect(answer.under.get(text.epoch)?.startsWith(text.text)).toBe(true);
        else expect(text.text).toBe("");
      });
    }),
    { numRuns: 3_000 },
  );
});

test("S3, S4: one resume after any history makes the page's text the server's text", () => {
  fc.assert(
    fc.property(steps, (life) => {
      const { answer, text, shown, have } = live(life, () => {});
      text.slice(answer.sliceFor(have()));
      expect(text).toMatchObject({ text: answer.text, epoch: answer.epoch, lacking: false });
      expect(shown.text).toBe(answer.text);
    }),
    { numRuns: 3_000 },
  );
});

test("S5: the end makes the page's text the stored text, and what arrives late changes nothing", () => {
  fc.assert(
    fc.property(steps, fc.array(anyText), (life, late) => {
      const { answer, text, shown } = live(life, () => {});
      const stored = answer.text;
      text.finish(stored);
      for (const piece of late) text.delta(answer.grow(piece));
      expect(shown.text).toBe(stored);
    }),
    { numRuns: 1_000 },
  );
});

test("S3: a network that keeps the order needs no resume and never shows a text twice", () => {
  fc.assert(
    fc.property(fc.array(anyText), (pieces) => {
      const { text } = page();
      const resets: string[] = [];
      const calls = reassemble({ reset: (whole) => resets.push(whole), append: () => {} });
      const answer = new Answer();
      for (const piece of pieces) {
        const fact = answer.grow(piece);
        for (const reader of [text, calls]) reader.delta(fact);
      }
      expect(text).toMatchObject({ text: answer.text, lacking: false });
      expect(resets).toEqual([]);
    }),
  );
});
