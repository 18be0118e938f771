import { readFileSync } from "node:fs";
import type { Store } from "./client.ts";

interface Kind {
  /** Null where it is another number each time. */
  readonly keys: number | null;
  /** What stands before the step's own text. */
  readonly parts?: readonly string[];
}

const ofConversation: Kind = { keys: 6, parts: ["prelude"] };
const ofLogs: Kind = { keys: null };
const ofNodes: Kind = { keys: 2 };
const ofHealth: Kind = { keys: 3 };
const ofBoard: Kind = { keys: 2 };
const ofDesk: Kind = { keys: 9, parts: ["desk/prelude"] };
const ofCosts: Kind = { keys: 3 };
const ofWebhooks: Kind = { keys: 4, parts: ["webhooks/prelude"] };

/** A step of the line with the parts that it needs: each function in them costs a tenth of a microsecond in every run. */
function ofLine(...parts: readonly string[]): Kind {
  return { keys: 14, parts: ["state", ...parts].map((part) => `line/${part}`) };
}

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
  keep: ofLogs,
  beat: ofNodes,
  bury: ofNodes,
  "line/enter": ofLine("entries", "asks", "counts", "bucket", "nodes", "letters", "grant", "append", "place"),
  "line/round": ofLine(
    "entries",
    "asks",
    "counts",
    "bucket",
    "nodes",
    "letters",
    "grant",
    "append",
    "back",
    "serve",
    "tell",
  ),
  "line/leave": ofLine("entries", "asks", "counts", "letters", "append", "back"),
  "line/again": ofLine("entries", "counts", "letters", "append", "back"),
  "line/recover": ofLine("entries", "asks", "counts", "letters", "append", "back"),
  "line/find": ofLine("entries", "counts", "place"),
  "line/restore": ofLine("entries", "counts", "letters", "append", "back"),
  "line/steer": ofLine("counts", "bucket"),
  "desk/put": ofDesk,
  "desk/drop": ofDesk,
  "desk/look": ofDesk,
  "desk/here": ofDesk,
  "webhooks/put": ofWebhooks,
  "webhooks/claim": ofWebhooks,
  "webhooks/settle": ofWebhooks,
  "webhooks/put-off": ofWebhooks,
  "costs/enter": ofCosts,
  "health/tell": ofHealth,
  "health/settle": ofHealth,
  "health/quiet": ofHealth,
  "board/tell": ofBoard,
  "board/order": ofBoard,
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
  for (const [name, { keys, parts = [] }] of Object.entries(steps)) {
    const lua = [...parts, name].map(read).join("");
    store.defineCommand(commandOf(name), { lua, ...(keys !== null && { numberOfKeys: keys }) });
  }
}

/** Runs a step on its keys. The reply is as Redis gave it; `replies.ts` reads it. */
export function runStep(store: Store, name: StepName, keys: readonly string[], args: readonly string[]) {
  // CAST: `defineCommand` adds methods that the library's types cannot know.
  const commands = store as unknown as Record<string, (...given: string[]) => Promise<unknown>>;
  const run = commands[commandOf(name)];
  if (run === undefined) throw new Error(`no step is named ${name}`);
  // The library asks for the number of keys where it was not told.
  const count = steps[name].keys === null ? [String(keys.length)] : [];
  return run.call(store, ...count, ...keys, ...args);
}
