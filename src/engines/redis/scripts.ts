import { readFileSync } from "node:fs";
import type { Store } from "./client.ts";

interface Kind {
  readonly keys: number;
  /** Stands before the step's own text. */
  readonly prelude?: string;
}

const ofConversation: Kind = { keys: 6, prelude: "prelude" };
const ofLine: Kind = { keys: 14, prelude: "line/prelude" };
const ofNodes: Kind = { keys: 2 };
const ofHealth: Kind = { keys: 3 };
const ofDesk: Kind = { keys: 9, prelude: "desk/prelude" };

/** The atomic steps, one Lua file each. */
const steps = {
  open: ofConversation,
  read: ofConversation,
  leave: ofConversation,
  away: ofConversation,
  ask: ofConversation,
  start: ofConversation,
  raise: ofConversation,
  end: ofConversation,
  turn: ofConversation,
  "rate-message": ofConversation,
  rate: ofConversation,
  restore: ofConversation,
  hand: ofConversation,
  say: ofConversation,
  note: ofConversation,
  beat: ofNodes,
  bury: ofNodes,
  "line/enter": ofLine,
  "line/round": ofLine,
  "line/leave": ofLine,
  "line/again": ofLine,
  "line/recover": ofLine,
  "line/find": ofLine,
  "line/restore": ofLine,
  "line/steer": ofLine,
  "desk/put": ofDesk,
  "desk/drop": ofDesk,
  "desk/look": ofDesk,
  "desk/here": ofDesk,
  "health/tell": ofHealth,
  "health/settle": ofHealth,
  "health/quiet": ofHealth,
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
  for (const [name, { keys, prelude }] of Object.entries(steps)) {
    const lua = prelude === undefined ? read(name) : read(prelude) + read(name);
    store.defineCommand(commandOf(name), { lua, numberOfKeys: keys });
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
