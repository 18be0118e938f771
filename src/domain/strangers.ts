import { Latest } from "./latest.ts";

/** Longer than any node remembers whom it was asked about. */
const most = 1_000;

/**
 * Nodes that no beat has shown. A node is born before it owns or watches anything, so that it may live until a beat which was
 * sent after it was first asked about has not shown it either. A name is never used twice: who is gone stays gone.
 */
export class Strangers {
  /** The number of beats sent when it was first asked about; null when it is known to be gone. */
  readonly #askedAt = new Latest<string, number | null>(most);
  #sent = 0;

  /** A beat is sent; gives its number. */
  send(): number {
    return ++this.#sent;
  }

  mayLive(nodeId: string): boolean {
    const askedAt = this.#askedAt.get(nodeId);
    if (askedAt === undefined) this.#askedAt.set(nodeId, this.#sent);
    return askedAt !== null;
  }

  gone(nodeId: string): void {
    this.#askedAt.set(nodeId, null);
  }

  /** That beat has come back, and showed these nodes. */
  shown(beat: number, nodes: { has(nodeId: string): boolean }): void {
    for (const [nodeId, askedAt] of this.#askedAt) {
      if (nodes.has(nodeId)) this.#askedAt.delete(nodeId);
      else if (askedAt !== null && beat > askedAt) this.#askedAt.set(nodeId, null);
    }
  }
}
