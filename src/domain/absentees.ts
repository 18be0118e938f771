import type { DeskLook, DeskRow } from "./desk.ts";

/** How long those have been gone who are needed at the desk (H6). Times are on the clock's `elapsed` scale. */
export class Absentees {
  /** When each agent who holds a conversation was seen last; for one whom the desk does not know, when that was noticed. */
  readonly #seenAt = new Map<string, number>();
  #emptySince: number | null = null;

  note(rows: Iterable<DeskRow>, { present, unseenMs }: DeskLook, now: number): void {
    this.#emptySince = present.length > 0 ? null : (this.#emptySince ?? now);
    const holders = new Set([...rows].flatMap(({ care }) => care?.responder.agentId ?? []));
    for (const id of this.#seenAt.keys()) if (!holders.has(id)) this.#seenAt.delete(id);
    for (const id of holders) {
      const ms = unseenMs.get(id);
      if (ms !== undefined) this.#seenAt.set(id, now - ms);
      else if (!this.#seenAt.has(id)) this.#seenAt.set(id, now);
    }
  }

  /** Whoever holds that conversation has not been seen since before `before`, or it waits and nobody has been there. */
  missing({ care }: DeskRow, before: number): "holder" | "everybody" | null {
    const { kind, agentId } = care?.responder ?? {};
    if (agentId !== undefined) return (this.#seenAt.get(agentId) ?? before) < before ? "holder" : null;
    return kind === "nobody" && this.#emptySince !== null && this.#emptySince < before ? "everybody" : null;
  }
}
