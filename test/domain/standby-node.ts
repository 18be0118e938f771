import type { Clock } from "../../src/domain/clock.ts";
import { type Restored, Standby } from "../../src/domain/standby.ts";
import { StandbyConversations } from "../../src/domain/standby-conversations.ts";
import { StandbyTurns } from "../../src/domain/standby-turns.ts";
import { MemoryCustody } from "../../src/engines/memory/custody.ts";
import { MemoryWorld } from "../../src/engines/memory/world.ts";
import { lifeMs, type SharedStore, StoreSide } from "./shared-store.ts";

/** What the store said to a conversation that was given to it. */
type Reply = Restored & { readonly conversationId: string };

/** What a node is told and asked while it stands in for the store. */
export interface StandbyParts {
  readonly fenced: () => boolean;
  readonly isWritten: (turnId: string) => boolean;
  readonly restored: (reply: Reply) => void;
}

/** A node as far as it keeps conversations: in the store, and by itself while that is away. */
export class StandbyNode {
  readonly side: StoreSide;
  readonly standby: Standby;
  readonly conversations: StandbyConversations;
  readonly turns: StandbyTurns;
  /** Turns whose answers it writes. */
  readonly written = new Set<string>();
  fenced = false;
  readonly restored: Reply[] = [];

  constructor(nodeId: () => string, store: SharedStore, clock: Clock, parts: Partial<StandbyParts> = {}) {
    let [ids, own] = [0, 0];
    const newId = () => `${nodeId()}-${ids++}`;
    const world = new MemoryWorld({ clock, newId: () => `${nodeId()}-own-${own++}`, lifeMs, maxMessages: 200 });
    this.side = new StoreSide(store, nodeId);
    const { conversations, turns } = this.side;
    this.standby = new Standby({
      store: { conversations, turns, restore: (kept) => this.side.restore(kept) },
      custody: new MemoryCustody(world),
      clock,
      lifeMs,
      fenced: parts.fenced ?? (() => this.fenced),
      isWritten: parts.isWritten ?? ((turnId) => this.written.has(turnId)),
      restored: (conversationId, what) => {
        this.restored.push({ conversationId, ...what });
        parts.restored?.({ conversationId, ...what });
      },
    });
    this.conversations = new StandbyConversations(this.standby, conversations, newId);
    this.turns = new StandbyTurns(this.standby, newId);
  }
}
