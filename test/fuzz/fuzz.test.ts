import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";
import { tables } from "./tables.ts";

test("every namespace of the contract is attacked", () => {
  expect(tables.map(({ namespace }) => namespace)).toEqual(expect.arrayContaining(["/", "/agents", "/operators"]));
  for (const { namespace, commands, facts } of tables)
    expect([namespace, Object.keys(commands).length > 0, Object.keys(facts).length > 0]).toEqual([
      namespace,
      true,
      true,
    ]);
});

test("X1 X3 X5 two thousand made-up inputs break nothing, tell nobody what is somebody else's, and disturb nobody", {
  timeout: 60_000,
}, async () => {
  const growth = { bytes: 32 * 1_048_576, withinMs: 3_000 };
  const { findings, inputs, answers } = await fuzz({ count: 2_000, seed: 1, redis: false, growth });
  expect(findings).toEqual([]);
  expect(inputs).toBeGreaterThanOrEqual(2_000);
  expect(answers).toBeGreaterThan(10);
});
