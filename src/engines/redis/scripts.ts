import { readFileSync } from "node:fs";
import type { Store } from "./client.ts";

/** The atomic steps, one Lua file each: how many keys each one has. */
const steps = {
  open: 6,
  read: 6,
  leave: 6,
  ask: 6,
  start: 6,
  raise: 6,
  end: 6,
  turn: 6,
  "rate-message": 6,
  rate: 6,
  restore: 6,
  beat: 2,
  bury: 2,
} as const;

export type StepName = keyof typeof steps;

/** The library's name of a step, apart from those of Redis' own commands. */
const commandOf = (name: string) => `tidegate:${name}`;

/**
 * Teaches `store` the steps. On every connection the library sends the text of a step first and its digest from then on,
 * so that a restarted server is never asked for a step it does not know.
 */
export function defineSteps(store: Store): void {
  const read = (name: string) => readFileSync(new URL(`${name}.lua`, import.meta.url), "utf8");
  const prelude = read("prelude");
  for (const [name, numberOfKeys] of Object.entries(steps)) {
    const lua = numberOfKeys === 6 ? prelude + read(name) : read(name);
    store.defineCommand(commandOf(name), { lua, numberOfKeys });
  }
}

/** Runs a step on its keys. The reply is as Redis gave it; `replies.ts` reads it. */
export function runStep(store: Store, name: StepName, keys: readonly string[], args: readonly string[]) {
  // CAST: `defineCommand` adds methods that the library's types cannot know.
  const commands = store as unknown as Record<string, (...given: string[]) => Promise<unknown>>;
  const run = commands[commandOf(name)];
  if (run === undefined) throw new Error(`no step is named ${name}`);
  return run.call(store, ...keys, ...args);
}
