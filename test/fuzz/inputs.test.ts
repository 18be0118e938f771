import fc from "fast-check";
import { expect, test } from "vitest";
import { type Input, input } from "./inputs.ts";
import { tableOf, tables } from "./tables.ts";

const inputs = fc.sample(input, { seed: 1, numRuns: 4_000 });
const isCommand = (one: Input) => one.kind === "command";

test("the same seed makes the same inputs, and a batch of its own seed stands alone", () => {
  expect(fc.sample(input, { seed: 1, numRuns: 500 })).toEqual(inputs.slice(0, 500));
});

test("each command of each namespace is sent rightly and wrongly, and what is no command too", () => {
  const verdicts = new Map<string, Set<boolean>>();
  for (const { namespace, name, payload } of inputs.filter(isCommand)) {
    const command = Object.hasOwn(tableOf(namespace).commands, name) ? tableOf(namespace).commands[name] : undefined;
    if (command === undefined) continue;
    const { success } = command.payload.safeParse(JSON.parse(payload.replace(/@(\w+)@/g, "$1")));
    verdicts.set(`${namespace} ${name}`, (verdicts.get(`${namespace} ${name}`) ?? new Set()).add(success));
  }
  for (const { namespace, commands } of tables)
    for (const name of Object.keys(commands))
      expect([name, verdicts.get(`${namespace} ${name}`)?.size]).toEqual([name, 2]);
});

test("frames and requests come in every way that they may", () => {
  const frames = inputs.filter((one) => one.kind === "frames");
  expect(new Set(frames.map(({ over, isLetIn }) => `${over} ${isLetIn}`)).size).toBe(4);
  const requests = inputs.filter((one) => one.kind === "request");
  expect(requests.length).toBeGreaterThan(300);
  expect(new Set(requests.map(({ request }) => request.split(" ", 1)[0])).size).toBeGreaterThan(8);
});
