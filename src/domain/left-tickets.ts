/** Tickets that were given up before they were served: they count for nobody who stands behind them. */
export class LeftTickets {
  /** Sorted. */
  #tickets: number[] = [];

  add(ticket: number): void {
    const at = this.countBelow(ticket);
    if (this.#tickets[at] === ticket) return;
    this.#tickets.splice(at, 0, ticket);
  }

  /** Those below the head of the line count for nobody any more. */
  prune(head: number): void {
    const below = this.countBelow(head);
    if (below > 0) this.#tickets.splice(0, below);
  }

  clear(): void {
    this.#tickets = [];
  }

  /** How many are lower than that ticket. */
  countBelow(ticket: number): number {
    let [from, to] = [0, this.#tickets.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#tickets[middle] ?? 0) < ticket) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
