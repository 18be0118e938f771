import type { Conversation } from "../../domain/conversations.ts";
import type { Custody, Kept } from "../../domain/standby.ts";
import type { Turn } from "../../domain/turns.ts";
import { MemoryConversations } from "./conversations.ts";
import { MemoryTurns } from "./turns.ts";
import { copy, type MemoryTurn, type MemoryWorld, turnOf } from "./world.ts";

/** {@link Custody}: the memory engines, and the way in and out of them. */
export class MemoryCustody implements Custody {
  readonly conversations: MemoryConversations;
  readonly turns: MemoryTurns;
  readonly #world: MemoryWorld;

  constructor(world: MemoryWorld) {
    this.#world = world;
    this.conversations = new MemoryConversations(world);
    this.turns = new MemoryTurns(world);
  }

  adopt({ running, waiting, messages, ...conversation }: Conversation): void {
    const { conversationId, customerId, responder, page, customer, wish, notes } = conversation;
    const turns = new Map<string, MemoryTurn>();
    for (const turn of [running, waiting]) if (turn) turns.set(turn.turnId, memoryTurn(turn));
    this.#world.add({
      conversationId,
      customerId,
      responder,
      messages: [...messages],
      turns,
      runningTurnId: running?.turnId ?? null,
      waitingTurnId: waiting?.turnId ?? null,
      page,
      customer,
      wish,
      notes,
      touchedAt: this.#world.options.clock.now(),
    });
  }

  keep(conversationId: string): Kept | null {
    const found = this.#world.find(conversationId);
    if (found === null) return null;
    return { conversation: copy(found), turns: [...found.turns.values()].map((turn) => turnOf(found, turn)) };
  }

  forget(conversationId: string): void {
    this.#world.forget(conversationId);
  }
}

function memoryTurn({ turnId, state, epoch, starts, askedAt, answer }: Turn): MemoryTurn {
  return {
    turnId,
    state: state === "streaming" ? "starting" : state,
    epoch,
    starts,
    askedAt,
    ...(answer && { answer }),
  };
}
