import type { NodeFigures } from "./figures.ts";
import type { Orders } from "./orders.ts";

/** A node as it was heard of last. */
export interface Heard {
  readonly figures: NodeFigures;
  /** How long ago, on the board's own clock. */
  readonly heardMs: number;
}

export interface BoardLook {
  readonly nodes: ReadonlyMap<string, Heard>;
  readonly orders: Orders;
}

/** A node that was not heard of for so long is on the board no more. */
export const forgottenMs = 120_000;

/**
 * Where nodes tell each other how they are, and operators what they want of all of them. May throw `Outage`.
 *
 * - A node that falls silent stays on the board, with how long ago it was heard of, until it is forgotten.
 * - Orders change from one revision to the next, and of two who change the same one the first is heard.
 */
export interface Board {
  /** Tells how this node is, in place of what it told before, and gives how all are. */
  tell(nodeId: string, figures: NodeFigures): Promise<BoardLook>;
  /** The node goes, and everybody may know: it is not missed. */
  leave(nodeId: string): Promise<void>;
  /** Replaces the orders of revision `from`; false when there are others by now. */
  order(orders: Orders, from: number): Promise<boolean>;
}
