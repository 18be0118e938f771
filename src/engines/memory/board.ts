import { type Board, type BoardLook, forgottenMs } from "../../domain/board.ts";
import type { Clock } from "../../domain/clock.ts";
import type { NodeFigures } from "../../domain/figures.ts";
import { noOrders, type Orders } from "../../domain/orders.ts";

/** {@link Board} of one process. */
export class MemoryBoard implements Board {
  readonly #clock: Clock;
  readonly #nodes = new Map<string, { readonly figures: NodeFigures; readonly at: number }>();
  #orders = noOrders;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async tell(nodeId: string, figures: NodeFigures): Promise<BoardLook> {
    const now = this.#clock.elapsed();
    this.#nodes.set(nodeId, { figures, at: now });
    for (const [id, { at }] of this.#nodes) if (now - at > forgottenMs) this.#nodes.delete(id);
    const nodes = [...this.#nodes].map(([id, heard]) => [id, { ...heard, heardMs: now - heard.at }] as const);
    return { nodes: new Map(nodes), orders: this.#orders };
  }

  async leave(nodeId: string): Promise<void> {
    this.#nodes.delete(nodeId);
  }

  async order(orders: Orders, from: number): Promise<boolean> {
    if (this.#orders.revision !== from) return false;
    this.#orders = orders;
    return true;
  }
}
