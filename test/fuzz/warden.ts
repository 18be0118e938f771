/**
 * Loaded into a node before its own program (`--import`): tells the process that started it, whenever that asks, what can
 * only be seen from inside.
 */

export interface Report {
  readonly kind: "report";
  /** In use after a collection of garbage. */
  readonly bytes: number;
  /** What the prototypes of everything have that they did not have when the node was first looked at. */
  readonly polluted: readonly string[];
}

const watched = { Object, Array, Function, String, Number, Boolean, Promise, Map, Set, Error, Buffer };
let before: ReadonlySet<string> | null = null;

function membersOf(): string[] {
  return Object.entries(watched).flatMap(([name, { prototype }]) =>
    Reflect.ownKeys(prototype).map((key) => `${name}.prototype.${String(key)}`),
  );
}

function look(): Report {
  const members = membersOf();
  before ??= new Set(members);
  const known = before;
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { kind: "report", bytes: heapUsed + external, polluted: members.filter((member) => !known.has(member)) };
}

if (process.send) process.on("message", () => process.send?.(look()));
