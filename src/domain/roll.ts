import type { NodeRow, NodeState } from "../contract/service.ts";
import type { BoardLook, Heard } from "./board.ts";
import type { Clock } from "./clock.ts";
import type { NodeFigures } from "./figures.ts";

/** A node that was not heard of for so long is shown as lost. */
const lostMs = 4_000;

/** All nodes as one of them has heard of them. While the board is away the others stay as they were, and nothing is counted of them. */
export class Roll {
  readonly #clock: Clock;
  readonly #nodeId: string;
  #nodes: BoardLook["nodes"] = new Map();
  #isAway = false;
  #calledAt: number;
  /** Since when each call has got through: before, nobody can be missed. */
  #inTouchSince: number | null = null;

  /** @param nodeId whose roll it is */
  constructor(clock: Clock, nodeId: string) {
    this.#clock = clock;
    this.#nodeId = nodeId;
    this.#calledAt = clock.elapsed();
  }

  /** All nodes were heard of. */
  called(nodes: BoardLook["nodes"]): void {
    this.#nodes = nodes;
    this.#isAway = false;
    this.#calledAt = this.#clock.elapsed();
    this.#inTouchSince ??= this.#calledAt;
  }

  /** Nobody can be heard; this node knows itself. */
  alone(figures: NodeFigures): void {
    const now = this.#clock.elapsed();
    const sinceMs = now - this.#calledAt;
    const aged = [...this.#nodes].map(([id, heard]) => [id, { ...heard, heardMs: heard.heardMs + sinceMs }] as const);
    this.#nodes = new Map([...aged, [this.#nodeId, { figures, heardMs: 0 }]]);
    this.#isAway = true;
    this.#calledAt = now;
    this.#inTouchSince = null;
  }

  get nodeIds(): ReadonlySet<string> {
    return new Set(this.#nodes.keys());
  }

  get own(): NodeFigures | undefined {
    return this.#nodes.get(this.#nodeId)?.figures;
  }

  /** Those whose figures are fresh. */
  get heard(): ReadonlyMap<string, Heard> {
    const isFresh = ([id, heard]: readonly [string, Heard]) => isHeard(heard) && (!this.#isAway || id === this.#nodeId);
    return new Map([...this.#nodes].filter(isFresh));
  }

  /** All of them for people, by name. */
  get rows(): NodeRow[] {
    const rows = [...this.#nodes].map(([id, heard]) => rowOf(id, heard, this.#stateOf(id, heard)));
    return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  #stateOf(id: string, heard: Heard): NodeState {
    if (this.#isAway && id !== this.#nodeId) return "unknown";
    if (!isHeard(heard)) return this.#mayMiss ? "lost" : "unknown";
    return heard.figures.isDraining ? "draining" : "up";
  }

  /** Long enough in touch to have heard of everybody who lives. */
  get #mayMiss(): boolean {
    return this.#inTouchSince !== null && this.#clock.elapsed() - this.#inTouchSince > lostMs;
  }
}

const isHeard = ({ heardMs }: Heard) => heardMs < lostMs;

function rowOf(nodeId: string, { figures, heardMs }: Heard, state: NodeState): NodeRow {
  const { name, upMs, customers, agents, openAnswers, loopDelayMs, memoryBytes, redis } = figures;
  return { nodeId, name, state, heardMs, upMs, customers, agents, openAnswers, loopDelayMs, memoryBytes, redis };
}
