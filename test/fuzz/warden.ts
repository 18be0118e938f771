/**
 * Loaded into a node before its own program (`--import`): tells the process that started it, whenever that asks, what can
 * only be seen from inside.
 */

export interface Report {
  readonly kind: "report";
  /** In use. */
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

/** @param isTidy after a collection of garbage, which holds the node up */
function look(isTidy: boolean): Report {
  const members = membersOf();
  before ??= new Set(members);
  const known = before;
  if (isTidy) for (let times = 0; times < 2; times++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { kind: "report", bytes: heapUsed + external, polluted: members.filter((member) => !known.has(member)) };
}

/** What a warden is asked. */
export interface Order {
  readonly kind: "look";
  readonly isTidy: boolean;
}

// CAST: whoever started the node sends nothing else.
if (process.send) process.on("message", (order) => process.send?.(look((order as Order).isTidy)));
