import { Latest } from "../../domain/latest.ts";

/** Entries beyond so many are of conversations that were quiet longest. */
const mostEntries = 20_000;

/**
 * Which other nodes look at a conversation (S7), as of the last step that this node made in it: a step and the list of
 * those who are told of it come out of Redis together, so that nobody is missed.
 */
export class Attendance {
  readonly #others = new Latest<string, readonly string[]>(mostEntries);
  readonly #own: () => string;

  /** @param own this node's id, which is never among the others */
  constructor(own: () => string) {
    this.#own = own;
  }

  of(conversationId: string): readonly string[] {
    return this.#others.get(conversationId) ?? [];
  }

  note(conversationId: string, nodes: readonly string[]): void {
    const own = this.#own();
    const others = nodes.filter((nodeId) => nodeId !== own);
    if (others.length > 0) this.#others.set(conversationId, others);
    else this.#others.delete(conversationId);
  }

  /** A node has asked to be told. */
  add(conversationId: string, nodeId: string): void {
    const others = this.of(conversationId);
    if (!others.includes(nodeId)) this.note(conversationId, [...others, nodeId]);
  }

  /** A node does not look any more. */
  remove(conversationId: string, nodeId: string): void {
    this.note(
      conversationId,
      this.of(conversationId).filter((other) => other !== nodeId),
    );
  }
}
