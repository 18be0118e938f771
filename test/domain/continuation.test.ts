import fc from "fast-check";
import { expect, test } from "vitest";
import { askForRest, continuable, OverlapFilter } from "../../src/domain/continuation.ts";

function continued(soFar: string, pieces: readonly string[]): string {
  let text = soFar;
  const filter = new OverlapFilter(soFar, (piece) => {
    text += piece;
  });
  for (const piece of pieces) filter.push(piece);
  filter.end();
  return text;
}

test("U4 a continuation that repeats nothing is passed on whole", () => {
  expect(continued("Your order left", [" the ware", "house today."])).toBe("Your order left the warehouse today.");
});

test("U4 a repeated ending appears once, however it is cut into pieces", () => {
  expect(continued("Your order left", ["order le", "ft the", " house."])).toBe("Your order left the house.");
});

test("U4 a repetition too short to be one is kept", () => {
  expect(continued("很好，很好", ["很好吃"])).toBe("很好，很好很好吃");
});

test("U4 a continuation that ends while it is still in doubt is not lost", () => {
  expect(continued("left the warehouse", ["left the"])).toBe("left the warehouseleft the");
});

test("U4 a model that says that nothing is missing adds nothing, however it is cut into pieces", () => {
  expect(continued("It is done.", ["∎"])).toBe("It is done.");
  expect(continued("It is done.", ["\n", " ∎", "\n"])).toBe("It is done.");
});

test("U4 the same sign within a text is text, and space before a text is its own", () => {
  expect(continued("Hence", [" ∎", " is the sign."])).toBe("Hence ∎ is the sign.");
  expect(continued("It is", ["  ", "done."])).toBe("It is  done.");
});

test("U4 for any text, cut and overlap: the whole comes out, each character once", () => {
  const text = fc.string({ minLength: 1, maxLength: 600, unit: fc.constantFrom("a", "b", "你", "好", " ", "🎁") });
  const nat = fc.nat({ max: 10_000 });
  fc.assert(
    fc.property(
      text,
      nat,
      nat,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (marked, cut, back, sizes) => {
        // A unique ending keeps chance repetitions, which no filter can tell from real ones, out of the claim.
        const at = cut % marked.length;
        const soFar = `${marked.slice(0, at)}‹unique›`;
        const overlap = 6 + (back % Math.min(100, soFar.length - 5));
        const rest = marked.slice(at);
        const stream = soFar.slice(-overlap) + rest;
        const pieces: string[] = [];
        for (let from = 0, i = 0; from < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          pieces.push(stream.slice(from, from + size));
          from += size;
        }
        expect(continued(soFar, pieces)).toBe(soFar + rest);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("U4 what is taken up again has no white space and no half character at its end", () => {
  expect(continuable("Hello  \n")).toBe("Hello");
  expect(continuable("Hello \ud83d")).toBe("Hello");
  expect(continuable("Hello 😀")).toBe("Hello 😀");
});

test("U4 the ending that is quoted begins with a whole character", () => {
  const please = askForRest([], `${"x".repeat(20)}${"🎁".repeat(40)}x`, "instruct").at(-1)?.text ?? "";
  expect(please.isWellFormed()).toBe(true);
});

test("U4 the rest is asked for by a prefill or in words, as the model understands", () => {
  const context = [{ role: "user", text: "?" }] as const;
  expect(askForRest(context, "So far", "prefill")).toEqual([...context, { role: "assistant", text: "So far" }]);
  const [, soFar, please] = askForRest(context, "So far", "instruct");
  expect(soFar).toEqual({ role: "assistant", text: "So far" });
  expect(please?.role).toBe("user");
  expect(please?.text).toContain("«So far»");
});
