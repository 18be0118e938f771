import type { Clock } from "../../domain/clock.ts";
import {
  type CareRow,
  type Desk,
  type DeskLook,
  goneMs,
  isInHands,
  type LiveRow,
  mostLive,
  type Presence,
  skewMs,
  staleMs,
} from "../../domain/desk.ts";

interface Entry {
  care: CareRow | null;
  live: LiveRow | null;
  /** Of the latest row of its care, also of one that is listed no more. */
  careAt: number;
  seq: number;
  changedAt: number;
}

/** {@link Desk} of one process. */
export class MemoryDesk implements Desk {
  readonly #clock: Clock;
  /** In the order in which they changed. */
  readonly #entries = new Map<string, Entry>();
  readonly #nodes = new Map<string, { readonly present: readonly Presence[]; readonly at: number }>();
  readonly #seenAt = new Map<string, number>();
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(care: readonly CareRow[], live: readonly LiveRow[]): Promise<void> {
    for (const row of care) this.#care(row);
    for (const row of live) this.#live(row);
    this.#trim();
  }

  async drop(conversationIds: readonly string[]): Promise<void> {
    for (const id of conversationIds) if (this.#entries.has(id)) this.#change(id, { care: null, live: null });
  }

  async look(since: number): Promise<DeskLook> {
    this.#prune();
    const now = this.#clock.elapsed();
    const changed = [...this.#entries].filter(([, { seq }]) => seq > since);
    const rows = changed.map(([conversationId, { care, live }]) => ({ conversationId, care, live }));
    const fresh = [...this.#nodes.values()].filter(({ at }) => now - at < staleMs);
    const unseenMs = new Map([...this.#seenAt].map(([agentId, at]) => [agentId, now - at]));
    return { seq: this.#seq, rows, present: fresh.flatMap(({ present }) => present), unseenMs };
  }

  async here(nodeId: string, present: readonly Presence[]): Promise<void> {
    const at = this.#clock.elapsed();
    for (const { agentId } of [...present, ...(this.#nodes.get(nodeId)?.present ?? [])]) this.#seenAt.set(agentId, at);
    if (present.length > 0) this.#nodes.set(nodeId, { present, at });
    else this.#nodes.delete(nodeId);
  }

  #care(row: CareRow): void {
    const known = this.#entries.get(row.conversationId);
    const { conversationId, customer, at: careAt } = row;
    if (known && known.careAt > careAt) return;
    const live = known?.live ?? { conversationId, customer, changedAt: 0 };
    this.#change(conversationId, { care: isInHands(row) ? row : null, live, careAt });
  }

  #live(row: LiveRow): void {
    const laterMs = (this.#entries.get(row.conversationId)?.live?.changedAt ?? 0) - row.changedAt;
    if (laterMs <= 0 || laterMs >= skewMs) this.#change(row.conversationId, { live: row });
  }

  #change(conversationId: string, change: Partial<Pick<Entry, "care" | "live" | "careAt">>): void {
    const known = this.#entries.get(conversationId) ?? { care: null, live: null, careAt: 0 };
    this.#entries.delete(conversationId);
    const changedAt = this.#clock.elapsed();
    this.#entries.set(conversationId, { ...known, ...change, seq: ++this.#seq, changedAt });
  }

  #trim(): void {
    const live = [...this.#entries].filter(([, entry]) => entry.care === null && entry.live !== null);
    for (const [id] of live.slice(0, Math.max(0, live.length - mostLive))) this.#change(id, { live: null });
  }

  #prune(): void {
    const before = this.#clock.elapsed() - goneMs;
    for (const [id, { care, live, changedAt }] of this.#entries)
      if (care === null && live === null && changedAt < before) this.#entries.delete(id);
    for (const [agentId, at] of this.#seenAt) if (at < before - goneMs) this.#seenAt.delete(agentId);
  }
}
