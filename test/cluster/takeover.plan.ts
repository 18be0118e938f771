import { openRandom, type Random } from "../../src/simulator/random.ts";

/** What somebody does in a race. */
export type MoveKind =
  | "ask"
  | "request"
  | "cancel"
  | "stop"
  | "reload"
  | "hop"
  | "take"
  | "say"
  | "return"
  | "transfer"
  | "resolve"
  | "agent-stop"
  | "rejoin"
  | "note";

export interface Move {
  readonly atMs: number;
  readonly kind: MoveKind;
  /** Which tab, or which agent. */
  readonly who: 0 | 1;
}

/** What happens to a node while the races of a round run. */
export type Weather =
  | { readonly kind: "fair" }
  | { readonly kind: "kill"; readonly node: 0 | 1; readonly atMs: number }
  | { readonly kind: "sleep"; readonly node: 0 | 1; readonly atMs: number; readonly lastsMs: number };

const weights: Readonly<Record<MoveKind, number>> = {
  ask: 5,
  request: 2,
  cancel: 1,
  stop: 1,
  reload: 1,
  hop: 1,
  take: 6,
  say: 3,
  return: 5,
  transfer: 1,
  resolve: 1,
  "agent-stop": 0.5,
  rejoin: 1,
  note: 0.5,
};

/** What is tried in the same moment as something else. */
const twins: readonly MoveKind[] = [
  "take",
  "take",
  "take",
  "return",
  "ask",
  "stop",
  "say",
  "request",
  "cancel",
  "resolve",
];

const lastsMs = 2_600;
const twinWithinMs = 6;

/** The moves of one race: the same for the same seed. */
export function planRace(seed: number): readonly Move[] {
  const random = openRandom(seed);
  const moves: Move[] = [{ atMs: 0, kind: "ask", who: coin(random) }];
  const count = 6 + Math.floor(random() * 7);
  for (let made = 0; made < count; made++) {
    const move = { atMs: 40 + random() * lastsMs, kind: drawKind(random), who: coin(random) };
    moves.push(move);
    if (random() < 0.4) moves.push(twinOf(move, random));
  }
  return moves.toSorted((a, b) => a.atMs - b.atMs);
}

/** What happens to the nodes in a round; the same for the same round. */
export function planWeather(round: number): Weather {
  const random = openRandom(0x7f4a7c15 ^ round);
  const drawn = random();
  const node = coin(random);
  const atMs = 200 + random() * 2_200;
  if (drawn < 0.4) return { kind: "fair" };
  if (drawn < 0.7) return { kind: "kill", node, atMs };
  return { kind: "sleep", node, atMs, lastsMs: 300 + random() * 3_700 };
}

/** When the agents' own lines break in a round. */
export function planHops(round: number): readonly { readonly atMs: number; readonly who: 0 | 1 }[] {
  const random = openRandom(0x1ce4e5b9 ^ round);
  const count = Math.floor(random() * 3);
  return Array.from({ length: count }, () => ({ atMs: 300 + random() * lastsMs, who: coin(random) }));
}

function twinOf({ atMs, who }: Move, random: Random): Move {
  const kind = twins[Math.floor(random() * twins.length)] ?? "take";
  return { atMs: atMs + random() * twinWithinMs, kind, who: random() < 0.8 ? (who === 0 ? 1 : 0) : who };
}

function drawKind(random: Random): MoveKind {
  const entries = Object.entries(weights) as [MoveKind, number][]; // CAST: the keys of that record
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of entries) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "ask";
}

function coin(random: Random): 0 | 1 {
  return random() < 0.5 ? 0 : 1;
}
